import type { ApplicationAutoScalingClient } from "@aws-sdk/client-application-auto-scaling";
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { IAMClient } from "@aws-sdk/client-iam";
import type { KMSClient } from "@aws-sdk/client-kms";
import type { SSMClient } from "@aws-sdk/client-ssm";
import type { STSClient } from "@aws-sdk/client-sts";
import type { ProviderConfig } from "./providerConfig.js";

interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}

interface ClientSettings {
  readonly region: string;
  readonly endpoint?: string;
  readonly credentials?: Credentials | (() => Promise<Credentials>);
  readonly maxAttempts: number;
}

/** AWS clients for one provider's configuration; a service's SDK is loaded when it is first used. */
export class AwsClients {
  private readonly made = new Map<string, unknown>();
  private callerAccount: Promise<{ accountId: string; arn: string; userId: string }> | undefined;

  public constructor(public readonly config: ProviderConfig) {}

  public iam(): Promise<IAMClient> {
    return this.client("iam", undefined, async (settings) => {
      const { IAMClient } = await import("@aws-sdk/client-iam");
      return new IAMClient(settings);
    });
  }

  public sts(): Promise<STSClient> {
    return this.client("sts", undefined, async (settings) => {
      const { STSClient } = await import("@aws-sdk/client-sts");
      return new STSClient(settings);
    });
  }

  public dynamodb(region?: string): Promise<DynamoDBClient> {
    return this.client("dynamodb", region, async (settings) => {
      const { DynamoDBClient } = await import("@aws-sdk/client-dynamodb");
      return new DynamoDBClient(settings);
    });
  }

  public kms(region?: string): Promise<KMSClient> {
    return this.client("kms", region, async (settings) => {
      const { KMSClient } = await import("@aws-sdk/client-kms");
      return new KMSClient(settings);
    });
  }

  public ssm(region?: string): Promise<SSMClient> {
    return this.client("ssm", region, async (settings) => {
      const { SSMClient } = await import("@aws-sdk/client-ssm");
      return new SSMClient(settings);
    });
  }

  public applicationAutoScaling(region?: string): Promise<ApplicationAutoScalingClient> {
    return this.client("appautoscaling", region, async (settings) => {
      const { ApplicationAutoScalingClient } = await import("@aws-sdk/client-application-auto-scaling");
      return new ApplicationAutoScalingClient(settings);
    });
  }

  /** Who the provider's credentials are, asked once. */
  public caller(): Promise<{ accountId: string; arn: string; userId: string }> {
    this.callerAccount ??= (async () => {
      const { GetCallerIdentityCommand } = await import("@aws-sdk/client-sts");
      const identity = await (await this.sts()).send(new GetCallerIdentityCommand({}));
      return { accountId: identity.Account ?? "", arn: identity.Arn ?? "", userId: identity.UserId ?? "" };
    })();
    return this.callerAccount;
  }

  public region(override?: string): string {
    const region = override ?? this.config.region;
    if (region === undefined) {
      throw new Error(
        'aws: no region. Set "aws:region" in the stack\'s config, `region` of the provider, or AWS_REGION in the environment.',
      );
    }
    return region;
  }

  private async client<T>(
    service: string,
    region: string | undefined,
    make: (settings: ClientSettings) => Promise<T>,
  ): Promise<T> {
    const key = `${service}/${region ?? ""}`;
    const existing = this.made.get(key) as T | undefined;
    if (existing !== undefined) {
      return existing;
    }
    const endpoint = this.config.endpoints[service];
    const credentials =
      this.config.assumeRole === undefined ? this.config.credentials : () => this.assumeRole(this.config.assumeRole!);
    const client = await make({
      region: this.region(region),
      // What is undefined here the SDK takes from the environment: AWS_ENDPOINT_URL*, AWS_ACCESS_KEY_ID, a profile.
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(credentials === undefined ? {} : { credentials }),
      maxAttempts: this.config.maxRetries,
    });
    this.made.set(key, client);
    return client;
  }

  /** Credentials of the role that the provider works as. The SDK asks for them again before they end. */
  private async assumeRole(role: NonNullable<ProviderConfig["assumeRole"]>): Promise<Credentials> {
    const { AssumeRoleCommand } = await import("@aws-sdk/client-sts");
    const sts = await new AwsClients({ ...this.config, assumeRole: undefined }).sts();
    const { Credentials: issued } = await sts.send(
      new AssumeRoleCommand({
        RoleArn: role.roleArn,
        RoleSessionName: role.sessionName,
        ExternalId: role.externalId,
      }),
    );
    return {
      accessKeyId: issued?.AccessKeyId ?? "",
      secretAccessKey: issued?.SecretAccessKey ?? "",
      sessionToken: issued?.SessionToken,
      expiration: issued?.Expiration,
    };
  }
}
