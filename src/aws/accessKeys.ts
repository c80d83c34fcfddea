/**
 * Whether a text is shaped as the ID of an access key: 16 to 32 capital letters and digits. No secret key passes for one: it has 40 characters, and
 * small letters among them.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_AccessKey.html
 */
export function isAccessKeyId(value: unknown): boolean {
  return typeof value === "string" && /^[A-Z][A-Z0-9]{15,31}$/.test(value);
}

/** Whether a text is shaped as a secret access key: 40 characters of Base64. */
export function isSecretAccessKey(value: unknown): boolean {
  return typeof value === "string" && /^[A-Za-z0-9/+]{40}$/.test(value);
}

/** Whether a text is shaped as the ID of the access key of a session, which is of no use without its session token. */
export function isSessionKeyId(value: unknown): boolean {
  return isAccessKeyId(value) && (value as string).startsWith("ASIA");
}
