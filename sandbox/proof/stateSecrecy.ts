import { readSecret, secretNames } from "./kubernetesSecrets.js";
import type { Check, Subject } from "./subject.js";

/** Shorter strings, such as `"aws"`, stand in a state for many reasons. */
const shortestSecret = 12;

/** How Pulumi marks an encrypted value in a state. */
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

/** What must not be found in the state, by name: all that Secrets of the platform hold, all that the state itself encrypts, the root token. */
async function secretValues(subject: Subject): Promise<Map<string, string>> {
  const { namespace } = subject.outputs;
  const values = new Map<string, string>([[subject.vault.token, "Vault's root token"]]);
  for (const name of await secretNames(subject.kubeconfigPath, namespace)) {
    for (const [key, value] of Object.entries(await readSecret(subject.kubeconfigPath, namespace, name))) {
      // Access key ids are names, not secrets: AWS prints them in every log.
      if (key !== "access_key") {
        values.set(value, `${key} of Secret ${name}`);
      }
    }
  }
  for (const text of decryptedStrings(JSON.parse(await subject.exportState({ showSecrets: true })))) {
    if (!values.has(text) && !isAccessKeyId(text)) {
      values.set(text, "a value that the state encrypts elsewhere");
    }
  }
  return values;
}

const isAccessKeyId = (text: string) => /^A[KS]IA[A-Z0-9]{16}$/.test(text);

function decryptedStrings(state: unknown): string[] {
  if (Array.isArray(state)) {
    return state.flatMap(decryptedStrings);
  }
  if (state === null || typeof state !== "object") {
    return [];
  }
  const parts = Object.entries(state);
  const isSecret = parts.some(([, value]) => value === secretSignature);
  const plaintext = parts.find(([key]) => key === "plaintext")?.[1] as string | undefined;
  if (isSecret && plaintext !== undefined) {
    return strings(JSON.parse(plaintext));
  }
  return parts.flatMap(([, value]) => decryptedStrings(value));
}

function strings(value: unknown): string[] {
  if (typeof value === "string") {
    return value.length >= shortestSecret ? [value] : [];
  }
  return value !== null && typeof value === "object" ? Object.values(value).flatMap(strings) : [];
}

export const stateSecrecyCheck: Check = {
  title: "No secret is in plain text in the exported state",
  run: async (subject) => {
    const state = await subject.exportState({ showSecrets: false });
    const values = await secretValues(subject);
    for (const [value, name] of values) {
      const encoded = Buffer.from(value).toString("base64");
      if (state.includes(value) || state.includes(encoded)) {
        throw new Error(`${name} is in the state in plain text`);
      }
    }
    const ciphertexts = state.match(/"ciphertext"/g)?.length ?? 0;
    if (ciphertexts === 0) {
      throw new Error("The state holds no encrypted value at all, so nothing was proven");
    }
    return `${values.size} secrets looked for, ${ciphertexts} values are encrypted`;
  },
};
