import { describe, expect, it } from "vitest";
import { checkArguments } from "../../../../sandbox/plugins/aws/check.js";
import { diffArguments, tagChange } from "../../../../sandbox/plugins/aws/diff.js";
import { sameGiven, samePolicy, sameSet } from "../../../../sandbox/plugins/aws/equality.js";
import { inputsOf, outputsOf } from "../../../../sandbox/plugins/aws/outputs.js";
import { policyDocument } from "../../../../sandbox/plugins/aws/policyDocumentFunction.js";
import { configFailures, parseConfig } from "../../../../sandbox/plugins/aws/providerConfig.js";
import { tagArguments, type ResourceType } from "../../../../sandbox/plugins/aws/resourceType.js";
import { unknownValue } from "../../../../src/plugin/server/propertyValues.js";

function never(): never {
  throw new Error("these tests reach no AWS");
}

const type: ResourceType = {
  token: "aws:test/thing:Thing",
  arguments: {
    name: { replaces: true },
    namePrefix: { writeOnly: true, replaces: true },
    policy: { required: true, equals: samePolicy },
    path: { defaultValue: "/" },
    size: { computed: true },
    force: { defaultValue: false, writeOnly: true },
    boundary: {},
    ...tagArguments,
  },
  outputs: ["arn"],
  autoname: { property: "name", maxLength: 20 },
  create: never,
  read: never,
  delete: never,
  tag: never,
};

const seed = new Uint8Array([1, 2, 3]);
const state = { name: "thing-1", policy: '{"a":1}', path: "/", size: 5, arn: "arn", tagsAll: {} };

describe("checkArguments", () => {
  it("names the resource after itself, the same for the same seed, and remembers that it did", () => {
    const first = checkArguments(type, "thing", {}, { policy: "{}" }, seed);
    expect(first.inputs.name).toMatch(/^thing-[0-9a-f]{7}$/);
    expect(first.inputs.__defaults).toEqual(["name"]);
    expect(checkArguments(type, "thing", {}, { policy: "{}" }, seed)).toEqual(first);
    expect(checkArguments(type, "thing", {}, { policy: "{}" }, new Uint8Array([9])).inputs.name).not.toBe(
      first.inputs.name,
    );
    const again = checkArguments(type, "thing", first.inputs, { policy: "{}" }, new Uint8Array([9]));
    expect(again.inputs.name).toBe(first.inputs.name);
  });

  it("keeps a given name, shortens a long one, and heeds a prefix", () => {
    expect(checkArguments(type, "thing", {}, { policy: "{}", name: "mine" }, seed).inputs.name).toBe("mine");
    const long = checkArguments(type, "a-very-long-name-indeed", {}, { policy: "{}" }, seed).inputs.name;
    expect(long).toHaveLength(20);
    expect(checkArguments(type, "thing", {}, { policy: "{}", namePrefix: "pre-" }, seed).inputs.name).toMatch(
      /^pre-[0-9a-f]{7}$/,
    );
  });

  it("reports all unknown and all missing arguments together", () => {
    const { failures } = checkArguments(type, "thing", {}, { colour: "red", shape: "round" }, seed);
    expect(failures).toEqual([
      expect.stringContaining('does not know the argument "colour" of aws:test/thing:Thing'),
      expect.stringContaining('does not know the argument "shape" of aws:test/thing:Thing'),
      'aws:test/thing:Thing needs the argument "policy".',
    ]);
  });
});

describe("diffArguments", () => {
  const diff = (inputs: Record<string, string | boolean>, actual: typeof state = state) =>
    Object.fromEntries(diffArguments(type, actual, { name: "thing-1", policy: '{ "a": 1 }', ...inputs }, {}).changes);

  it("sees no change in layout, defaults, what AWS chose, and empty values", () => {
    expect(diff({})).toEqual({});
    expect(diff({ path: "/", force: false, boundary: "" })).toEqual({});
  });

  it("sees added, changed, and removed arguments", () => {
    expect(diff({ policy: '{"a":2}', boundary: "arn" })).toEqual({ policy: "update", boundary: "add" });
    expect(diff({}, { ...state, path: "/by/hand/" })).toEqual({ path: "update" });
    expect(diff({}, { ...state, boundary: "by hand" } as typeof state)).toEqual({ boundary: "delete" });
  });

  it("replaces for a new name, and for one that is not known yet", () => {
    expect(diff({ name: "other" })).toEqual({ name: "updateReplace" });
    expect(diff({ name: unknownValue })).toEqual({ name: "updateReplace" });
  });

  it("deletes first when the program fixed the name and keeps it", () => {
    const inputs = { name: "thing-1", policy: '{"a":1}', namePrefix: "new" };
    expect(diffArguments(type, state, { ...inputs, __defaults: [] }, {}).deleteBeforeReplace).toBe(true);
    expect(diffArguments(type, state, { ...inputs, __defaults: ["name"] }, {}).deleteBeforeReplace).toBe(false);
  });

  it("counts the provider's default tags", () => {
    const inputs = { name: "thing-1", policy: '{"a":1}', tags: { own: "1" } };
    const tagged = { ...state, tags: { own: "1" }, tagsAll: { own: "1", everywhere: "2" } };
    expect(diffArguments(type, tagged, inputs, { everywhere: "2" }).changes.size).toBe(0);
    expect(tagChange(type, tagged, inputs, { everywhere: "2" })).toBeUndefined();
    expect(tagChange(type, tagged, inputs, { other: "3" })).toEqual({ set: { other: "3" }, remove: ["everywhere"] });
  });
});

