export { AssumableRole, type AssumableRoleArgs } from "./assumableRole.js";
export type { Partition } from "./arns.js";
export { irsaTrustPolicy, type IrsaSubject } from "./irsaTrustPolicy.js";
export type { ConditionValue, PolicyDocument, PolicyStatement, Principal } from "./policyDocument.js";
export { checkPolicySize, policySize, PolicySizeError, policySizeLimits, splitPolicy } from "./policySize.js";
export { RootCredential } from "./rootCredential.js";
export type { RootCredentialArgs, ServiceAccountIdentityArgs } from "./rootCredentialArgs.js";
export type { RootCredentialRoleArgs, RootCredentialStaticRoleArgs } from "./roleInputs.js";
export {
  derivedRootPolicy,
  documentedRootPolicy,
  type RootIdentity,
  type RootPolicyOptions,
  type StaticRoleUser,
} from "./rootPolicy.js";
export { storagePolicy, type StoragePolicyOptions } from "./storagePolicy.js";
export type { Transform } from "./transform.js";
export { assumableRoleTrustPolicy, type TrustPolicyOptions } from "./trustPolicy.js";
export { unsealerPolicy, type UnsealerPolicyOptions } from "./unsealerPolicy.js";
export type { RequestContext } from "./conditions.js";
export { evaluate, type AccessRequest, type Decision, type IdentityPolicies, type Verdict } from "./evaluate.js";
export { evaluateTrust, type TrustRequest } from "./evaluateTrust.js";
export { formatFinding, type Finding } from "./findings.js";
export { powersOf } from "./breadth.js";
export { prove, type ProofInput } from "./prove.js";
export { proveStorage, type StorageProofInput } from "./proveStorage.js";
export { requirements, type Requirement } from "./requirements.js";
