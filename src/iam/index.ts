export type { ConditionValue, PolicyDocument, PolicyStatement, Principal } from "./policyDocument.js";
export type { Partition } from "./arns.js";
export { irsaTrustPolicy, type IrsaSubject } from "./irsaTrustPolicy.js";
export { storagePolicy, type StoragePolicyOptions } from "./storagePolicy.js";
