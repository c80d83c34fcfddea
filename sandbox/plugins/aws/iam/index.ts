import type { ResourceType } from "../resourceType.js";
import { accessKey } from "./accessKey.js";
import { group, groupMembership, userGroupMembership } from "./group.js";
import { groupPolicy, rolePolicy, userPolicy } from "./inlinePolicy.js";
import { openIdConnectProvider } from "./openIdConnectProvider.js";
import { policy } from "./policy.js";
import { groupPolicyAttachment, rolePolicyAttachment, userPolicyAttachment } from "./policyAttachment.js";
import { role } from "./role.js";
import { user } from "./user.js";

export const iamTypes: readonly ResourceType[] = [
  user,
  userPolicy,
  userPolicyAttachment,
  accessKey,
  role,
  rolePolicy,
  rolePolicyAttachment,
  policy,
  group,
  groupPolicy,
  groupPolicyAttachment,
  groupMembership,
  userGroupMembership,
  openIdConnectProvider,
];
