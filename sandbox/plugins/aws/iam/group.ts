import {
  AddUserToGroupCommand,
  CreateGroupCommand,
  DeleteGroupCommand,
  GetGroupCommand,
  ListGroupsForUserCommand,
  RemoveUserFromGroupCommand,
  UpdateGroupCommand,
  type IAMClient,
} from "@aws-sdk/client-iam";
import { sameSet } from "../equality.js";
import type { ResourceType } from "../resourceType.js";
import { isAwsError, whilePropagating } from "../retry.js";
import { noSuchEntity, optionalText, text, unlessGone } from "./shared.js";

export const group: ResourceType = {
  token: "aws:iam/group:Group",
  arguments: {
    name: { replaces: true },
    path: { defaultValue: "/" },
  },
  outputs: ["arn", "uniqueId"],
  autoname: { property: "name", maxLength: 128 },
  create: async ({ clients }, inputs) => {
    const GroupName = text(inputs, "name");
    await (await clients.iam()).send(new CreateGroupCommand({ GroupName, Path: optionalText(inputs, "path") ?? "/" }));
    return GroupName;
  },
  read: async ({ clients }, id) => {
    const found = (await unlessGone((await clients.iam()).send(new GetGroupCommand({ GroupName: id }))))?.Group;
    return found === undefined
      ? undefined
      : { name: found.GroupName, path: found.Path, arn: found.Arn, uniqueId: found.GroupId };
  },
  update: async ({ clients }, id, { inputs }) => {
    const NewPath = optionalText(inputs, "path") ?? "/";
    await (await clients.iam()).send(new UpdateGroupCommand({ GroupName: id, NewPath }));
  },
  delete: async ({ clients }, id) => {
    await unlessGone((await clients.iam()).send(new DeleteGroupCommand({ GroupName: id })));
  },
};

/** All members of a group. */
export const groupMembership: ResourceType = {
  token: "aws:iam/groupMembership:GroupMembership",
  arguments: {
    name: { writeOnly: true, replaces: true },
    group: { required: true, replaces: true },
    users: { required: true, equals: sameSet },
  },
  outputs: [],
  autoname: { property: "name", maxLength: 128 },
  create: async ({ clients, cancelled }, inputs) => {
    await setMembers(await clients.iam(), text(inputs, "group"), [], inputs.users as string[], cancelled);
    return text(inputs, "name");
  },
  read: async ({ clients }, _id, state) => {
    const GroupName = text(state, "group");
    const found = await unlessGone((await clients.iam()).send(new GetGroupCommand({ GroupName })));
    return found === undefined
      ? undefined
      : { group: GroupName, users: (found.Users ?? []).map((user) => user.UserName ?? "").sort() };
  },
  update: async ({ clients, cancelled }, _id, { state, inputs }) => {
    const [before, now] = [state.users as string[], inputs.users as string[]];
    await setMembers(await clients.iam(), text(state, "group"), before, now, cancelled);
  },
  delete: async ({ clients, cancelled }, _id, state) => {
    await setMembers(await clients.iam(), text(state, "group"), state.users as string[], [], cancelled);
  },
};

/** Groups of a user, besides others that it may be in. */
export const userGroupMembership: ResourceType = {
  token: "aws:iam/userGroupMembership:UserGroupMembership",
  arguments: {
    user: { required: true, replaces: true },
    groups: { required: true, equals: sameSet },
  },
  outputs: [],
  create: async ({ clients, cancelled }, inputs) => {
    const groups = inputs.groups as string[];
    await setGroups(await clients.iam(), text(inputs, "user"), [], groups, cancelled);
    return `${text(inputs, "user")}/${[...groups].sort().join("/")}`;
  },
  read: async ({ clients }, id, state) => {
    const [UserName = "", ...named] = id.split("/");
    const ours = (state.groups as string[] | undefined) ?? named;
    const found = await unlessGone((await clients.iam()).send(new ListGroupsForUserCommand({ UserName })));
    const groups = (found?.Groups ?? []).map((member) => member.GroupName ?? "").filter((name) => ours.includes(name));
    return groups.length === 0 ? undefined : { user: UserName, groups: groups.sort() };
  },
  update: async ({ clients, cancelled }, _id, { state, inputs }) => {
    const [before, now] = [state.groups as string[], inputs.groups as string[]];
    await setGroups(await clients.iam(), text(state, "user"), before, now, cancelled);
  },
  delete: async ({ clients, cancelled }, _id, state) => {
    await setGroups(await clients.iam(), text(state, "user"), state.groups as string[], [], cancelled);
  },
};

async function setMembers(
  iam: IAMClient,
  groupName: string,
  before: readonly string[],
  now: readonly string[],
  cancelled: AbortSignal,
): Promise<void> {
  for (const user of before.filter((name) => !now.includes(name))) {
    await leave(iam, user, groupName);
  }
  for (const user of now.filter((name) => !before.includes(name))) {
    await join(iam, user, groupName, cancelled);
  }
}

async function setGroups(
  iam: IAMClient,
  userName: string,
  before: readonly string[],
  now: readonly string[],
  cancelled: AbortSignal,
): Promise<void> {
  for (const name of before.filter((candidate) => !now.includes(candidate))) {
    await leave(iam, userName, name);
  }
  for (const name of now.filter((candidate) => !before.includes(candidate))) {
    await join(iam, userName, name, cancelled);
  }
}

async function leave(iam: IAMClient, UserName: string, GroupName: string): Promise<void> {
  await unlessGone(iam.send(new RemoveUserFromGroupCommand({ UserName, GroupName })));
}

async function join(iam: IAMClient, UserName: string, GroupName: string, cancelled: AbortSignal): Promise<void> {
  await whilePropagating(
    () => iam.send(new AddUserToGroupCommand({ UserName, GroupName })),
    (error) => isAwsError(error, noSuchEntity),
    cancelled,
  );
}
