import { createHash } from "node:crypto";

/** What a VaultServerRollout is asked for. */
export interface RolloutInputs {
  readonly namespace: string;
  readonly serverName: string;
  readonly apiVersion: string;
  /** UID of the VaultServer: another one is another object, whose pods are new. */
  readonly uid: string;
  /** Digest of the complete `spec`. */
  readonly specDigest: string;
  /** Digest of what Vault's pods read only when they start. */
  readonly restartDigest: string;
  /** Whether Vault is halted, and so never becomes Ready. */
  readonly halted: boolean;
  readonly readyTimeoutSeconds: number;
  readonly kubeconfig?: string;
  readonly context?: string;
}

/** What a change of the inputs asks for. */
export interface RolloutChange {
  /** Whether the VaultServer has to be waited for. */
  readonly waits: boolean;
  /** Whether Vault's pods have to be restarted. */
  readonly restarts: boolean;
  /** Whether anything changes in the state. */
  readonly changes: boolean;
}

const waited = ["namespace", "serverName", "uid", "specDigest", "restartDigest", "halted"] as const;
const stored = [...waited, "apiVersion", "readyTimeoutSeconds", "kubeconfig", "context"] as const;

/** Compares the inputs of two updates; a value that is not known yet counts as another one. */
export function rolloutChange(olds: RolloutInputs, news: RolloutInputs): RolloutChange {
  const differs = (fields: readonly (keyof RolloutInputs)[]) => fields.some((field) => olds[field] !== news[field]);
  return {
    waits: differs(waited),
    restarts: olds.uid === news.uid && olds.restartDigest !== news.restartDigest && !news.halted,
    changes: differs(stored),
  };
}

/** Name of the VaultOpsRequest that takes pods from one configuration to another: the same one after an interruption, another one for each change. */
export function restartRequestName(olds: RolloutInputs, news: RolloutInputs): string {
  const change = [news.uid, olds.restartDigest, news.restartDigest].join("\n");
  return `${news.serverName}-restart-${createHash("sha256").update(change).digest("hex").slice(0, 10)}`;
}
