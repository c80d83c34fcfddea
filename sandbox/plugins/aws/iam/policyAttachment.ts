import {
  AttachGroupPolicyCommand,
  AttachRolePolicyCommand,
  AttachUserPolicyCommand,
  DetachGroupPolicyCommand,
  DetachRolePolicyCommand,
  DetachUserPolicyCommand,
  ListAttachedGroupPoliciesCommand,
  ListAttachedRolePoliciesCommand,
  ListAttachedUserPoliciesCommand,
  type AttachedPolicy,
  type IAMClient,
} from "@aws-sdk/client-iam";
import type { ResourceType } from "../resourceType.js";
import { isAwsError, whilePropagating } from "../retry.js";
import { idParts, noSuchEntity, text, unlessGone } from "./shared.js";

interface Page {
  readonly AttachedPolicies?: AttachedPolicy[];
  readonly IsTruncated?: boolean;
  readonly Marker?: string;
}

interface Calls {
  readonly attach: (iam: IAMClient, owner: string, policyArn: string) => Promise<unknown>;
  readonly detach: (iam: IAMClient, owner: string, policyArn: string) => Promise<unknown>;
  readonly list: (iam: IAMClient, owner: string, marker: string | undefined) => Promise<Page>;
}

/** A managed policy on a user, role, or group. Its id is `<owner>/<policy ARN>`, as in the released provider's imports. */
function policyAttachment(token: string, owner: "user" | "role" | "group", calls: Calls): ResourceType {
  return {
    token,
    arguments: {
      [owner]: { required: true, replaces: true },
      policyArn: { required: true, replaces: true },
    },
    outputs: [],
    create: async ({ clients, cancelled }, inputs) => {
      const iam = await clients.iam();
      const [ownerName, policyArn] = [text(inputs, owner), text(inputs, "policyArn")];
      await whilePropagating(
        () => calls.attach(iam, ownerName, policyArn),
        (error) => isAwsError(error, noSuchEntity, /\b(user|role|group)\b/i),
        cancelled,
      );
      return `${ownerName}/${policyArn}`;
    },
    read: async ({ clients }, id) => {
      const [ownerName, policyArn] = idParts(id, "/");
      const iam = await clients.iam();
      let marker: string | undefined;
      do {
        const page = await unlessGone(calls.list(iam, ownerName, marker));
        if (page?.AttachedPolicies?.some((policy) => policy.PolicyArn === policyArn)) {
          return { [owner]: ownerName, policyArn };
        }
        marker = page?.IsTruncated ? page.Marker : undefined;
      } while (marker !== undefined);
      return undefined;
    },
    delete: async ({ clients }, id) => {
      const [ownerName, policyArn] = idParts(id, "/");
      await unlessGone(calls.detach(await clients.iam(), ownerName, policyArn));
    },
  };
}

export const userPolicyAttachment = policyAttachment("aws:iam/userPolicyAttachment:UserPolicyAttachment", "user", {
  attach: (iam, UserName, PolicyArn) => iam.send(new AttachUserPolicyCommand({ UserName, PolicyArn })),
  detach: (iam, UserName, PolicyArn) => iam.send(new DetachUserPolicyCommand({ UserName, PolicyArn })),
  list: (iam, UserName, Marker) => iam.send(new ListAttachedUserPoliciesCommand({ UserName, Marker })),
});

export const rolePolicyAttachment = policyAttachment("aws:iam/rolePolicyAttachment:RolePolicyAttachment", "role", {
  attach: (iam, RoleName, PolicyArn) => iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn })),
  detach: (iam, RoleName, PolicyArn) => iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn })),
  list: (iam, RoleName, Marker) => iam.send(new ListAttachedRolePoliciesCommand({ RoleName, Marker })),
});

export const groupPolicyAttachment = policyAttachment("aws:iam/groupPolicyAttachment:GroupPolicyAttachment", "group", {
  attach: (iam, GroupName, PolicyArn) => iam.send(new AttachGroupPolicyCommand({ GroupName, PolicyArn })),
  detach: (iam, GroupName, PolicyArn) => iam.send(new DetachGroupPolicyCommand({ GroupName, PolicyArn })),
  list: (iam, GroupName, Marker) => iam.send(new ListAttachedGroupPoliciesCommand({ GroupName, Marker })),
});
