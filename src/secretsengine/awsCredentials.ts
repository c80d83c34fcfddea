import * as pulumi from "@pulumi/pulumi";
import type { KeyReadinessArgs } from "./awsRootConfig.js";
import { credentialsRules } from "./configRules.js";
import { credentialFields, credentialOutputs, credentialSettings } from "./engineFields.js";
import type { Values } from "../vaultresource/fields.js";
import { canonicalInputs, mapInput, assertValid } from "../vaultresource/inputs.js";
import type { Duration } from "../internal/duration.js";
import { trimSlashes, unknownArguments } from "../vaultresource/rules.js";
import { VaultResource } from "../vaultresource/vaultResource.js";

/** What {@link AwsCredentials} takes. */
export interface AwsCredentialsArgs {
  /** Path of the mount: `engine.path`. */
  readonly mount: pulumi.Input<string>;
  /** Name of the role. */
  readonly role: pulumi.Input<string>;
  /**
   * Where they are read from. Both answer the same for a role; roles written in the form before Vault 0.11 give sessions under `sts`
   * only, and users under `creds` only.
   *
   * @default "creds"
   */
  readonly endpoint?: pulumi.Input<"creds" | "sts">;
  /** Which role of AWS to assume, where Vault's role names several. */
  readonly roleArn?: pulumi.Input<string>;
  /** Lifetime of session credentials, capped by the role. Of no effect for `iam_user`. @default - the role's */
  readonly ttl?: pulumi.Input<Duration>;
  /** Name of the session of an assumed role, for CloudTrail. @default - a name that Vault makes */
  readonly roleSessionName?: pulumi.Input<string>;
  /** Code of the root user's MFA device, for a `session_token` role with an MFA device. It is valid for one read. */
  readonly mfaCode?: pulumi.Input<string>;
  /**
   * An `up` reads new credentials when these have less time left. Shorter than their lifetime: where it is not, a third of their lifetime is taken, and a
   * warning shown. @default - a third of their lifetime
   */
  readonly reissueBefore?: pulumi.Input<Duration>;
  /** A change of this text reads new credentials. */
  readonly reissueTrigger?: pulumi.Input<string>;
  /** How the credentials are tried before others get them. */
  readonly keyReadiness?: pulumi.Input<KeyReadinessArgs>;
}

const fields = [...credentialFields, ...credentialSettings];
const argumentNames = ["mount", "role", ...fields.map((field) => field.name), "keyReadiness"];

/**
 * AWS credentials from a role of Vault's AWS secrets engine, for use in the same program. They are read once, at `up`, and kept encrypted in the
 * state until shortly before they expire; then an `up` reads new ones and, as its last step, revokes the old ones. Preview and refresh read none.
 *
 * A lease ends with the token that created it. A login makes a token of its own for each such resource, which is not revoked at the end of
 * the run; how long it lives is a matter of the login's role in Vault.
 *
 * @example
 * const engine = new AwsSecretsEngine("aws", {
 *   roles: { deploy: { credentialType: "assumed_role", roleArns: [deployRoleArn] } },
 * });
 * const credentials = new AwsCredentials("deploy", { mount: engine.path, role: "deploy" });
 * const provider = new aws.Provider("deploy", {
 *   accessKey: credentials.accessKeyId,
 *   secretKey: credentials.secretAccessKey,
 *   token: credentials.sessionToken,
 * });
 *
 * @see https://developer.hashicorp.com/vault/api-docs/secret/aws#generate-credentials
 */
export class AwsCredentials extends VaultResource {
  /** ID of the access key. */
  declare public readonly accessKeyId: pulumi.Output<string>;
  /** Secret. */
  declare public readonly secretAccessKey: pulumi.Output<string>;
  /** Secret; empty for an IAM user's. */
  declare public readonly sessionToken: pulumi.Output<string>;
  /** Vault's ID of the lease. Secret; empty where there is none to revoke: of session credentials that were read with a login's token. */
  declare public readonly leaseId: pulumi.Output<string>;
  /** Lifetime of the lease when it was created, in seconds. */
  declare public readonly leaseDuration: pulumi.Output<number>;
  /** Whether Vault can renew the lease: of IAM users, not of sessions. */
  declare public readonly renewable: pulumi.Output<boolean>;
  /** When they were read: `2026-01-31T12:00:00.000Z`. */
  declare public readonly issuedAt: pulumi.Output<string>;
  /** When they end, as Vault and the token's life say: `2026-01-31T12:00:00.000Z`. */
  declare public readonly expiresAt: pulumi.Output<string>;
  /** ARN of the session of an assumed role; else empty. */
  declare public readonly callerArn: pulumi.Output<string>;

  /** @throws pulumi.RunError with all problems of the arguments */
  constructor(name: string, args: AwsCredentialsArgs, opts?: pulumi.CustomResourceOptions) {
    assertValid(`AwsCredentials "${name}"`, args, (given) => [
      ...unknownArguments(given, argumentNames),
      ...credentialsRules(given),
    ]);
    const inputs = {
      mount: mapInput(args.mount, (value) => trimSlashes(value as string)),
      role: args.role,
      ...canonicalInputs(fields, args as unknown as Values),
      mfaCode: args.mfaCode === undefined ? undefined : pulumi.secret(args.mfaCode),
      keyReadiness: args.keyReadiness,
    };
    const outputs = Object.keys(credentialOutputs);
    const additionalSecretOutputs = outputs.filter((output) => credentialOutputs[output] === "secret");
    super("AwsCredentials", name, inputs, outputs, pulumi.mergeOptions(opts, { additionalSecretOutputs }));
  }
}
