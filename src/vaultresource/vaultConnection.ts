import * as pulumi from "@pulumi/pulumi";
import { withoutNulls } from "../internal/records.js";
import type { KubernetesConnection } from "../vault/portForward/kubernetesConnection.js";
import { secretLoginFields, type RevocableLogin, type VaultLogin } from "../vault/login.js";
import { connectionRules, hasCredentials } from "./connectionRules.js";
import { assertValid } from "./inputs.js";
import { mapRecord } from "../internal/records.js";
import type { Issue } from "../internal/validation/issues.js";
import { isFullyKnown } from "../internal/validation/known.js";
import { maskUnknowns } from "../internal/validation/maskUnknowns.js";
import { rejecterOf, type Reject } from "../internal/validation/reject.js";
import { resolveKnown } from "../internal/validation/resolveKnown.js";
import type { Values } from "./fields.js";
import type { Duration } from "../internal/duration.js";
import { resourceHost } from "./resourceHost.js";

/** A login with inputs in its fields. */
type Inputs<T> = {
  readonly [K in keyof T]: K extends "kind" ? T[K] : pulumi.Input<NonNullable<T[K]>> | Optional<T, K>;
};
type Optional<T, K extends keyof T> = undefined extends T[K] ? undefined : never;
type EachLogin<T> = T extends VaultLogin ? Inputs<T> : never;

/** How to get a token: {@link VaultLogin}, with inputs in all fields but `kind`. */
export type VaultLoginArgs = EachLogin<VaultLogin>;

/** {@link RevocableLogin}, with inputs in its fields. */
export interface RevocableLoginArgs extends Pick<RevocableLogin, "kind"> {
  readonly token: VaultLoginArgs;
  readonly standIn: VaultLoginArgs;
}

/** The way through the Kubernetes API: {@link KubernetesConnection}, with inputs in all fields. */
export type VaultKubernetesArgs = Inputs<KubernetesConnection>;

/**
 * Where Vault is and how to log in. What is given always wins; what is left out comes from the variables that Vault's own command line
 * reads, at every operation.
 */
export interface VaultConnectionArgs {
  /**
   * An `http` or `https` URL, which may have a path (`https://example.com/vault`), or a socket (`unix:///run/vault.sock`). No user name or password:
   * it is shown in messages and kept in the state. KUBEVAULT_AWS_VAULT_ADDR overrides it, for one run.
   *
   * @default - VAULT_AGENT_ADDR, or VAULT_ADDR
   */
  readonly address?: pulumi.Input<string>;
  /**
   * Reaches a Vault that has no address outside its cluster, by a port-forward through the Kubernetes API that lasts as long as each
   * operation. Not together with `address`; KUBEVAULT_AWS_VAULT_ADDR overrides it, for one run. A kubeconfig in it is kept encrypted in
   * the state.
   *
   * @example
   * new VaultConnection("vault", {
   *   kubernetes: { namespace: "vault", service: "vault" },
   *   login: { kind: "kubernetesSecret", namespace: "vault", name: "vault-keys", key: "root-token" },
   * });
   */
  readonly kubernetes?: VaultKubernetesArgs;
  /**
   * Namespace of Vault Enterprise, with or without slashes around it: `admin/team`. The empty text is the root namespace, whatever VAULT_NAMESPACE says.
   *
   * @default - VAULT_NAMESPACE
   */
  readonly namespace?: pulumi.Input<string>;
  /** PEM text of the certificate authority that signed Vault's certificate. Default: VAULT_CACERT_BYTES, where VAULT_CACERT is not set. */
  readonly caCertificate?: pulumi.Input<string>;
  /** File with the same. Default: VAULT_CACERT, VAULT_CACERT_BYTES, then the files in and below VAULT_CAPATH. */
  readonly caCertificateFile?: pulumi.Input<string>;
  /** Name to look for in Vault's certificate instead of the address's host. Default: VAULT_TLS_SERVER_NAME. */
  readonly tlsServerName?: pulumi.Input<string>;
  /** PEM text of this client's certificate. */
  readonly clientCertificate?: pulumi.Input<string>;
  /** PEM text of this client's key; kept encrypted in the state. */
  readonly clientKey?: pulumi.Input<string>;
  /** File with this client's certificate. Default: VAULT_CLIENT_CERT. */
  readonly clientCertificateFile?: pulumi.Input<string>;
  /** File with this client's key. Default: VAULT_CLIENT_KEY. */
  readonly clientKeyFile?: pulumi.Input<string>;
  /**
   * Accepts any certificate of Vault's. For trials only: anyone on the network path can read the token. VAULT_SKIP_VERIFY is not read.
   *
   * @default false
   */
  readonly skipTlsVerify?: pulumi.Input<boolean>;
  /**
   * Longest time for one call, above 0 and below 24 days. Unmounting and waiting for AWS have limits of their own.
   *
   * @default - VAULT_CLIENT_TIMEOUT, or 60 seconds
   */
  readonly requestTimeout?: pulumi.Input<Duration>;
  /**
   * How often a call is repeated after failures that may pass, with pauses that grow from half a second to 8 seconds, or as long as `Retry-After` asks
   * (at most a minute). Calls that Vault certainly did not carry out (429, 412, no connection, no active node) are repeated whatever they do; after
   * 5xx and lost connections only those that do the same when done twice; after a timeout once.
   *
   * @default - VAULT_MAX_RETRIES, or 7: about 30 seconds, which outlasts the takeover by a standby
   */
  readonly maxRetries?: pulumi.Input<number>;
  /**
   * An HTTP proxy to go through: `http://proxy.example.com:3128`. With a user name and a password in it, it is kept encrypted in the state.
   *
   * @default - VAULT_PROXY_ADDR, VAULT_HTTP_PROXY, or what HTTPS_PROXY, HTTP_PROXY and NO_PROXY say of the address
   */
  readonly proxyAddress?: pulumi.Input<string>;
  /**
   * How to get a token. KUBEVAULT_AWS_VAULT_TOKEN overrides it, for one run: to destroy after what is stored has expired.
   *
   * @default - `{ kind: "environment" }`: VAULT_TOKEN, or what `vault login` left in `~/.vault-token`
   */
  readonly login?: VaultLoginArgs;
  /**
   * What to do when another Vault answers than the one that the resources are in, or a mount is missing below them.
   *
   * - `refuse`: nothing; the operation fails and names both Vaults
   * - `recreate`: assume that the old one is gone. `pulumi refresh` drops its resources from the state and `pulumi up` creates them again
   *
   * @default "refuse"
   */
  readonly onVaultReplaced?: pulumi.Input<"refuse" | "recreate">;
}

