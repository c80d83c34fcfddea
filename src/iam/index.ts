export { AssumableRole, type AssumableRoleArgs } from "./assumableRole.js";
export type { Partition } from "../aws/arns.js";
export { irsaTrustPolicy, type IrsaSubject } from "./policies/irsaTrustPolicy.js";
export type {
  ConditionValue,
  PolicyDocument,
  PolicyStatement,
  Principal,
  WidenedPolicyDocument,
  WidenedStatement,
} from "../aws/policyDocument.js";
export { policySizeLimits } from "../aws/policySizeLimits.js";
export { checkPolicySize, policySize, PolicySizeError, splitPolicy } from "./policies/policySize.js";
export { RootCredential } from "./rootCredential.js";
export type { RootCredentialArgs, ServiceAccountIdentityArgs } from "./rootCredentialArgs.js";
export type { RootCredentialRoleArgs, RootCredentialStaticRoleArgs } from "./roleInputs.js";
export {
  derivedRootPolicy,
  documentedRootPolicy,
  type RootIdentity,
  type RootPolicyOptions,
  type StaticRoleUser,
} from "./policies/rootPolicy.js";
export { storagePolicy, type StoragePolicyOptions } from "./policies/storagePolicy.js";
export type { Transform } from "../internal/transform.js";
export { assumableRoleTrustPolicy, type TrustPolicyOptions } from "./policies/trustPolicy.js";
export { unsealerPolicy, type UnsealerPolicyOptions } from "./policies/unsealerPolicy.js";
export type { RequestContext } from "./analysis/conditions.js";
export {
  evaluate,
  type AccessRequest,
  type Decision,
  type IdentityPolicies,
  type Verdict,
} from "./analysis/evaluate.js";
export { evaluateTrust, type TrustRequest } from "./analysis/evaluateTrust.js";
export { formatFinding, type Finding } from "../internal/validation/findings.js";
export { escalationPaths } from "./analysis/privilegeEscalation.js";
export { checkRootPolicy, type RootPolicyCheck } from "./analysis/checkRootPolicy.js";
export { checkStoragePolicy, type StoragePolicyCheck } from "./analysis/checkStoragePolicy.js";
export { requirements, type Requirement } from "./analysis/requirements.js";
