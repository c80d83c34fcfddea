import {
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePermissionsBoundaryCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  GetRoleCommand,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
  PutRolePermissionsBoundaryCommand,
  TagRoleCommand,
  UntagRoleCommand,
  UpdateAssumeRolePolicyCommand,
  UpdateRoleCommand,
  type IAMClient,
} from "@aws-sdk/client-iam";
import { samePolicy } from "../equality.js";
import { tagArguments, tagList, tagMap, type ResourceType } from "../resourceType.js";
import { isAwsError, whilePropagating } from "../retry.js";
import { optionalText, policyText, text, unlessGone } from "./shared.js";

export const role: ResourceType = {
  token: "aws:iam/role:Role",
  arguments: {
    assumeRolePolicy: { required: true, equals: samePolicy },
    name: { replaces: true },
    namePrefix: { writeOnly: true, replaces: true },
    path: { defaultValue: "/", replaces: true },
    description: { defaultValue: "" },
    forceDetachPolicies: { defaultValue: false, writeOnly: true },
    maxSessionDuration: { defaultValue: 3600 },
    permissionsBoundary: {},
    ...tagArguments,
  },
  outputs: ["arn", "createDate", "uniqueId"],
  autoname: { property: "name", maxLength: 64 },
  create: async ({ clients, cancelled }, inputs) => {
    const iam = await clients.iam();
    const command = new CreateRoleCommand({
      RoleName: text(inputs, "name"),
      Path: optionalText(inputs, "path") ?? "/",
      AssumeRolePolicyDocument: text(inputs, "assumeRolePolicy"),
      Description: optionalText(inputs, "description"),
      MaxSessionDuration: (inputs.maxSessionDuration as number | undefined) ?? 3600,
      PermissionsBoundary: optionalText(inputs, "permissionsBoundary"),
      Tags: tagList(inputs.tagsAll),
    });
    await whilePropagating(() => iam.send(command), isUnknownPrincipal, cancelled);
    return text(inputs, "name");
  },
  read: async ({ clients }, id) => {
    const answer = await unlessGone((await clients.iam()).send(new GetRoleCommand({ RoleName: id })));
    const found = answer?.Role;
    return found === undefined
      ? undefined
      : {
          name: found.RoleName,
          path: found.Path,
          arn: found.Arn,
          uniqueId: found.RoleId,
          createDate: found.CreateDate?.toISOString(),
          description: found.Description ?? "",
          assumeRolePolicy: policyText(found.AssumeRolePolicyDocument),
          maxSessionDuration: found.MaxSessionDuration ?? 3600,
          permissionsBoundary: found.PermissionsBoundary?.PermissionsBoundaryArn,
          tagsAll: tagMap(found.Tags),
        };
  },
  update: async ({ clients, cancelled }, id, { inputs, changed }) => {
    const iam = await clients.iam();
    if (changed.has("assumeRolePolicy")) {
      const command = new UpdateAssumeRolePolicyCommand({
        RoleName: id,
        PolicyDocument: text(inputs, "assumeRolePolicy"),
      });
      await whilePropagating(() => iam.send(command), isUnknownPrincipal, cancelled);
    }
    if (changed.has("maxSessionDuration") || changed.has("description")) {
      await iam.send(
        new UpdateRoleCommand({
          RoleName: id,
          Description: optionalText(inputs, "description") ?? "",
          MaxSessionDuration: (inputs.maxSessionDuration as number | undefined) ?? 3600,
        }),
      );
    }
    if (changed.has("permissionsBoundary")) {
      const boundary = optionalText(inputs, "permissionsBoundary");
      await (boundary === undefined
        ? iam.send(new DeleteRolePermissionsBoundaryCommand({ RoleName: id }))
        : iam.send(new PutRolePermissionsBoundaryCommand({ RoleName: id, PermissionsBoundary: boundary })));
    }
  },
  delete: async ({ clients }, id, state) => {
    const iam = await clients.iam();
    if (state.forceDetachPolicies === true) {
      await unlessGone(removePolicies(iam, id));
    }
    await unlessGone(iam.send(new DeleteRoleCommand({ RoleName: id })));
  },
  tag: async ({ clients }, id, _state, { set, remove }) => {
    const iam = await clients.iam();
    if (remove.length > 0) {
      await iam.send(new UntagRoleCommand({ RoleName: id, TagKeys: [...remove] }));
    }
    if (Object.keys(set).length > 0) {
      await iam.send(new TagRoleCommand({ RoleName: id, Tags: tagList(set) }));
    }
  },
};

/** A trust policy that names a user made a moment ago: IAM calls its principal invalid until it knows of it. */
function isUnknownPrincipal(error: unknown): boolean {
  return isAwsError(error, ["MalformedPolicyDocument"], /invalid principal/i);
}

async function removePolicies(iam: IAMClient, RoleName: string): Promise<void> {
  const { AttachedPolicies } = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName }));
  for (const { PolicyArn } of AttachedPolicies ?? []) {
    await iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn }));
  }
  const { PolicyNames } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
  for (const PolicyName of PolicyNames ?? []) {
    await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName }));
  }
}
