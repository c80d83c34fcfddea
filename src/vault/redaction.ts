import { VaultError } from "./errors.js";

/** A token or secret that is shorter could be a part of many words. */
const shortestAnywhere = 8;
const shortest = 4;

/**
 * An error without secrets, though Vault quoted them: as they are, and as JSON, URLs and base64 spell them.
 *
 * @param token Vault itself never quotes it, so that a short one (`root`, of a development server) is taken for a word
 */
export function redacted(error: unknown, token: string | undefined, secrets: readonly string[] = []): unknown {
  if (!(error instanceof VaultError)) {
    return error;
  }
  const patterns = [
    ...(token !== undefined && token.length >= shortestAnywhere ? [token] : []),
    ...secrets.filter((secret) => secret.length >= shortest),
  ]
    .flatMap(spellings)
    .sort((one, other) => other.length - one.length)
    .map(patternOf);
  const clean = (text: string) => patterns.reduce((rest, pattern) => rest.replace(pattern, "[secret]"), text);
  if (clean(error.message) === error.message) {
    return error;
  }
  return new VaultError(clean(error.message), error.kind, error.status, error.errors.map(clean), {
    retryAfterMs: error.retryAfterMs,
    permanent: !error.transient,
  });
}

function spellings(secret: string): string[] {
  const bytes = Buffer.from(secret, "utf8");
  return [
    ...new Set([
      secret,
      JSON.stringify(secret).slice(1, -1),
      encodeURIComponent(secret),
      bytes.toString("base64"),
      bytes.toString("base64url"),
    ]),
  ];
}

/** A short secret is replaced where it stands by itself only, so that no word that contains it is cut. */
function patternOf(secret: string): RegExp {
  const quoted = secret.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return secret.length >= shortestAnywhere
    ? new RegExp(quoted, "g")
    : new RegExp(`(?<![\\w/-])${quoted}(?![\\w/-])`, "g");
}
