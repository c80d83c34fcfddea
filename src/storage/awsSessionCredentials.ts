import * as pulumi from "@pulumi/pulumi";
import { resourceHost } from "../vaultresource/resourceHost.js";

/** What {@link AwsSessionCredentials} takes. */
export interface AwsSessionCredentialsArgs {
  /**
   * ARN of the role to assume (`sts:AssumeRole`).
   *
   * @default - a session of the user whose key is given (`sts:GetSessionToken`)
   */
  readonly roleArn?: pulumi.Input<string>;
  /** The external ID that the role's trust policy asks for. */
  readonly externalId?: pulumi.Input<string>;
  /**
   * Name of the session of a role, as CloudTrail shows it.
   *
   * @default "vault-storage"
   */
  readonly sessionName?: pulumi.Input<string>;
  /**
   * Lifetime of the credentials in seconds: for a role 900 up to the role's own maximum, for a user 900 to 129600.
   *
   * @default 3600
   */
  readonly durationSeconds?: pulumi.Input<number>;
  /**
   * How long before their end the credentials are replaced by a `pulumi up`, in seconds.
   *
   * @default - half of durationSeconds
   */
  readonly renewBeforeSeconds?: pulumi.Input<number>;
  /**
   * ID of the key to ask with. A user's session needs it.
   *
   * @default - whatever the AWS SDK finds where `pulumi up` runs
   */
  readonly accessKeyId?: pulumi.Input<string>;
  /** The secret of the key to ask with. Kept as a secret, whether given as one or not. */
  readonly secretAccessKey?: pulumi.Input<string>;
  /** Region of STS. */
  readonly region: pulumi.Input<string>;
  /**
   * Endpoint of STS.
   *
   * @default - AWS's own for the region, or what AWS_ENDPOINT_URL_STS and AWS_ENDPOINT_URL say
   */
  readonly stsEndpoint?: pulumi.Input<string>;
}

/**
 * Session credentials of AWS: an access key that expires.
 *
 * They are issued at `pulumi up`, kept in the state as secrets, and issued again by the first `up` that comes less than `renewBeforeSeconds` before
 * their end: so `up` has to run regularly, from a schedule. A preview or refresh issues nothing.
 *
 * A dynamic resource: the package must be among the dependencies of the Pulumi project.
 */
export class AwsSessionCredentials extends pulumi.CustomResource {
  /** ID of the key issued. */
  declare readonly sessionAccessKeyId: pulumi.Output<string>;
  /** Secret of the key issued, a secret. */
  declare readonly sessionSecretAccessKey: pulumi.Output<string>;
  /** The session token, a secret. */
  declare readonly sessionToken: pulumi.Output<string>;
  /** When the credentials end, in ISO 8601. */
  declare readonly expiration: pulumi.Output<string>;

  /**
   * Session credentials are created with the resource, and replaced before they expire.
   *
   * @throws Error at `pulumi up`, by the provider, with AWS's own answer where it issues none
   */
  constructor(name: string, args: AwsSessionCredentialsArgs, opts?: pulumi.CustomResourceOptions) {
    const host = resourceHost();
    const kind = "AwsSessionCredentials";
    const durationSeconds = pulumi.output(args.durationSeconds ?? 3600);
    const props = {
      sessionAccessKeyId: undefined,
      sessionSecretAccessKey: undefined,
      sessionToken: undefined,
      expiration: undefined,
      roleArn: args.roleArn,
      externalId: args.externalId,
      sessionName: args.sessionName ?? "vault-storage",
      durationSeconds,
      renewBeforeSeconds: args.renewBeforeSeconds ?? durationSeconds.apply((seconds) => Math.floor(seconds / 2)),
      accessKeyId: args.accessKeyId,
      secretAccessKey: args.secretAccessKey === undefined ? undefined : pulumi.secret(args.secretAccessKey),
      region: args.region,
      stsEndpoint: args.stsEndpoint,
      ...host.propsOf(kind),
    };
    const secrets = { additionalSecretOutputs: ["secretAccessKey", "sessionSecretAccessKey", "sessionToken"] };
    super(host.typeOf(kind), name, props, host.optionsOf(kind, pulumi.mergeOptions(opts, secrets)));
  }
}
