import type { ResourceType } from "./resourceType.js";

/** Services by the second part of a type token. Each brings its SDK along, so it is loaded when it is first used. */
const services: Readonly<Record<string, () => Promise<readonly ResourceType[]>>> = {
  iam: async () => (await import("./iam/index.js")).iamTypes,
  dynamodb: async () => (await import("./dynamodb/table.js")).dynamodbTypes,
  kms: async () => (await import("./kms/index.js")).kmsTypes,
  ssm: async () => (await import("./ssm/parameter.js")).ssmTypes,
  appautoscaling: async () => (await import("./appautoscaling/index.js")).appautoscalingTypes,
};

/** @throws Error that names the stand-in and the types it has, for any other type */
export async function findResourceType(token: string): Promise<ResourceType> {
  const service = /^aws:(\w+)\//.exec(token)?.[1];
  const load = service === undefined ? undefined : services[service];
  const types = load === undefined ? [] : await load();
  const type = types.find((candidate) => candidate.token === token);
  if (type === undefined) {
    const known =
      types.length === 0
        ? `services ${Object.keys(services).join(", ")}`
        : types.map((candidate) => candidate.token).join(", ");
    throw new Error(
      `The sandbox's stand-in for the AWS provider does not know the resource type ${token} (it knows ${known}). Install the released provider (pulumi plugin install resource aws) to use it.`,
    );
  }
  return type;
}
