import {
  DeleteGroupPolicyCommand,
  DeleteRolePolicyCommand,
  DeleteUserPolicyCommand,
  GetGroupPolicyCommand,
  GetRolePolicyCommand,
  GetUserPolicyCommand,
  PutGroupPolicyCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
  type IAMClient,
} from "@aws-sdk/client-iam";
import { samePolicy } from "../equality.js";
import type { ResourceType } from "../resourceType.js";
import { isAwsError, whilePropagating } from "../retry.js";
import { idParts, noSuchEntity, policyText, text, unlessGone } from "./shared.js";

interface Calls {
  readonly put: (iam: IAMClient, owner: string, name: string, document: string) => Promise<unknown>;
  readonly get: (iam: IAMClient, owner: string, name: string) => Promise<{ PolicyDocument?: string }>;
  readonly remove: (iam: IAMClient, owner: string, name: string) => Promise<unknown>;
}

/** A policy that is part of a user, role, or group. Its id is `<owner>:<policy name>`. */
function inlinePolicy(token: string, owner: "user" | "role" | "group", calls: Calls): ResourceType {
  return {
    token,
    arguments: {
      [owner]: { required: true, replaces: true },
      policy: { required: true, equals: samePolicy },
      name: { replaces: true },
      namePrefix: { writeOnly: true, replaces: true },
    },
    outputs: [],
    autoname: { property: "name", maxLength: 128 },
    create: async ({ clients, cancelled }, inputs) => {
      const iam = await clients.iam();
      const [ownerName, name] = [text(inputs, owner), text(inputs, "name")];
      await whilePropagating(
        () => calls.put(iam, ownerName, name, text(inputs, "policy")),
        (error) => isAwsError(error, noSuchEntity),
        cancelled,
      );
      return `${ownerName}:${name}`;
    },
    read: async ({ clients }, id) => {
      const [ownerName, name] = idParts(id, ":");
      const found = await unlessGone(calls.get(await clients.iam(), ownerName, name));
      return found === undefined ? undefined : { [owner]: ownerName, name, policy: policyText(found.PolicyDocument) };
    },
    update: async ({ clients }, id, { inputs }) => {
      const [ownerName, name] = idParts(id, ":");
      await calls.put(await clients.iam(), ownerName, name, text(inputs, "policy"));
    },
    delete: async ({ clients }, id) => {
      const [ownerName, name] = idParts(id, ":");
      await unlessGone(calls.remove(await clients.iam(), ownerName, name));
    },
  };
}

export const userPolicy = inlinePolicy("aws:iam/userPolicy:UserPolicy", "user", {
  put: (iam, UserName, PolicyName, PolicyDocument) =>
    iam.send(new PutUserPolicyCommand({ UserName, PolicyName, PolicyDocument })),
  get: (iam, UserName, PolicyName) => iam.send(new GetUserPolicyCommand({ UserName, PolicyName })),
  remove: (iam, UserName, PolicyName) => iam.send(new DeleteUserPolicyCommand({ UserName, PolicyName })),
});

export const rolePolicy = inlinePolicy("aws:iam/rolePolicy:RolePolicy", "role", {
  put: (iam, RoleName, PolicyName, PolicyDocument) =>
    iam.send(new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument })),
  get: (iam, RoleName, PolicyName) => iam.send(new GetRolePolicyCommand({ RoleName, PolicyName })),
  remove: (iam, RoleName, PolicyName) => iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName })),
});

export const groupPolicy = inlinePolicy("aws:iam/groupPolicy:GroupPolicy", "group", {
  put: (iam, GroupName, PolicyName, PolicyDocument) =>
    iam.send(new PutGroupPolicyCommand({ GroupName, PolicyName, PolicyDocument })),
  get: (iam, GroupName, PolicyName) => iam.send(new GetGroupPolicyCommand({ GroupName, PolicyName })),
  remove: (iam, GroupName, PolicyName) => iam.send(new DeleteGroupPolicyCommand({ GroupName, PolicyName })),
});
