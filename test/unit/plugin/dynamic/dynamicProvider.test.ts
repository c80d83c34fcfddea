import { describe, expect, it } from "vitest";
import { FakeVault } from "../../../support/fakeVault.js";
import { provider } from "../../../../src/plugin/dynamic/entry.js";
import { unknownValue } from "../../../../src/internal/validation/known.js";

const text = "exports.handler = 1";
const root = { mount: "aws", accessKey: "AKIAIOSFODNN7EXAMPLE", secretKey: "wJalrXUtnFEMI-LEAKME", __provider: text };

async function checked(inputs: Record<string, unknown>) {
  const { inputs: result = {}, failures } = await provider("AwsRootConfig").check({}, inputs);
  expect(failures).toEqual([]);
  return result;
}

describe("check", () => {
  it("puts a digest in the place of the secret, the same one at each run", async () => {
    const first = await checked(root);
    expect(first).toEqual({
      mount: "aws",
      accessKey: "AKIAIOSFODNN7EXAMPLE",
      secretKeyDigest: expect.stringMatching(/^[\w-]{32}$/) as string,
    });
    expect(await checked(root)).toEqual(first);
    expect((await checked({ ...root, secretKey: "other" })).secretKeyDigest).not.toBe(first.secretKeyDigest);
    expect((await checked({ ...root, accessKey: "AKIAIOSFODNN7EXAMPL2" })).secretKeyDigest).not.toBe(
      first.secretKeyDigest,
    );
  });

  it("makes the digest unknown while the secret is", async () => {
    expect(await checked({ ...root, accessKey: unknownValue, secretKey: unknownValue })).toEqual({
      mount: "aws",
      accessKey: unknownValue,
      secretKeyDigest: unknownValue,
    });
  });

  it("names no property in a failure, which would print its value", async () => {
    const { failures } = await provider("AwsRootConfig").check({}, { ...root, accessKey: undefined });
    expect(failures).toEqual([
      {
        property: "",
        reason:
          "AwsRootConfig: invalid argument: accessKey: is missing: accessKey and secretKey belong together. " +
          "Give both, or neither to let Vault use the identity of the machine it runs on.",
      },
    ]);
    expect(JSON.stringify(failures)).not.toContain("LEAKME");
  });

  it("lets unknown values pass", async () => {
    const { failures } = await provider("AwsSecretsRole").check(
      {},
      { mount: unknownValue, name: unknownValue, credentialType: "iam_user", policyArns: [unknownValue] },
    );
    expect(failures).toEqual([]);
  });
});

describe("diff", () => {
  const diff = (kind: string, olds: object, news: object) =>
    provider(kind).diff(
      "id",
      { ...olds, __provider: "old text", vaultAddress: "http://a" },
      { ...news, __provider: text },
    );

  it("does not look at the program text, nor at where Vault is", async () => {
    const role = { mount: "aws", name: "r", credentialType: "session_token" };
    expect(await diff("AwsSecretsRole", role, role)).toEqual({ changes: false, replaces: [] });
  });

  it("takes an unknown value for a change, in place", async () => {
    const role = { mount: "aws", name: "r", credentialType: "iam_user", policyArns: ["arn:aws:iam::aws:policy/X"] };
    expect(await diff("AwsSecretsRole", role, { ...role, policyArns: [unknownValue] })).toEqual({
      changes: true,
      replaces: [],
    });
  });

  it("takes an unknown mount for another one", async () => {
    const lease = { mount: "aws", lease: 60, leaseMax: 120 };
    expect(await diff("AwsLeaseConfig", lease, { ...lease, mount: unknownValue })).toEqual({
      changes: true,
      replaces: ["mount"],
    });
  });

  it("sees nothing in what is only looked at when a resource is made", async () => {
    const role = { mount: "aws", name: "r", credentialType: "session_token", adoptExisting: true };
    expect(await diff("AwsSecretsRole", role, { ...role, adoptExisting: undefined })).toMatchObject({ changes: false });
  });

  it("sees what deleting needs to know", async () => {
    const role = { mount: "aws", name: "r", credentialType: "session_token" };
    expect(await diff("AwsSecretsRole", role, { ...role, revokeLeasesOnDelete: true })).toEqual({
      changes: true,
      replaces: [],
    });
    const mount = { path: "aws" };
    expect(await diff("AwsSecretsMount", mount, { ...mount, forceDestroy: true })).toMatchObject({ changes: true });
  });

  it("keeps away from a key that Vault rotated, until it is seeded anew or no more rotated", async () => {
    const seed = { mount: "aws", accessKey: "A", secretKeyDigest: "1", rotateRootTrigger: "1" };
    const rotated = { ...seed, keyRotated: true, activeAccessKey: "B", rotatedFor: "1" };
    const changes = async (news: object) => (await diff("AwsRootConfig", rotated, { ...seed, ...news })).changes;
    expect(await changes({})).toBe(false);
    expect(await changes({ accessKey: "C", secretKeyDigest: "2" })).toBe(false);
    expect(await changes({ region: "eu-west-1" })).toBe(true);
    expect(await changes({ rotateRootTrigger: "2" })).toBe(true);
    expect(await changes({ reseedTrigger: "lost" })).toBe(true);
    expect(await changes({ rotateRootTrigger: undefined })).toBe(true);
  });

  it("takes a seed that is used up out of the state, once", async () => {
    const rotated = { mount: "aws", rotateRootTrigger: "1", keyRotated: true, activeAccessKey: "B", rotatedFor: "1" };
    const withoutSeed = { mount: "aws", rotateRootTrigger: "1" };
    const withSeed = { ...rotated, accessKey: "A", secretKeyDigest: "1" };
    expect((await diff("AwsRootConfig", withSeed, withoutSeed)).changes).toBe(true);
    expect((await diff("AwsRootConfig", rotated, withoutSeed)).changes).toBe(false);
  });
});

describe("read", () => {
  it("puts no secret into the state that a plugin hands over with the inputs of a get", async () => {
    const vault = await FakeVault.start();
    vault.answers = ({ path }, response) => {
      if (path !== "aws/config/root") {
        return false;
      }
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify({ data: { access_key: root.accessKey, max_retries: -1 } }));
      return true;
    };
    const hosted = provider("AwsRootConfig");
    const login = JSON.stringify({ kind: "token", token: "hvs.given-token" });
    const config: Record<string, string> = {
      "kubevault-aws:address": vault.address,
      "kubevault-aws:login": login,
    };
    await hosted.configure({ config: { get: (key) => config[key] } });
    const read = await hosted.read("aws/config/root", root);
    vault.stop();
    expect(read.id).toBe("aws/config/root");
    expect(JSON.stringify(read)).not.toContain("LEAKME");
  });
});

describe("an operation", () => {
  it("fails with one clean line where nothing says where Vault is", async () => {
    const hosted = provider("AwsSecretsRole");
    await hosted.configure({ config: { get: (key) => (key === "kubevault-aws:address" ? "nowhere" : undefined) } });
    const failure = await hosted
      .delete("aws/roles/r", { mount: "aws", name: "r" })
      .catch((error: unknown) => error as Error);
    expect(failure).toBeInstanceOf(Error);
    expect((failure as Error).message).toBe("the address of Vault (address) must be an http or https URL");
    expect((failure as Error).stack).toBe("");
  });
});
