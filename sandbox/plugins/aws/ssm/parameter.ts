import {
  AddTagsToResourceCommand,
  DeleteParameterCommand,
  DescribeParametersCommand,
  GetParameterCommand,
  ListTagsForResourceCommand,
  PutParameterCommand,
  RemoveTagsFromResourceCommand,
  type ParameterTier,
  type ParameterType,
  type PutParameterCommandInput,
} from "@aws-sdk/client-ssm";
import type { PropertyObject } from "../../../../src/plugin/server/propertyValues.js";
import { tagArguments, tagList, tagMap, type ResourceType } from "../resourceType.js";
import { orGone } from "../retry.js";

const notFound = ["ParameterNotFound"];

const parameter: ResourceType = {
  token: "aws:ssm/parameter:Parameter",
  arguments: {
    name: { replaces: true },
    type: { required: true },
    value: { required: true, secret: true },
    description: { defaultValue: "" },
    keyId: { computed: true },
    tier: { computed: true },
    allowedPattern: { defaultValue: "" },
    dataType: { computed: true, replaces: true },
    overwrite: { writeOnly: true },
    region: { computed: true, replaces: true },
    ...tagArguments,
  },
  outputs: ["arn", "version"],
  autoname: { property: "name", maxLength: 2048 },
  create: async ({ clients }, inputs) => {
    const ssm = await clients.ssm(inputs.region as string | undefined);
    const overwrite = inputs.overwrite === true;
    // Tags and overwriting exclude each other.
    const tags = overwrite ? {} : { Tags: tagList(inputs.tagsAll) };
    await ssm.send(new PutParameterCommand({ ...request(inputs), Overwrite: overwrite, ...tags }));
    return inputs.name as string;
  },
  read: async ({ clients }, id, state) => {
    const region = state.region as string | undefined;
    const ssm = await clients.ssm(region);
    const answer = await orGone(ssm.send(new GetParameterCommand({ Name: id, WithDecryption: true })), notFound);
    const found = answer?.Parameter;
    if (found === undefined) {
      return undefined;
    }
    const [{ Parameters }, { TagList }] = await Promise.all([
      ssm.send(new DescribeParametersCommand({ ParameterFilters: [{ Key: "Name", Values: [id] }] })),
      ssm.send(new ListTagsForResourceCommand({ ResourceType: "Parameter", ResourceId: id })),
    ]);
    const details = Parameters?.[0];
    return {
      name: found.Name,
      arn: found.ARN,
      type: found.Type,
      value: found.Value,
      version: found.Version,
      dataType: found.DataType,
      description: details?.Description ?? "",
      allowedPattern: details?.AllowedPattern ?? "",
      tier: details?.Tier ?? "Standard",
      keyId: found.Type === "SecureString" ? (details?.KeyId ?? "") : undefined,
      region: clients.region(region),
      tagsAll: tagMap(TagList),
    };
  },
  update: async ({ clients }, _id, { inputs }) => {
    const ssm = await clients.ssm(inputs.region as string | undefined);
    await ssm.send(new PutParameterCommand({ ...request(inputs), Overwrite: true }));
  },
  delete: async ({ clients }, id, state) => {
    const ssm = await clients.ssm(state.region as string | undefined);
    await orGone(ssm.send(new DeleteParameterCommand({ Name: id })), notFound);
  },
  tag: async ({ clients }, id, state, { set, remove }) => {
    const ssm = await clients.ssm(state.region as string | undefined);
    const resource = { ResourceType: "Parameter", ResourceId: id } as const;
    if (remove.length > 0) {
      await ssm.send(new RemoveTagsFromResourceCommand({ ...resource, TagKeys: [...remove] }));
    }
    if (Object.keys(set).length > 0) {
      await ssm.send(new AddTagsToResourceCommand({ ...resource, Tags: tagList(set) }));
    }
  },
};

export const ssmTypes: readonly ResourceType[] = [parameter];

function request(inputs: PropertyObject): PutParameterCommandInput {
  return {
    Name: inputs.name as string,
    Type: inputs.type as ParameterType,
    Value: inputs.value as string,
    Description: inputs.description as string | undefined,
    KeyId: inputs.keyId as string | undefined,
    Tier: inputs.tier as ParameterTier | undefined,
    AllowedPattern: inputs.allowedPattern as string | undefined,
    DataType: inputs.dataType as string | undefined,
  };
}
