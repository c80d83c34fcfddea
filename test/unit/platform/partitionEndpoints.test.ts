import * as pulumi from "@pulumi/pulumi";
import { afterEach, describe, expect, it, vi } from "vitest";
import { VaultPlatform, type VaultPlatformArgs } from "../../../src/index.js";
import { valueOf } from "../../support/outputs.js";
import { inputsOf, record, settled } from "../../support/recorder.js";
import { account, cloud } from "./support.js";

/** The endpoints in config/root of a platform whose table is in this region, and what is warned of. */
async function endpoints(region: string, more: Partial<VaultPlatformArgs> = {}) {
  const warn = vi.spyOn(pulumi.log, "warn").mockClear().mockResolvedValue();
  const recorded = await record({
    ...cloud,
    outputs: (made) =>
      made.type === "aws:dynamodb/table:Table"
        ? { name: "data", arn: `arn:aws:dynamodb:${region}:${account}:table/data` }
        : (cloud.outputs?.(made) ?? {}),
  });
  const platform = new VaultPlatform("p", {
    namespace: "vault",
    vaultServer: { version: "1.18.4" },
    roles: {},
    ...more,
  });
  await valueOf(platform.engine.accessor);
  await settled();
  const { iamEndpoint, stsEndpoint } = inputsOf(recorded, "p-engine-root-config");
  const warnings = warn.mock.calls.map(([line]) => line).filter((line) => line.includes("ndpoint"));
  return { iamEndpoint, stsEndpoint, warnings };
}

describe("the endpoints of the secrets engine", () => {
  afterEach(() => vi.restoreAllMocks());

  it.each(["eu-west-1", "us-gov-west-1"])("are left to Vault in %s", async (region) => {
    expect(await endpoints(region)).toEqual({ iamEndpoint: undefined, stsEndpoint: undefined, warnings: [] });
  });

  it("have the STS of China, which Vault does not look for", async () => {
    expect(await endpoints("cn-north-1")).toEqual({
      iamEndpoint: undefined,
      stsEndpoint: "https://sts.cn-north-1.amazonaws.com.cn",
      warnings: [],
    });
  });

  it("have IAM and STS of the European Sovereign Cloud, and the table's has to be given", async () => {
    const own = {
      iamEndpoint: "https://iam.eusc-de-east-1.amazonaws.eu",
      stsEndpoint: "https://sts.eusc-de-east-1.amazonaws.eu",
    };
    expect(await endpoints("eusc-de-east-1")).toEqual({
      ...own,
      warnings: [
        'VaultPlatform "p": endpoints.dynamodb: is needed for eusc-de-east-1: Vault\'s AWS SDK does not know the partition aws-eusc. Write endpoints: { dynamodb: ' +
          '"https://dynamodb.eusc-de-east-1.amazonaws.eu" }.',
      ],
    });
    const dynamodb = "https://dynamodb.eusc-de-east-1.amazonaws.eu";
    expect(await endpoints("eusc-de-east-1", { endpoints: { dynamodb } })).toEqual({ ...own, warnings: [] });
  });

  it("are those that are given", async () => {
    const given = { iam: "https://iam.example.com", sts: "https://sts.example.com" };
    expect(await endpoints("cn-north-1", { endpoints: given })).toEqual({
      iamEndpoint: given.iam,
      stsEndpoint: given.sts,
      warnings: [],
    });
  });

  it("follow the region of rootConfig, where that is another", async () => {
    expect(await endpoints("eu-west-1", { rootConfig: { region: "cn-northwest-1" } })).toMatchObject({
      stsEndpoint: "https://sts.cn-northwest-1.amazonaws.com.cn",
    });
  });
});