describe("outputsOf and inputsOf", () => {
  it("keep the program's form of what means the same, and repeat what AWS does not tell", () => {
    const given = { policy: '{ "a": 1 }', force: true, tags: { own: "1" } };
    const outputs = outputsOf(type, { ...state, tagsAll: { own: "1", all: "2" } }, given, { all: "2" });
    expect(outputs).toEqual({
      ...state,
      policy: '{ "a": 1 }',
      force: true,
      tags: { own: "1" },
      tagsAll: { own: "1", all: "2" },
    });
    expect(inputsOf(type, outputs, given)).toEqual({
      policy: '{ "a": 1 }',
      force: true,
      tags: { own: "1" },
      __defaults: [],
    });
  });

  it("give an import the arguments that differ from the defaults", () => {
    const outputs = outputsOf(type, { ...state, boundary: "arn" }, {}, {});
    expect(inputsOf(type, outputs, {})).toEqual({
      name: "thing-1",
      policy: '{"a":1}',
      boundary: "arn",
      __defaults: [],
    });
  });
});

describe("equality", () => {
  it("of policies is of meaning", () => {
    const left = '{"Statement":[{"Action":["a","b"],"Resource":"*"}],"Version":"1"}';
    const right = '{"Version":"1","Statement":{"Resource":["*"],"Action":["b","a"]}}';
    expect(samePolicy(left, right)).toBe(true);
    expect(samePolicy(left, right.replace('"a"', '"c"'))).toBe(false);
    expect(samePolicy("no json", "no json either")).toBe(false);
  });

  it("of sets knows no order, of blocks no fields that one side leaves out", () => {
    expect(sameSet(["a", "b", "a"], ["b", "a"])).toBe(true);
    expect(sameSet(["a"], ["b"])).toBe(false);
    expect(sameGiven({ enabled: true, days: 35 }, { enabled: true })).toBe(true);
    expect(sameGiven({ enabled: false, days: 35 }, { enabled: true })).toBe(false);
  });
});

describe("the provider's configuration", () => {
  it("takes nested arguments as JSON text, and the region from the environment when none is given", () => {
    const config = {
      accessKey: "key",
      secretKey: "secret",
      endpoints: '[{"iam":"http://iam"},{"sts":"http://sts"}]',
      defaultTags: '{"tags":{"a":"b"}}',
    };
    expect(parseConfig(config, { AWS_REGION: "eu-west-1" })).toEqual({
      region: "eu-west-1",
      credentials: { accessKeyId: "key", secretAccessKey: "secret" },
      endpoints: { iam: "http://iam", sts: "http://sts" },
      defaultTags: { a: "b" },
      maxRetries: 5,
    });
  });

  it("refuses what the stand-in cannot honour, and lets pass what does not matter", () => {
    expect(configFailures({ region: "us-east-1", skipMetadataApiCheck: "true" })).toEqual([]);
    expect(configFailures({ assumeRoleWithWebIdentity: "{}" })).toEqual([
      'the sandbox\'s stand-in for the AWS provider does not know the provider argument "assumeRoleWithWebIdentity". Install the released provider (pulumi plugin install resource aws) to use it.',
    ]);
  });
});

describe("policyDocument", () => {
  it("writes principals and single values as IAM does", () => {
    const { json } = policyDocument({
      statements: [
        {
          effect: "Deny",
          actions: ["sts:AssumeRole", "sts:TagSession"],
          principals: [{ type: "*", identifiers: ["*"] }],
        },
        { actions: ["a:b"], principals: [{ type: "AWS", identifiers: ["one", "two"] }] },
      ],
    });
    expect(JSON.parse(json as string)).toEqual({
      Version: "2012-10-17",
      Statement: [
        { Effect: "Deny", Principal: "*", Action: ["sts:AssumeRole", "sts:TagSession"] },
        { Effect: "Allow", Principal: { AWS: ["one", "two"] }, Action: "a:b" },
      ],
    });
  });
});
