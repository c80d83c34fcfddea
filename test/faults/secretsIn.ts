/** The forms in which a secret can stand in a text. */
function formsOf(secret: string): string[] {
  const json = JSON.stringify(secret).slice(1, -1);
  return [
    secret,
    json,
    JSON.stringify(json).slice(1, -1),
    encodeURIComponent(secret),
    Buffer.from(secret).toString("base64").replace(/=+$/, ""),
    Buffer.from(secret).toString("base64url"),
    Buffer.from(secret).toString("hex"),
  ];
}

/** The texts that hold one of the secrets, raw or encoded. */
export function secretsIn(texts: readonly string[], secrets: readonly string[]): string[] {
  const forms = secrets.flatMap(formsOf);
  return texts.filter((text) => forms.some((form) => text.includes(form)));
}
