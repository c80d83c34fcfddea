/**
 * What kind of refusal an answer of Vault, or the lack of one, is.
 *
 * - `absent`: nothing is stored at the path (404 without a message)
 * - `mountMissing`: no secrets engine is mounted there; `mountTainted`: it is, but an unmount was begun and not finished
 * - `kubernetes`: the way through the Kubernetes API is refused or leads nowhere
 * - `unsupportedPath`, `unsupportedOperation`: this Vault does not know the endpoint
 * - `unavailable`: standby without a leader, or a gateway's 502, 503 or 504
 */
export type VaultErrorKind =
  | "absent"
  | "invalid"
  | "kubernetes"
  | "mountMissing"
  | "mountTainted"
  | "permissionDenied"
  | "rateLimited"
  | "sealed"
  | "server"
  | "staleRead"
  | "timeout"
  | "tls"
  | "unavailable"
  | "uninitialised"
  | "unreachable"
  | "unsupportedOperation"
  | "unsupportedPath";

/** A call of Vault's API that failed. The message is one line and never holds a token or a secret. */
export class VaultError extends Error {
  override readonly name = "VaultError";

  constructor(
    message: string,
    readonly kind: VaultErrorKind,
    /** Status code of the answer; undefined where there was none. */
    readonly status: number | undefined,
    /** Vault's own words. */
    readonly errors: readonly string[],
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The call that an error is about. */
export interface FailedCall {
  readonly address: string;
  readonly method: string;
  readonly path: string;
}

/** Whether an error is one of Vault's, of one of the kinds. */
export function isVaultError(error: unknown, ...kinds: VaultErrorKind[]): error is VaultError {
  return error instanceof VaultError && (kinds.length === 0 || kinds.includes(error.kind));
}

/** The error for an answer with a status that is no success. */
export function errorOfAnswer(call: FailedCall, status: number, errors: readonly string[]): VaultError {
  const kind = kindOfAnswer(status, errors);
  const words = errors.map(oneLine).filter((text) => text !== "");
  const said = words.length === 0 ? "" : `: ${words.join("; ")}`;
  const advice = adviceFor(kind, call);
  return new VaultError(
    `Vault at ${call.address}: ${call.method} ${call.path}: ${status}${said}${advice === undefined ? "" : `. ${advice}`}`,
    kind,
    status,
    words,
  );
}

function kindOfAnswer(status: number, errors: readonly string[]): VaultErrorKind {
  const text = errors.join("\n");
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
    case 412:
      return "staleRead";
    case 429:
      return "rateLimited";
    case 501:
      return "uninitialised";
    case 502:
    case 504:
      return "unavailable";
    case 503:
      return /seal/i.test(text) ? "sealed" : "unavailable";
    default:
      if (/no handler for route/.test(text) && !/tainted/.test(text)) {
        return "mountMissing";
      }
      return status >= 500 ? "server" : "invalid";
  }
}

function adviceFor(kind: VaultErrorKind, call: FailedCall): string | undefined {
  switch (kind) {
    case "permissionDenied":
      return `The token lacks "${capability(call.method)}" on ${call.path}, or is expired or not valid for this namespace`;
    case "mountMissing":
      return "No secrets engine is mounted at that path";
    case "mountTainted":
      return "The mount is tainted: an unmount was begun and did not finish. Run the destroy again once its cause is removed";
    case "unsupportedPath":
      return "This version of Vault does not know the path, or the name in it has characters that Vault refuses";
    case "unsupportedOperation":
      return "This version of Vault does not know the operation";
    case "sealed":
      return "Vault is sealed: unseal it, then run again";
    case "uninitialised":
      return "Vault is not initialised yet";
    case "unavailable":
      return "No active Vault answers: a standby without a leader, or a gateway before Vault";
    default:
      return undefined;
  }
}

function capability(method: string): string {
  return { GET: "read", DELETE: "delete" }[method] ?? "create and update";
}

const certificateProblems = new Set([
  "CERT_HAS_EXPIRED",
  "CERT_NOT_YET_VALID",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "ERR_TLS_CERT_ALTNAME_INVALID",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
]);

/** The error for a call that got no answer at all. */
export function errorOfTransport(call: FailedCall, cause: unknown, timeoutMs: number): VaultError {
  if (cause instanceof VaultError) {
    // What happened on the way has been told in full.
    return cause;
  }
  const { code, message } = describe(cause);
  const where = `Vault at ${call.address}: ${call.method} ${call.path}`;
  const make = (kind: VaultErrorKind, text: string) =>
    new VaultError(`${where}: ${text}`, kind, undefined, [], { cause });
  if (code === "TimeoutError" || code === "UND_ERR_HEADERS_TIMEOUT" || code === "UND_ERR_BODY_TIMEOUT") {
    return make("timeout", `no answer within ${timeoutMs / 1000} s`);
  }
  if (code !== undefined && (certificateProblems.has(code) || code.startsWith("ERR_SSL") || code === "EPROTO")) {
    const advice =
      code === "ERR_TLS_CERT_ALTNAME_INVALID"
        ? "Set tlsServerName (VAULT_TLS_SERVER_NAME) to a name that the certificate has"
        : "Set caCertificate or caCertificateFile (VAULT_CACERT) to the authority that signed Vault's certificate";
    return make("tls", `${message} (${code}). ${advice}`);
  }
  return make("unreachable", `cannot be reached: ${message}${code === undefined ? "" : ` (${code})`}`);
}

function describe(cause: unknown): { code?: string; message: string } {
  if (!(cause instanceof Error)) {
    return { message: String(cause) };
  }
  // A host with several addresses fails with one error for each of them.
  const inner: unknown = cause instanceof AggregateError ? cause.errors[0] : cause.cause;
  const first = inner instanceof Error && cause.message === "" ? inner : cause;
  const code = (first as NodeJS.ErrnoException).code;
  return { code: typeof code === "string" ? code : first.name, message: oneLine(first.message) };
}

/** A text on one line: Vault puts several errors under each other, with tabs and stars. */
function oneLine(text: string): string {
  return text
    .replace(/^\d+ errors? occurred:\s*\*?\s*/, "")
    .replace(/\s*\n\s*\*?\s*/g, "; ")
    .replace(/(?:; )+$/, "")
    .trim();
}
