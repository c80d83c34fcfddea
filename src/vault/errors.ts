/**
 * What kind of failure a call of Vault's API met.
 *
 * - `absent`: nothing is stored at the path (404 with Vault's own empty body)
 * - `mountMissing`: no secrets engine is mounted there; `mountTainted`: one is, but an unmount was begun and not finished
 * - `kubernetes`: the Kubernetes API refuses the port-forward, or it leads nowhere
 * - `unsupportedPath`, `unsupportedOperation`: this Vault does not have the endpoint
 * - `noActiveNode`: a standby without an active node to forward to; nothing was done
 * - `unavailable`: a gateway's 502, 503 or 504; whether Vault got the request is not known
 * - `unreachable`: no connection could be opened; nothing was done
 * - `connectionLost`: the connection ended before the complete answer had arrived; whether Vault carried out the request is not known
 * - `redirect`: the answer points to another address, where the call is not repeated
 * - `notVault`: something else than Vault answered
 * - `settings`: the connection's own settings cannot be used
 */
export type VaultErrorKind =
  | "absent"
  | "connectionLost"
  | "invalid"
  | "kubernetes"
  | "mountMissing"
  | "mountTainted"
  | "noActiveNode"
  | "notVault"
  | "permissionDenied"
  | "rateLimited"
  | "redirect"
  | "sealed"
  | "server"
  | "settings"
  | "staleRead"
  | "timeout"
  | "tls"
  | "unavailable"
  | "uninitialised"
  | "unreachable"
  | "unsupportedOperation"
  | "unsupportedPath";

/** Failures that may well pass by themselves. */
const transientKinds: readonly VaultErrorKind[] = [
  "connectionLost",
  "noActiveNode",
  "rateLimited",
  "server",
  "staleRead",
  "timeout",
  "unavailable",
  "unreachable",
];

/** Failures after which it is certain that Vault did not carry out the request. */
const notCarriedOutKinds: readonly VaultErrorKind[] = ["noActiveNode", "rateLimited", "staleRead", "unreachable"];

/** Failures after which it is not known whether Vault carried out the request. */
const answerLostKinds: readonly VaultErrorKind[] = ["connectionLost", "timeout", "unavailable"];

/** What is known of a failure in addition to its message. */
export interface VaultErrorDetails extends ErrorOptions {
  /** How long Vault, or a gateway, asks its clients to wait (`Retry-After`). */
  readonly retryAfterMs?: number;
  /** Whether trying again is of no use, although failures of this kind may pass. */
  readonly permanent?: boolean;
}

/** A call of Vault's API that failed. The message is one line and never holds a token or a secret. */
export class VaultError extends Error {
  override readonly name = "VaultError";
  readonly retryAfterMs: number | undefined;
  /** Whether the same call may succeed a moment later. */
  readonly transient: boolean;

  constructor(
    message: string,
    readonly kind: VaultErrorKind,
    /** Status code of the answer; undefined where there was none. */
    readonly status: number | undefined,
    /** Vault's own words. */
    readonly errors: readonly string[],
    details: VaultErrorDetails = {},
  ) {
    super(message, details);
    this.retryAfterMs = details.retryAfterMs;
    this.transient = transientKinds.includes(kind) && details.permanent !== true;
  }

  /** Whether it is certain that Vault did not carry out the request, so that even a write may be sent again. */
  get notCarriedOut(): boolean {
    return notCarriedOutKinds.includes(this.kind);
  }

  /** Whether Vault may have carried out the request although there is no answer of Vault's: it has to be looked up. */
  get answerLost(): boolean {
    return answerLostKinds.includes(this.kind) || (this.status !== undefined && this.status < 300);
  }
}

/** The call that an error is about. */
export interface FailedCall {
  readonly address: string;
  readonly method: string;
  readonly path: string;
}

/** How messages begin. */
export function describeCall({ address, method, path }: FailedCall): string {
  return `Vault at ${address}: ${method} ${path}`;
}

/** Whether an error is one of Vault's, of one of the kinds. */
export function isVaultError(error: unknown, ...kinds: VaultErrorKind[]): error is VaultError {
  return error instanceof VaultError && (kinds.length === 0 || kinds.includes(error.kind));
}

/** An answer that is no success. */
export interface RefusingAnswer {
  readonly status: number;
  /** The list that every error of Vault's has, empty or not; undefined where the answer is not one of Vault's. */
  readonly errors: readonly string[] | undefined;
  /** The first words of an answer that is not JSON. */
  readonly text?: string;
  readonly retryAfterMs?: number;
}

