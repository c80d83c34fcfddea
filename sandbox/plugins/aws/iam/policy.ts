import {
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  DeletePolicyCommand,
  DeletePolicyVersionCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  ListPolicyVersionsCommand,
  TagPolicyCommand,
  UntagPolicyCommand,
  type IAMClient,
} from "@aws-sdk/client-iam";
import { samePolicy } from "../equality.js";
import { tagArguments, tagList, tagMap, type ResourceType } from "../resourceType.js";
import { optionalText, policyText, text, unlessGone } from "./shared.js";

/** AWS keeps at most this many versions of a managed policy. */
const mostVersions = 5;

export const policy: ResourceType = {
  token: "aws:iam/policy:Policy",
  arguments: {
    policy: { required: true, equals: samePolicy },
    name: { replaces: true },
    namePrefix: { writeOnly: true, replaces: true },
    path: { defaultValue: "/", replaces: true },
    description: { defaultValue: "", replaces: true },
    ...tagArguments,
  },
  outputs: ["arn", "policyId", "attachmentCount"],
  autoname: { property: "name", maxLength: 128 },
  create: async ({ clients }, inputs) => {
    const { Policy } = await (
      await clients.iam()
    ).send(
      new CreatePolicyCommand({
        PolicyName: text(inputs, "name"),
        Path: optionalText(inputs, "path") ?? "/",
        Description: optionalText(inputs, "description"),
        PolicyDocument: text(inputs, "policy"),
        Tags: tagList(inputs.tagsAll),
      }),
    );
    return Policy?.Arn ?? "";
  },
  read: async ({ clients }, id) => {
    const iam = await clients.iam();
    const found = (await unlessGone(iam.send(new GetPolicyCommand({ PolicyArn: id }))))?.Policy;
    if (found === undefined) {
      return undefined;
    }
    const VersionId = found.DefaultVersionId;
    const { PolicyVersion } = await iam.send(new GetPolicyVersionCommand({ PolicyArn: id, VersionId }));
    return {
      name: found.PolicyName,
      path: found.Path,
      arn: found.Arn,
      policyId: found.PolicyId,
      description: found.Description ?? "",
      attachmentCount: found.AttachmentCount ?? 0,
      policy: policyText(PolicyVersion?.Document),
      tagsAll: tagMap(found.Tags),
    };
  },
  update: async ({ clients }, id, { inputs }) => {
    const iam = await clients.iam();
    const others = await otherVersions(iam, id);
    if (others.length >= mostVersions - 1) {
      await iam.send(new DeletePolicyVersionCommand({ PolicyArn: id, VersionId: others[0] }));
    }
    await iam.send(
      new CreatePolicyVersionCommand({ PolicyArn: id, PolicyDocument: text(inputs, "policy"), SetAsDefault: true }),
    );
  },
  delete: async ({ clients }, id) => {
    const iam = await clients.iam();
    for (const VersionId of (await unlessGone(otherVersions(iam, id))) ?? []) {
      await iam.send(new DeletePolicyVersionCommand({ PolicyArn: id, VersionId }));
    }
    await unlessGone(iam.send(new DeletePolicyCommand({ PolicyArn: id })));
  },
  tag: async ({ clients }, id, _state, { set, remove }) => {
    const iam = await clients.iam();
    if (remove.length > 0) {
      await iam.send(new UntagPolicyCommand({ PolicyArn: id, TagKeys: [...remove] }));
    }
    if (Object.keys(set).length > 0) {
      await iam.send(new TagPolicyCommand({ PolicyArn: id, Tags: tagList(set) }));
    }
  },
};

/** The versions that are not in force, the oldest first. */
async function otherVersions(iam: IAMClient, PolicyArn: string): Promise<string[]> {
  const { Versions } = await iam.send(new ListPolicyVersionsCommand({ PolicyArn }));
  return (Versions ?? [])
    .filter((version) => version.IsDefaultVersion !== true && version.VersionId !== undefined)
    .sort((left, right) => (left.CreateDate?.getTime() ?? 0) - (right.CreateDate?.getTime() ?? 0))
    .map((version) => version.VersionId as string);
}
