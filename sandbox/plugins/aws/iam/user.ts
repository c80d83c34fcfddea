import {
  CreateUserCommand,
  DeactivateMFADeviceCommand,
  DeleteAccessKeyCommand,
  DeleteLoginProfileCommand,
  DeleteUserCommand,
  DeleteUserPermissionsBoundaryCommand,
  GetUserCommand,
  ListAccessKeysCommand,
  ListGroupsForUserCommand,
  ListMFADevicesCommand,
  PutUserPermissionsBoundaryCommand,
  RemoveUserFromGroupCommand,
  TagUserCommand,
  UntagUserCommand,
  UpdateUserCommand,
  type IAMClient,
} from "@aws-sdk/client-iam";
import { tagArguments, tagList, tagMap, type ResourceType } from "../resourceType.js";
import { optionalText, text, unlessGone } from "./shared.js";

export const user: ResourceType = {
  token: "aws:iam/user:User",
  arguments: {
    name: { replaces: true },
    path: { defaultValue: "/" },
    forceDestroy: { defaultValue: false, writeOnly: true },
    permissionsBoundary: {},
    ...tagArguments,
  },
  outputs: ["arn", "uniqueId"],
  autoname: { property: "name", maxLength: 64 },
  create: async ({ clients }, inputs) => {
    const iam = await clients.iam();
    await iam.send(
      new CreateUserCommand({
        UserName: text(inputs, "name"),
        Path: optionalText(inputs, "path") ?? "/",
        PermissionsBoundary: optionalText(inputs, "permissionsBoundary"),
        Tags: tagList(inputs.tagsAll),
      }),
    );
    return text(inputs, "name");
  },
  read: async ({ clients }, id) => {
    const answer = await unlessGone((await clients.iam()).send(new GetUserCommand({ UserName: id })));
    const found = answer?.User;
    return found === undefined
      ? undefined
      : {
          name: found.UserName,
          path: found.Path,
          arn: found.Arn,
          uniqueId: found.UserId,
          permissionsBoundary: found.PermissionsBoundary?.PermissionsBoundaryArn,
          tagsAll: tagMap(found.Tags),
        };
  },
  update: async ({ clients }, id, { inputs, changed }) => {
    const iam = await clients.iam();
    if (changed.has("permissionsBoundary")) {
      const boundary = optionalText(inputs, "permissionsBoundary");
      await (boundary === undefined
        ? iam.send(new DeleteUserPermissionsBoundaryCommand({ UserName: id }))
        : iam.send(new PutUserPermissionsBoundaryCommand({ UserName: id, PermissionsBoundary: boundary })));
    }
    if (changed.has("path")) {
      await iam.send(new UpdateUserCommand({ UserName: id, NewPath: optionalText(inputs, "path") ?? "/" }));
    }
  },
  delete: async ({ clients }, id, state) => {
    const iam = await clients.iam();
    await unlessGone(leaveGroups(iam, id));
    if (state.forceDestroy === true) {
      await unlessGone(deleteCredentials(iam, id));
    }
    await unlessGone(iam.send(new DeleteUserCommand({ UserName: id })));
  },
  tag: async ({ clients }, id, _state, { set, remove }) => {
    const iam = await clients.iam();
    if (remove.length > 0) {
      await iam.send(new UntagUserCommand({ UserName: id, TagKeys: [...remove] }));
    }
    if (Object.keys(set).length > 0) {
      await iam.send(new TagUserCommand({ UserName: id, Tags: tagList(set) }));
    }
  },
};

async function leaveGroups(iam: IAMClient, UserName: string): Promise<void> {
  const { Groups } = await iam.send(new ListGroupsForUserCommand({ UserName }));
  for (const { GroupName } of Groups ?? []) {
    await iam.send(new RemoveUserFromGroupCommand({ UserName, GroupName }));
  }
}

async function deleteCredentials(iam: IAMClient, UserName: string): Promise<void> {
  const { AccessKeyMetadata } = await iam.send(new ListAccessKeysCommand({ UserName }));
  for (const { AccessKeyId } of AccessKeyMetadata ?? []) {
    await iam.send(new DeleteAccessKeyCommand({ UserName, AccessKeyId }));
  }
  const { MFADevices } = await iam.send(new ListMFADevicesCommand({ UserName }));
  for (const { SerialNumber } of MFADevices ?? []) {
    await iam.send(new DeactivateMFADeviceCommand({ UserName, SerialNumber }));
  }
  await unlessGone(iam.send(new DeleteLoginProfileCommand({ UserName })));
}
