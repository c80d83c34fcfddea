import {
  podTemplateOf,
  type AuthMethodStatus,
  type Condition,
  type Phase,
  type VaultServer,
  type VaultServerStatus,
} from "./vaultServer.js";

/** One node of a VaultServer as it was just found. */
export interface NodeState {
  /** Name of what would be its Pod: `vault-0`. */
  readonly name: string;
  /** Undefined: it does not answer. */
  /** The VaultServer as it was when the Pod was made. */
  readonly pod?: VaultServer;
  readonly health?: { readonly initialized: boolean; readonly sealed: boolean; readonly standby: boolean };
}

export interface Observation {
  readonly replicas: number;
  readonly nodes: readonly NodeState[];
  readonly hasUnsealer: boolean;
  /** What kept the stand-in from going on, if anything did. */
  readonly failure?: { readonly reason: string; readonly message: string };
  readonly authMethods?: readonly AuthMethodStatus[];
}

/** The status to report, with the times of the conditions that have not changed since the last report. */
export function statusOf(vaultServer: VaultServer, observed: Observation, now: Date): VaultServerStatus {
  const answering = observed.nodes.filter(({ health }) => health !== undefined);
  const unsealed = answering.filter(({ health }) => health?.sealed === false);
  const sealed = answering.filter(({ health }) => health?.initialized === true && health.sealed);
  const active = unsealed.find(({ health }) => health?.standby === false);
  // Once initialised, Vault stays so, even while no node is up to say it.
  const initialized =
    answering.some(({ health }) => health?.initialized === true) || vaultServer.status?.initialized === true;
  const facts: Facts = {
    initialized,
    anySealed: sealed.length > 0,
    anyAnswering: answering.length > 0,
    accepting: active !== undefined,
    allReady: unsealed.length >= observed.replicas && observed.replicas > 0,
  };
  const names = (nodes: readonly NodeState[]) => nodes.map(({ name }) => name);
  const standby = names(unsealed.filter((node) => node !== active));
  return {
    phase: phaseOf(observed, facts),
    initialized,
    serviceName: vaultServer.metadata.name,
    clientPort: 8200,
    observedGeneration: vaultServer.metadata.generation,
    updatedNodes: names(
      answering.filter(({ pod }) => pod === undefined || podTemplateOf(pod) === podTemplateOf(vaultServer)),
    ),
    vaultStatus: withoutEmpty({
      active: active?.name,
      standby,
      sealed: names(sealed),
      unsealed: names(unsealed),
    }),
    conditions: conditionsOf(vaultServer, observed, facts, `${unsealed.length} of ${observed.replicas}`, now),
    ...(observed.authMethods === undefined ? {} : { authMethodStatus: observed.authMethods }),
  };
}

interface Facts {
  readonly initialized: boolean;
  readonly anySealed: boolean;
  readonly anyAnswering: boolean;
  readonly accepting: boolean;
  readonly allReady: boolean;
}

function phaseOf({ failure, hasUnsealer, replicas }: Observation, facts: Facts): Phase {
  if (facts.accepting) {
    return facts.allReady ? "Ready" : "Critical";
  }
  if (failure !== undefined || replicas === 0) {
    return "NotReady";
  }
  if (!facts.initialized) {
    return "Initializing";
  }
  if (facts.anySealed) {
    return hasUnsealer ? "Unsealing" : "Sealed";
  }
  return "NotReady";
}

function conditionsOf(
  vaultServer: VaultServer,
  { failure }: Observation,
  facts: Facts,
  ready: string,
  now: Date,
): Condition[] {
  const wanted: Pick<Condition, "type" | "status" | "reason" | "message">[] = [
    facts.initialized
      ? { type: "Initialized", status: "True", reason: "VaultIsInitialized", message: "Vault is initialized" }
      : {
          type: "Initialized",
          status: "False",
          reason: failure?.reason ?? "VaultIsNotInitialized",
          message: failure?.message ?? "Vault is not initialized yet",
        },
    facts.anyAnswering && facts.initialized && !facts.anySealed
      ? { type: "Unsealed", status: "True", reason: "VaultIsUnsealed", message: "Vault is unsealed" }
      : {
          type: "Unsealed",
          status: "False",
          reason: failure?.reason ?? "VaultIsSealed",
          message: failure?.message ?? "Vault is not unsealed yet",
        },
    facts.accepting
      ? {
          type: "AcceptingConnection",
          status: "True",
          reason: "AcceptingConnection",
          message: "Vault accepts connections",
        }
      : {
          type: "AcceptingConnection",
          status: "False",
          reason: failure?.reason ?? "NotAcceptingConnection",
          message: failure?.message ?? "No node of Vault is active",
        },
    facts.allReady
      ? {
          type: "AllReplicasReady",
          status: "True",
          reason: "AllReplicasReady",
          message: `${ready} replicas are ready`,
        }
      : {
          type: "AllReplicasReady",
          status: "False",
          reason: failure?.reason ?? "SomeReplicasNotReady",
          message: failure?.message ?? `${ready} replicas are ready`,
        },
  ];
  const before = vaultServer.status?.conditions ?? [];
  return wanted.map((condition) => {
    const last = before.find(({ type, status }) => type === condition.type && status === condition.status);
    // The API server keeps times in whole seconds.
    const changed = last?.lastTransitionTime ?? now.toISOString().replace(/\.\d+Z$/, "Z");
    return { ...condition, lastTransitionTime: changed, observedGeneration: vaultServer.metadata.generation };
  });
}

function withoutEmpty(status: NonNullable<VaultServerStatus["vaultStatus"]>): VaultServerStatus["vaultStatus"] {
  return Object.fromEntries(Object.entries(status).filter(([, value]) => value !== undefined && value.length > 0));
}
