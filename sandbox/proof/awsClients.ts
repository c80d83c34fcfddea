import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { IAMClient } from "@aws-sdk/client-iam";
import { SSMClient } from "@aws-sdk/client-ssm";
import { STSClient } from "@aws-sdk/client-sts";

/** Where the sandbox's AWS answers. */
export interface AwsEndpoint {
  readonly endpoint: string;
  readonly region: string;
}

export interface AwsKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface AwsClients {
  readonly dynamodb: DynamoDBClient;
  readonly iam: IAMClient;
  readonly ssm: SSMClient;
  readonly sts: STSClient;
  readonly destroy: () => void;
}

/** Clients that sign with the given keys; no retries, so that an answer of AWS is seen as it is. */
export function awsClients(aws: AwsEndpoint, credentials: AwsKeys): AwsClients {
  const config = { endpoint: aws.endpoint, region: aws.region, credentials, maxAttempts: 1 };
  const clients = {
    dynamodb: new DynamoDBClient(config),
    iam: new IAMClient(config),
    ssm: new SSMClient(config),
    sts: new STSClient(config),
  };
  return { ...clients, destroy: () => Object.values(clients).forEach((client) => client.destroy()) };
}

/** Names of the errors with which AWS says that a right is missing. */
export const denials = ["AccessDenied", "AccessDeniedException"];

/**
 * The message with which AWS refused a call; an error if AWS allowed it or failed in another way.
 *
 * @param names of the errors that are refusals
 */
export async function refusal(call: () => Promise<unknown>, names: readonly string[] = denials): Promise<string> {
  try {
    await call();
  } catch (error) {
    if (error instanceof Error && names.includes(error.name)) {
      return error.message;
    }
    throw error;
  }
  throw new Error("AWS allowed a call that the credentials must not be able to make");
}