/**
 * The connection to a Vault: an explicit provider for this package's resources. It is kept once in the state, so that a Vault that moves
 * or changes its token touches no other resource.
 *
 * @example
 * const connection = new VaultConnection("vault", {
 *   address: "https://vault.example.com:8200",
 *   login: { kind: "kubernetesSecret", namespace: "vault", name: "vault-keys", key: "root-token" },
 * });
 * new AwsSecretsMount("aws", { path: "aws" }, { provider: connection });
 */
export class VaultConnection extends pulumi.ProviderResource {
  /** @throws pulumi.RunError with all problems of the plain arguments */
  constructor(name: string, args: VaultConnectionArgs = {}, opts?: pulumi.ResourceOptions) {
    assertValid(`VaultConnection "${name}"`, args, connectionRules);
    const { login, kubernetes, clientKey, proxyAddress, ...settings } = withoutNulls(args);
    const inputs: Record<string, unknown> = {
      ...settings,
      proxyAddress: proxyAddress === undefined ? undefined : withSecretCredentials(proxyAddress),
      clientKey: clientKey === undefined ? undefined : pulumi.secret(clientKey),
      kubernetes: kubernetes === undefined ? undefined : pulumi.jsonStringify(withSecrets(kubernetes)),
      login: login === undefined ? undefined : pulumi.jsonStringify(withSecrets(login)),
    };
    const host = resourceHost();
    const outputs = new OutputCheck(args);
    super(host.providerPackage, name, host.connectionProps(outputs.gated(inputs)), opts);
    outputs.report(rejecterOf(this, `VaultConnection "${name}"`));
    argumentsOf.set(this, args);
  }
}

/**
 * Checks arguments that are outputs once they are known, at preview each beside others that are not. Plugins of dynamic resources are not asked to check
 * their provider's settings.
 */
class OutputCheck {
  private readonly issues: Promise<Issue[]>;
  private reject: Reject | undefined;

  constructor(args: VaultConnectionArgs) {
    this.issues = resolveKnown(args).then((known) => connectionRules(known as Values));
  }

  /** The inputs, of which those that are outputs do not resolve to values that break a rule. */
  gated(inputs: Readonly<Record<string, unknown>>): Record<string, unknown> {
    return mapRecord(inputs, (_, value) =>
      isFullyKnown(maskUnknowns(value))
        ? value
        : (pulumi.output(value) as pulumi.Output<unknown>).apply((resolved) => this.passed(resolved)),
    );
  }

  report(reject: Reject): void {
    this.reject = reject;
    if (pulumi.runtime.isDryRun()) {
      void this.passed(undefined);
    }
  }

  private async passed<T>(value: T): Promise<T> {
    const issues = await this.issues;
    return issues.length === 0 || this.reject === undefined ? value : this.reject<T>(issues);
  }
}

const argumentsOf = new WeakMap<VaultConnection, VaultConnectionArgs>();

/** The arguments of a connection, for what a program does itself in Vault. */
export function connectionArgsOf(connection: VaultConnection | VaultConnectionArgs): VaultConnectionArgs {
  return connection instanceof VaultConnection ? (argumentsOf.get(connection) ?? {}) : connection;
}

/** A proxy's address, as a secret where it holds a user name and a password. */
function withSecretCredentials(proxyAddress: pulumi.Input<string>): pulumi.Input<string> {
  const marked = (address: string) => (hasCredentials(address) ? pulumi.secret(address) : pulumi.output(address));
  return typeof proxyAddress === "string" && !hasCredentials(proxyAddress)
    ? proxyAddress
    : pulumi.output(proxyAddress).apply(marked);
}

function withSecrets(fields: VaultLoginArgs | VaultKubernetesArgs | RevocableLoginArgs): Record<string, unknown> {
  if ("standIn" in fields) {
    return { ...fields, token: withSecrets(fields.token), standIn: withSecrets(fields.standIn) };
  }
  return Object.fromEntries(
    Object.entries(withoutNulls(fields)).map(([field, value]: [string, unknown]) => [
      field,
      secretLoginFields.includes(field) && value !== undefined ? pulumi.secret(value) : value,
    ]),
  );
}
