export { DynamoDbStorage, type StorageBackend } from "./dynamoDbStorage.js";
export type { DynamoDbStorageArgs } from "./dynamoDbStorageArgs.js";
export type { AccessKeyCredential, IrsaCredential, StorageCredential } from "./storageCredential.js";
export type { CustomerManagedKey, DynamoDbAutoscalingArgs, DynamoDbTableArgs } from "./tableArgs.js";
