import { CreateTableCommand } from "@aws-sdk/client-dynamodb";
import { CreateUserCommand } from "@aws-sdk/client-iam";
import { PutParameterCommand } from "@aws-sdk/client-ssm";
import {
  applicationParameter,
  awsClients,
  foreignParameter,
  foreignTable,
  foreignUser,
  type AwsEndpoint,
  type AwsKeys,
} from "./proof/index.js";

/**
 * What an account holds besides the platform: something that applications may read, and things that nobody of the platform may touch. Without
 * them a refusal could as well mean that there was nothing to be refused.
 */
export async function putFixtures(aws: AwsEndpoint & { readonly admin: AwsKeys }): Promise<void> {
  const { dynamodb, iam, ssm, destroy } = awsClients(aws, aws.admin);
  try {
    await ssm.send(new PutParameterCommand({ Name: applicationParameter, Value: "hello", Type: "String" }));
    await ssm.send(new PutParameterCommand({ Name: foreignParameter, Value: "none of your business", Type: "String" }));
    await iam.send(new CreateUserCommand({ UserName: foreignUser }));
    await dynamodb.send(
      new CreateTableCommand({
        TableName: foreignTable,
        KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
        AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
        BillingMode: "PAY_PER_REQUEST",
      }),
    );
  } finally {
    destroy();
  }
}
