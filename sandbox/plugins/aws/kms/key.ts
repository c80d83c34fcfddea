import {
  CreateKeyCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  DisableKeyRotationCommand,
  EnableKeyCommand,
  EnableKeyRotationCommand,
  GetKeyPolicyCommand,
  GetKeyRotationStatusCommand,
  ListResourceTagsCommand,
  PutKeyPolicyCommand,
  ScheduleKeyDeletionCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateKeyDescriptionCommand,
  type KeySpec,
  type KeyUsageType,
  type KMSClient,
} from "@aws-sdk/client-kms";
import type { PropertyObject } from "../../../../src/plugin/server/propertyValues.js";
import { samePolicy } from "../equality.js";
import { MadeButFailed, tagArguments, type ResourceType } from "../resourceType.js";
import { isAwsError, orGone, whilePropagating } from "../retry.js";

/** KMS deletes a key only after a time of waiting; it is as good as gone meanwhile. */
const longestDeletionWindowDays = 30;

export const key: ResourceType = {
  token: "aws:kms/key:Key",
  arguments: {
    description: { computed: true },
    keyUsage: { defaultValue: "ENCRYPT_DECRYPT", replaces: true },
    customerMasterKeySpec: { defaultValue: "SYMMETRIC_DEFAULT", replaces: true },
    multiRegion: { computed: true, replaces: true },
    bypassPolicyLockoutSafetyCheck: { defaultValue: false, writeOnly: true },
    deletionWindowInDays: { writeOnly: true },
    enableKeyRotation: { defaultValue: false },
    rotationPeriodInDays: { computed: true },
    isEnabled: { defaultValue: true },
    policy: { computed: true, equals: samePolicy },
    region: { computed: true, replaces: true },
    ...tagArguments,
  },
  outputs: ["arn", "keyId"],
  create: async ({ clients, cancelled }, inputs) => {
    const kms = await clients.kms(inputs.region as string | undefined);
    const command = new CreateKeyCommand({
      Description: (inputs.description as string | undefined) ?? "",
      KeyUsage: (inputs.keyUsage as KeyUsageType | undefined) ?? "ENCRYPT_DECRYPT",
      KeySpec: (inputs.customerMasterKeySpec as KeySpec | undefined) ?? "SYMMETRIC_DEFAULT",
      MultiRegion: inputs.multiRegion === true,
      Policy: inputs.policy as string | undefined,
      BypassPolicyLockoutSafetyCheck: inputs.bypassPolicyLockoutSafetyCheck === true,
      Tags: kmsTags(inputs.tagsAll),
    });
    // A key policy may name a principal made a moment ago.
    const { KeyMetadata } = await whilePropagating(
      () => kms.send(command),
      (error) => isAwsError(error, ["MalformedPolicyDocument"], /principal/i),
      cancelled,
    );
    const id = KeyMetadata?.KeyId ?? "";
    try {
      await setRotation(kms, id, inputs, inputs.enableKeyRotation === true);
      if (inputs.isEnabled === false) {
        await kms.send(new DisableKeyCommand({ KeyId: id }));
      }
    } catch (error) {
      throw new MadeButFailed(id, error);
    }
    return id;
  },
  read: async ({ clients }, id, state) => {
    const region = state.region as string | undefined;
    const kms = await clients.kms(region);
    const found = (await orGone(kms.send(new DescribeKeyCommand({ KeyId: id })), ["NotFound"]))?.KeyMetadata;
    if (found === undefined || found.KeyState === "PendingDeletion") {
      return undefined;
    }
    const [{ Policy }, { Tags }, rotation] = await Promise.all([
      kms.send(new GetKeyPolicyCommand({ KeyId: id, PolicyName: "default" })),
      kms.send(new ListResourceTagsCommand({ KeyId: id })),
      kms.send(new GetKeyRotationStatusCommand({ KeyId: id })),
    ]);
    return {
      arn: found.Arn,
      keyId: found.KeyId,
      description: found.Description ?? "",
      keyUsage: found.KeyUsage,
      customerMasterKeySpec: found.KeySpec ?? "SYMMETRIC_DEFAULT",
      multiRegion: found.MultiRegion ?? false,
      isEnabled: found.Enabled ?? true,
      enableKeyRotation: rotation.KeyRotationEnabled ?? false,
      rotationPeriodInDays: rotation.RotationPeriodInDays,
      policy: Policy,
      region: clients.region(region),
      tagsAll: Object.fromEntries((Tags ?? []).map((tag) => [tag.TagKey ?? "", tag.TagValue ?? ""])),
    };
  },
  update: async ({ clients }, id, { inputs, changed }) => {
    const kms = await clients.kms(inputs.region as string | undefined);
    if (changed.has("isEnabled") && inputs.isEnabled !== false) {
      await kms.send(new EnableKeyCommand({ KeyId: id }));
    }
    if (changed.has("enableKeyRotation") || changed.has("rotationPeriodInDays")) {
      await setRotation(kms, id, inputs, inputs.enableKeyRotation === true, true);
    }
    if (changed.has("description")) {
      const Description = (inputs.description as string | undefined) ?? "";
      await kms.send(new UpdateKeyDescriptionCommand({ KeyId: id, Description }));
    }
    if (changed.has("policy")) {
      await kms.send(new PutKeyPolicyCommand({ KeyId: id, PolicyName: "default", Policy: inputs.policy as string }));
    }
    if (changed.has("isEnabled") && inputs.isEnabled === false) {
      await kms.send(new DisableKeyCommand({ KeyId: id }));
    }
  },
  delete: async ({ clients }, id, state) => {
    const kms = await clients.kms(state.region as string | undefined);
    const PendingWindowInDays = (state.deletionWindowInDays as number | undefined) ?? longestDeletionWindowDays;
    await orGone(kms.send(new ScheduleKeyDeletionCommand({ KeyId: id, PendingWindowInDays })), ["NotFound"]);
  },
  tag: async ({ clients }, id, state, { set, remove }) => {
    const kms = await clients.kms(state.region as string | undefined);
    if (remove.length > 0) {
      await kms.send(new UntagResourceCommand({ KeyId: id, TagKeys: [...remove] }));
    }
    if (Object.keys(set).length > 0) {
      await kms.send(new TagResourceCommand({ KeyId: id, Tags: kmsTags(set) }));
    }
  },
};

async function setRotation(
  kms: KMSClient,
  KeyId: string,
  inputs: PropertyObject,
  enabled: boolean,
  wasEnabled = false,
): Promise<void> {
  if (enabled) {
    const RotationPeriodInDays = inputs.rotationPeriodInDays as number | undefined;
    await kms.send(new EnableKeyRotationCommand({ KeyId, RotationPeriodInDays }));
  } else if (wasEnabled) {
    await kms.send(new DisableKeyRotationCommand({ KeyId }));
  }
}

/** KMS has names of its own for the halves of a tag. */
function kmsTags(tags: Readonly<Record<string, string>> | undefined): { TagKey: string; TagValue: string }[] {
  return Object.entries(tags ?? {}).map(([TagKey, TagValue]) => ({ TagKey, TagValue }));
}
