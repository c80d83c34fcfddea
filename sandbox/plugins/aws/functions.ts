import type { PropertyObject } from "../../../src/plugin/server/propertyValues.js";
import type { AwsClients } from "./clients.js";
import { policyDocument } from "./policyDocumentFunction.js";

type AwsFunction = (clients: AwsClients, args: PropertyObject) => Promise<PropertyObject>;

const functions: Readonly<Record<string, AwsFunction>> = {
  "aws:index/getCallerIdentity:getCallerIdentity": async (clients) => {
    const { accountId, arn, userId } = await clients.caller();
    return { accountId, arn, userId, id: accountId };
  },
  "aws:index/getPartition:getPartition": async (clients) => {
    const partition = partitionOf(clients.region());
    const dnsSuffix = partition === "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com";
    const reverseDnsPrefix = dnsSuffix.split(".").reverse().join(".");
    return Promise.resolve({ id: partition, partition, dnsSuffix, reverseDnsPrefix });
  },
  "aws:index/getRegion:getRegion": (clients, args) => {
    const region = clients.region(args.region as string | undefined);
    return Promise.resolve({
      id: region,
      region,
      name: region,
      description: region,
      endpoint: `ec2.${region}.amazonaws.com`,
    });
  },
  "aws:iam/getPolicyDocument:getPolicyDocument": (_clients, args) => Promise.resolve(policyDocument(args)),
  "aws:iam/getAccessKeys:getAccessKeys": async (clients, args) => {
    const { ListAccessKeysCommand } = await import("@aws-sdk/client-iam");
    const user = args.user as string;
    const { AccessKeyMetadata: keys = [] } = await (
      await clients.iam()
    ).send(new ListAccessKeysCommand({ UserName: user }));
    const accessKeys = keys.map((key) => ({
      accessKeyId: key.AccessKeyId,
      createDate: key.CreateDate?.toISOString(),
      status: key.Status,
    }));
    return { id: user, user, accessKeys };
  },
  "aws:iam/getUser:getUser": (clients, args) =>
    readExisting(clients, "aws:iam/user:User", args.userName, (user) => ({
      ...user,
      userName: user.name,
      userId: user.uniqueId,
      permissionsBoundary: user.permissionsBoundary ?? "",
    })),
  "aws:iam/getRole:getRole": (clients, args) => readExisting(clients, "aws:iam/role:Role", args.name, (role) => role),
  "aws:dynamodb/getTable:getTable": (clients, args) =>
    readExisting(clients, "aws:dynamodb/table:Table", args.name, (table) => table, { region: args.region }),
};

/** @throws Error that names the stand-in and the functions it has, for any other function */
export async function invokeFunction(
  clients: AwsClients,
  token: string,
  args: PropertyObject,
): Promise<PropertyObject> {
  const implementation = functions[token];
  if (implementation === undefined) {
    throw new Error(
      `The sandbox's stand-in for the AWS provider does not know the function ${token} (it knows ${Object.keys(functions).join(", ")}). Install the released provider (pulumi plugin install resource aws) to use it.`,
    );
  }
  return implementation(clients, args);
}

async function readExisting(
  clients: AwsClients,
  token: string,
  id: unknown,
  form: (outputs: PropertyObject) => PropertyObject,
  state: PropertyObject = {},
): Promise<PropertyObject> {
  const { findResourceType } = await import("./resourceTypes.js");
  const type = await findResourceType(token);
  const context = { clients, progress: () => undefined, cancelled: new AbortController().signal };
  const { tagsAll, ...found } = (await type.read(context, id as string, state)) ?? {};
  if (Object.keys(found).length === 0) {
    throw new Error(`There is no ${token} "${String(id)}".`);
  }
  return form({ ...found, id: id as string, tags: tagsAll });
}

function partitionOf(region: string): string {
  if (region.startsWith("cn-")) {
    return "aws-cn";
  }
  return region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
}
