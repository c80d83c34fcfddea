import * as pulumi from "@pulumi/pulumi";
import type { KeyReadinessArgs } from "./awsRootConfig.js";
import { credentialFields, credentialsRules, reissueFields } from "./credentialsRules.js";
import type { Values } from "../vaultresource/fields.js";
import { canonicalInputs, mapInput, assertValid } from "../vaultresource/inputs.js";
import type { Duration } from "../internal/duration.js";
import { trimSlashes, unknownArguments } from "../vaultresource/rules.js";
import { VaultResource } from "../vaultresource/vaultResource.js";

export interface AwsCredentialsArgs {
  /** Path of the mount: `engine.path`. */
  readonly mount: pulumi.Input<string>;
  /** Name of the role. */
  readonly role: pulumi.Input<string>;
  /**
   * Where they are read from. Both answer the same for a role of today; roles written in the form before Vault 0.11 give sessions under `sts`
   * only, and users under `creds` only.
   *
   * @default "creds"
   */
  readonly endpoint?: pulumi.Input<"creds" | "sts">;
  /** Which role of AWS to assume, where Vault's role names several. */
  readonly roleArn?: pulumi.Input<string>;
  /** Life of session credentials, capped by the role. Of no effect for `iam_user`. @default - the role's */
  readonly ttl?: pulumi.Input<Duration>;
  /** Name of the session of an assumed role, for CloudTrail. @default - a name that Vault makes */
  readonly roleSessionName?: pulumi.Input<string>;
  /** An `up` reads new credentials when these have less time left. @default - a third of their life */
  readonly reissueBefore?: pulumi.Input<Duration>;
  /** A change of this text reads new credentials. */
  readonly reissueTrigger?: pulumi.Input<string>;
  /** How the credentials are tried before others get them. */
  readonly keyReadiness?: pulumi.Input<KeyReadinessArgs>;
}

const argumentNames = [
  "mount",
  "role",
  "endpoint",
  ...[...credentialFields, ...reissueFields].map((field) => field.name),
  "reissueTrigger",
  "keyReadiness",
];

/**
 * AWS credentials from a role of Vault's AWS secrets engine, for use in the same program. They are read once, at `up`, and kept encrypted in the
 * state until they near their end; then an `up` reads new ones and, last of all, revokes the old. Preview and refresh read none.
 *
 * A lease ends with the token that it was made with. A login makes a token of its own for each such resource, which is not revoked at the end of
 * the run; how long it lives is a matter of the login's role in Vault.
 *
 * @example
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
  declare public readonly accessKeyId: pulumi.Output<string>;
  /** Secret. */
  declare public readonly secretAccessKey: pulumi.Output<string>;
  /** Secret; empty for an IAM user's. */
  declare public readonly sessionToken: pulumi.Output<string>;
  /** Vault's ID of the lease; empty where Vault made none. */
  declare public readonly leaseId: pulumi.Output<string>;
  /** When they end, as Vault and the token's life say: `2026-01-31T12:00:00.000Z`. */
  declare public readonly expiresAt: pulumi.Output<string>;
  /** ARN of the session of an assumed role; else empty. */
  declare public readonly callerArn: pulumi.Output<string>;

  constructor(name: string, args: AwsCredentialsArgs, opts?: pulumi.CustomResourceOptions) {
    assertValid(`AwsCredentials "${name}"`, args, (given) => [
      ...unknownArguments(given, argumentNames),
      ...credentialsRules(given),
    ]);
    const inputs = {
      mount: mapInput(args.mount, (value) => trimSlashes(value as string)),
      role: args.role,
      endpoint: args.endpoint,
      ...canonicalInputs([...credentialFields, ...reissueFields], args as unknown as Values),
      reissueTrigger: args.reissueTrigger,
      keyReadiness: args.keyReadiness,
    };
    const outputs = [
      "accessKeyId",
      "secretAccessKey",
      "sessionToken",
      "leaseId",
      "issuedAt",
      "expiresAt",
      "callerArn",
      "tokenAccessor",
    ];
    const secret = {
      additionalSecretOutputs: ["accessKeyId", "secretAccessKey", "sessionToken", "leaseId", "tokenAccessor"],
    };
    super("AwsCredentials", name, inputs, outputs, pulumi.mergeOptions(opts, secret));
  }
}
