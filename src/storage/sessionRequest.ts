import { unknownValue } from "../internal/validation/known.js";

/** What {@link AwsSessionCredentials} is made of, as the state keeps it. */
export interface SessionInputs {
  /** The role to assume. Without one, the credentials are a session of the user whose key is given. */
  readonly roleArn?: string;
  readonly externalId?: string;
  readonly sessionName: string;
  readonly durationSeconds: number;
  readonly renewBeforeSeconds: number;
  readonly accessKeyId?: string;
  readonly secretAccessKey?: string;
  readonly region: string;
  readonly stsEndpoint?: string;
}

/** What AWS issued. */
export interface IssuedSession {
  readonly sessionAccessKeyId: string;
  readonly sessionSecretAccessKey: string;
  readonly sessionToken: string;
  /** When the credentials end, in ISO 8601. */
  readonly expiration: string;
}

/** The inputs that decide whose session it is. The rest, such as the endpoint, changes nothing of what was issued. */
const deciding = ["roleArn", "externalId", "sessionName", "durationSeconds", "accessKeyId"] as const;

/**
 * Whether new credentials are needed: another identity or life is wanted, or the end is near.
 *
 * @param before inputs and outputs as the state has them
 * @param now the time, in milliseconds
 */
export function needsNewSession(before: SessionInputs & IssuedSession, after: SessionInputs, now: number): boolean {
  const changed = deciding.some((name) => after[name] === unknownValue || before[name] !== after[name]);
  return changed || Date.parse(before.expiration) - now <= after.renewBeforeSeconds * 1000;
}
