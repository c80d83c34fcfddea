import { VaultPlatform, type VaultPlatformArgs } from "../../../src/index.js";
import { valueOf } from "../../support/outputs.js";
import { record, settled, type Answers, type Recorded } from "../../support/recorder.js";

export const account = "123456789012";

/** What AWS and Kubernetes answer to a platform that comes up. */
export const cloud: Answers = {
  outputs: ({ type, name, inputs }) => {
    const physical = (inputs.name as string | undefined) ?? name;
    switch (type) {
      case "aws:dynamodb/table:Table":
        return { name: physical, arn: `arn:aws:dynamodb:eu-west-1:${account}:table/${physical}` };
      case "aws:iam/user:User":
        return { name: physical, arn: `arn:aws:iam::${account}:user/${physical}` };
      case "aws:iam/role:Role":
        return { name: physical, arn: `arn:aws:iam::${account}:role/${physical}` };
      case "aws:iam/policy:Policy":
        return { arn: `arn:aws:iam::${account}:policy/${physical}` };
      case "aws:iam/accessKey:AccessKey":
        return { secret: `secret of ${name}` };
      case "aws:kms/key:Key":
        return { arn: `arn:aws:kms:eu-west-1:${account}:key/1-2` };
      case "kubernetes:core/v1:Secret":
        return { metadata: { name, ...(inputs.metadata as object) } };
      default:
        return {};
    }
  },
  calls: {
    "aws:index/getCallerIdentity:getCallerIdentity": () => ({ accountId: account, arn: "", id: account, userId: "" }),
    "aws:iam/getRole:getRole": ({ name }) => ({ name, arn: `arn:aws:iam::${account}:role/${String(name)}` }),
    "aws:index/getRegion:getRegion": () => ({
      region: "eu-west-1",
      name: "eu-west-1",
      id: "eu-west-1",
      description: "",
      endpoint: "",
    }),
    "aws:index/getPartition:getPartition": () => ({ partition: "aws", id: "aws", dnsSuffix: "", reverseDnsPrefix: "" }),
  },
};

/** A platform with a role of its own and one for Vault's users. */
export const small: VaultPlatformArgs = {
  namespace: "vault",
  vaultServer: { version: "1.18.4" },
  assumableRoles: { audit: { policyArns: ["arn:aws:iam::aws:policy/SecurityAudit"] } },
  roles: {
    deploy: { credentialType: "iam_user", policyArns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"] },
    audit: { credentialType: "assumed_role", assumableRoles: ["audit"] },
  },
};

/** Creates a platform with mocks in the place of the engine. */
export async function platform(
  args: VaultPlatformArgs,
  name = "p",
): Promise<{ platform: VaultPlatform; recorded: Recorded[] }> {
  const recorded = await record(cloud);
  const made = new VaultPlatform(name, args);
  await valueOf(made.engine.accessor);
  await settled();
  return { platform: made, recorded };
}