/** The error for an answer with a status that is no success. */
export function errorOfAnswer(call: FailedCall, answer: RefusingAnswer): VaultError {
  const { status, errors, text } = answer;
  const kind = errors === undefined ? kindOfForeignAnswer(status, text ?? "") : kindOfVaultAnswer(status, errors);
  const words = (errors ?? (text === undefined ? [] : [text])).map(oneLine).filter((line) => line !== "");
  const said = words.length === 0 ? "" : `: ${words.join("; ")}`;
  const advice = adviceFor(kind, call, words.join("\n"));
  return new VaultError(
    `${describeCall(call)}: ${status}${said}${advice === undefined ? "" : `. ${advice}`}`,
    kind,
    status,
    words,
    { retryAfterMs: answer.retryAfterMs },
  );
}

function kindOfVaultAnswer(status: number, errors: readonly string[]): VaultErrorKind {
  const text = errors.join("\n");
  if (/active cluster node not found|no active Vault instance found|node is not active/.test(text)) {
    return "noActiveNode";
  }
  switch (status) {
    case 403:
      return "permissionDenied";
    case 404:
      if (/route entry is tainted/.test(text)) {
        return "mountTainted";
      }
      if (/no handler for route/.test(text)) {
        return "mountMissing";
      }
      // Without a message, and only then, it is about the object.
      return text === "" ? "absent" : "unsupportedPath";
    case 405:
      return "unsupportedOperation";
    case 501:
      return "uninitialised";
    case 503:
      return /seal/i.test(text) ? "sealed" : "unavailable";
    default:
      if (/no handler for route/.test(text) && !/tainted/.test(text)) {
        return "mountMissing";
      }
      return kindOfStatus(status);
  }
}

function kindOfStatus(status: number): VaultErrorKind {
  switch (status) {
    case 412:
      return "staleRead";
    case 429:
      return "rateLimited";
    case 502:
    case 503:
    case 504:
      return "unavailable";
    default:
      return status >= 500 ? "server" : "invalid";
  }
}

const plainHttpToTls = /HTTP request (?:was sent )?to (?:an )?HTTPS/i;

/** Vault's errors always hold a list of errors: without one, a gateway, a proxy or another server answered, or Vault's TLS listener. */
function kindOfForeignAnswer(status: number, text: string): VaultErrorKind {
  if (status === 400 && plainHttpToTls.test(text)) {
    return "tls";
  }
  const kind = kindOfStatus(status);
  return kind === "invalid" ? "notVault" : kind;
}

function adviceFor(kind: VaultErrorKind, call: FailedCall, words: string): string | undefined {
  switch (kind) {
    case "permissionDenied":
      return `The token lacks "${capability(call.method)}" on ${call.path}, or is expired or not valid for this namespace`;
    case "mountMissing":
      return call.path.startsWith("auth/")
        ? "No auth method is enabled at that path"
        : "No secrets engine is mounted at that path";
    case "mountTainted":
      return "The mount is tainted: an unmount was begun and did not finish. Run the destroy again once its cause is removed";
    case "unsupportedPath":
      return "This version of Vault does not know the path, or the name in it has characters that Vault rejects";
    case "unsupportedOperation":
      return "This version of Vault does not know the operation";
    case "sealed":
      return "Unseal Vault, then run again";
    case "uninitialised":
      return "Vault is not initialised yet";
    case "noActiveNode":
      return "This node is a standby, and no node is active";
    case "unavailable":
      return "No active Vault answers: a standby without a leader, or a gateway before Vault";
    case "tls":
      return plainHttpToTls.test(words) ? "The server expects TLS: write https:// in address (VAULT_ADDR)" : undefined;
    case "notVault":
      return "This is not an answer of Vault's: a gateway, a proxy or another server answers at this address. Check address (VAULT_ADDR)";
    default:
      return undefined;
  }
}

function capability(method: string): string {
  return { GET: "read", DELETE: "delete" }[method] ?? "create and update";
}

/** A text on one line: Vault puts several errors under each other, with tabs and stars. */
export function oneLine(text: string): string {
  return text
    .replace(/^\d+ errors? occurred:\s*\*?\s*/, "")
    .replace(/\s*\n\s*\*?\s*/g, "; ")
    .replace(/(?:; )+$/, "")
    .trim();
}
