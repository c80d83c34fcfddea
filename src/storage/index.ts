export { DynamoDbStorage, type StorageBackend } from "./dynamoDbStorage.js";
export type { DynamoDbStorageArgs } from "./dynamoDbStorageArgs.js";
export { AwsSessionCredentials, type AwsSessionCredentialsArgs } from "./awsSessionCredentials.js";
export type { AccessKeyCredential, IrsaCredential, SessionCredential, StorageCredential } from "./storageCredential.js";
export type { CustomerManagedKey, DynamoDbAutoscalingArgs, DynamoDbTableArgs, VaultTableArgs } from "./tableArgs.js";
