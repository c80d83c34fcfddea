/**
 * What is wrong with a token, as far as its text shows. Secrets come with line breaks from many places, and no HTTP header can hold one.
 *
 * @returns a rule that does not quote the token; undefined where it can be sent
 */
export function tokenProblem(token: string): string | undefined {
  if (token === "") {
    return "is empty";
  }
  if (!/^[\x21-\x7e]+$/.test(token)) {
    return "has spaces, line breaks or other characters that no token of Vault's has";
  }
  return /^(["'`]).*\1$/.test(token) ? "stands in quotes, which do not belong to it" : undefined;
}
