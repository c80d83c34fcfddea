import { describe, expect, it } from "vitest";
import { provider } from "../../../../src/plugin/dynamic/entry.js";
import { failureOf, gatewayTimeout, leftBy, loseAnswers, useStage } from "./support.js";

const kind = "AwsRootConfig";
const seed = {
  mount: "aws",
  accessKey: "AKIASEED0000000000AA",
  secretKey: "sentinel-seed-secret",
  keyReadiness: { skip: true },
};
/** STS that nobody answers at: a key that is tried is not accepted. */
const tried = { keyReadiness: { stsEndpoint: "http://127.0.0.1:9", timeout: 1 } };
const path = "aws/config/root";

describe("config/root", () => {
  const stage = useStage();
  const keyInVault = () => [stage.vault.objects[path]?.access_key, stage.vault.objects[path]?.secret_key];
  const isRotation = ({ path: requested }: { readonly path: string }) => requested === "aws/config/rotate-root";

  async function created(more = {}) {
    stage.vault.mount("aws");
    return stage.plugin.create(kind, { ...seed, ...more });
  }

  it("is not overwritten where something else rotated the key", async () => {
    const stored = await created();
    stage.vault.objects[path] = {
      ...stage.vault.objects[path],
      access_key: "AKIABYHAND0000000000",
      secret_key: "known-to-vault-only",
    };
    const error = await failureOf(stage.plugin.update(stored, { ...seed, maxRetries: 5 }));
    expect(error.message).toBe(
      "aws/config/root holds access key AKIABYHAND0000000000, but this resource last wrote AKIASEED0000000000AA: something else wrote or rotated " +
        "it, and writing would erase its secret. To keep it as Vault's own, set rotateRootTrigger. To replace it nevertheless, run " +
        '"pulumi refresh", then up again',
    );
    expect(keyInVault()).toEqual(["AKIABYHAND0000000000", "known-to-vault-only"]);
  });

  it("takes over a key that was rotated, where a rotation is asked for", async () => {
    const stored = await created();
    stage.vault.objects[path] = { ...stage.vault.objects[path], access_key: "AKIABYHAND0000000000", secret_key: "v" };
    const wanted = { ...seed, rotateRootTrigger: "1" };
    const updated = await stage.plugin.update(stored, wanted);
    expect(updated.outputs).toMatchObject({
      activeAccessKey: "AKIABYHAND0000000000",
      keyRotated: true,
      rotatedFor: "1",
    });
    expect(keyInVault()).toEqual(["AKIABYHAND0000000000", "v"]);
    expect(stage.vault.calls()).not.toContain("POST aws/config/rotate-root");
    expect((await stage.plugin.diff(updated, wanted)).changes).toBe(false);
    expect(stage.warnings().join("\n")).toContain("taken for the key that Vault rotated to, and stays");
  });

  it.each([
    ["with a refresh between", true],
    ["without", false],
  ])("carries on after an up that ended between rotation and state, %s", async (_what, refreshed) => {
    const stored = await created();
    const wanted = { ...seed, rotateRootTrigger: "1", ...tried };
    stage.vault.answer({ method: "POST", path: "aws/config/rotate-root", query: {}, body: {}, token: "root" });
    const [key, secret] = keyInVault();
    const state = refreshed ? ((await stage.plugin.refresh(stored)) ?? stored) : stored;
    expect((await stage.plugin.diff(state, wanted)).changes).toBe(true);
    const updated = await stage.plugin.update(state, wanted);
    expect(updated.outputs).toMatchObject({ activeAccessKey: key, keyRotated: true, rotatedFor: "1" });
    expect(keyInVault()).toEqual([key, secret]);
    expect((await stage.plugin.diff(updated, wanted)).changes).toBe(false);
  });

  it("tries a key before it replaces another", async () => {
    const stored = await created();
    const other = { ...seed, accessKey: "AKIAOTHER0000000000A", ...tried };
    expect((await failureOf(stage.plugin.update(stored, other))).message).toContain(
      "access key AKIAOTHER0000000000A was not accepted by AWS within 1 s",
    );
    expect(keyInVault()[0]).toBe(seed.accessKey);
    const refreshed = await stage.plugin.refresh(stored);
    stage.vault.objects[path] = { ...stage.vault.objects[path], access_key: "AKIABYHAND0000000000" };
    const drifted = (await stage.plugin.refresh(refreshed ?? stored)) ?? stored;
    await failureOf(stage.plugin.update(drifted, { ...seed, ...tried }));
    expect(keyInVault()[0]).toBe("AKIABYHAND0000000000");
  });

  describe("when the answer to a rotation is lost", () => {
    it("takes the rotation for done where config/root tells so", async () => {
      const stored = await created();
      loseAnswers(stage.vault, isRotation);
      const updated = await stage.plugin.update(stored, { ...seed, rotateRootTrigger: "1" });
      expect(updated.outputs).toMatchObject({ activeAccessKey: keyInVault()[0], keyRotated: true, rotatedFor: "1" });
      expect(stage.warnings().join("\n")).toContain("the answer to the rotation of the root key was lost");
      expect(stage.vault.calls().filter((call) => call.includes("rotate-root"))).toHaveLength(1);
    });

    it.each(["create", "update"])("keeps what is known in the state, and carries on: %s", async (operation) => {
      stage.vault.mount("aws");
      const wanted = { ...seed, rotateRootTrigger: "1" };
      const before = operation === "update" ? await stage.plugin.create(kind, seed) : undefined;
      let isDown = false;
      stage.vault.intercept = (request) => {
        if (isRotation(request)) {
          stage.vault.answer(request);
          isDown = true;
        }
        return isDown ? gatewayTimeout : undefined;
      };
      const error = await failureOf(
        before === undefined ? stage.plugin.create(kind, wanted) : stage.plugin.update(before, wanted),
      );
      expect(error.message).toMatch(
        /^whether the root key was rotated could not be read, it was AKIASEED0000000000AA: /,
      );
      stage.vault.intercept = () => undefined;
      const [key, secret] = keyInVault();
      const settled = await stage.plugin.update(leftBy(kind, error), wanted);
      expect(settled.outputs).toMatchObject({ activeAccessKey: key, keyRotated: true, rotatedFor: "1" });
      expect(keyInVault()).toEqual([key, secret]);
    });

    it("carries on where not even the creation is in the state", async () => {
      await created({ rotateRootTrigger: "1" });
      const [key, secret] = keyInVault();
      const wanted = { ...seed, rotateRootTrigger: "1", ...tried };
      const again = await stage.plugin.create(kind, wanted);
      expect(again.outputs).toMatchObject({ activeAccessKey: key, keyRotated: true });
      expect(keyInVault()).toEqual([key, secret]);
    });
  });

  it("is asked to rotate once where the old key cannot be deleted, and names the reason", async () => {
    const stored = await created();
    stage.vault.intercept = (request) => {
      if (isRotation(request)) {
        stage.vault.answer(request);
        return {
          status: 500,
          body: {
            errors: ["1 error occurred:\n\t* error deleting old access key: AccessDenied: no iam:DeleteAccessKey\n\n"],
          },
        };
      }
      return undefined;
    };
    const error = await failureOf(stage.plugin.update(stored, { ...seed, rotateRootTrigger: "1" }));
    expect(error.message).toMatch(
      /^the root key was rotated to AKIASTANDIN\d+, but the old key AKIASEED0000000000AA may be left over in AWS: delete it there\. .*error deleting old access key: AccessDenied/,
    );
    expect(stage.vault.calls().filter((call) => call.includes("rotate-root"))).toHaveLength(1);
    expect(leftBy(kind, error).outputs).toMatchObject({ activeAccessKey: keyInVault()[0], keyRotated: true });
  });

  it.each([
    ["CreateAccessKey: RequestError: send request failed; caused by: read: connection reset by peer", true],
    ["CreateAccessKey: LimitExceeded: Cannot exceed quota for AccessKeysPerUser: 2", true],
    [
      "CreateAccessKey: operation error IAM: CreateAccessKey, https response error StatusCode: 0, request send failed",
      true,
    ],
    ["CreateAccessKey: MalformedInput", false],
    ["GetUser: NoSuchEntity", false],
  ])("names the key that AWS may have made where it is not rotated: %s", async (reason, isLeft) => {
    const stored = await created();
    const body = { errors: [`error calling ${reason}`] };
    stage.vault.intercept = (request) => (isRotation(request) ? { status: 500, body } : undefined);
    const error = await failureOf(stage.plugin.update(stored, { ...seed, rotateRootTrigger: "1" }));
    expect(error.message).toContain(
      "the root key could not be rotated, AKIASEED0000000000AA is still in use: Vault at ",
    );
    expect(error.message).toContain(`error calling ${reason}`);
    const left =
      ". An access key of its IAM user other than AKIASEED0000000000AA may be left over of this attempt or one before: delete it in AWS, " +
      "which allows two, and run up again";
    expect(error.message.endsWith(left)).toBe(isLeft);
    expect(leftBy(kind, error).outputs).toMatchObject({ activeAccessKey: seed.accessKey, keyRotated: false });
  });

  describe.each(["1.18.4", "1.21.2"])("after its mount was moved, on Vault %s", (version) => {
    it.each([
      ["the seed left out", { mount: "aws2", rotateRootTrigger: "1" }],
      ["the seed still given", { ...seed, mount: "aws2", rotateRootTrigger: "1" }],
      ["adoptExisting", { ...seed, mount: "aws2", rotateRootTrigger: "1", adoptExisting: true }],
    ])("goes on with the key that Vault rotated to, with %s", async (_what, wanted) => {
      stage.vault.version = version;
      const mount = await stage.plugin.create("AwsSecretsMount", { path: "aws", onPathChange: "remount" });
      const root = await stage.plugin.create(kind, { ...seed, rotateRootTrigger: "1" });
      await stage.plugin.update(mount, { path: "aws2", onPathChange: "remount" });
      const moved = await stage.plugin.create(kind, wanted);
      expect(moved.outputs).toMatchObject({ activeAccessKey: root.outputs.activeAccessKey, keyRotated: true });
      expect(stage.vault.objects["aws2/config/root"]?.secret_key).toMatch(/^known-to-vault-only-/);
      expect((await stage.plugin.diff(moved, wanted)).changes).toBe(false);
      await stage.plugin.destroy(root);
    });
  });

  describe("with automated rotation configured", () => {
    const enterprise = "1.19.2+ent";
    it.each([{}, { disableAutomatedRotation: true }])(
      "writes another root key before the first rotation: %j",
      async (more) => {
        stage.vault.version = enterprise;
        stage.vault.mount("aws");
        const first = { ...seed, rotationPeriod: 3600, ...more };
        const stored = await stage.plugin.create(kind, first);
        expect(stored.outputs).toMatchObject({ keyRotated: false, activeAccessKey: seed.accessKey });
        const second = { ...first, accessKey: "AKIAOTHER0000000000A", secretKey: "sentinel-other" };
        expect((await stage.plugin.diff(stored, second)).changes).toBe(true);
        const updated = await stage.plugin.update(stored, second);
        expect(keyInVault()).toEqual(["AKIAOTHER0000000000A", "sentinel-other"]);
        expect(updated.outputs).toMatchObject({ keyRotated: false, activeAccessKey: "AKIAOTHER0000000000A" });
      },
    );

    it("reads whether the key was rotated, and keeps Vault's", async () => {
      stage.vault.version = enterprise;
      stage.vault.mount("aws");
      const inputs = { ...seed, rotationPeriod: 3600 };
      const stored = await stage.plugin.create(kind, inputs);
      stage.vault.answer({ method: "POST", path: "aws/config/rotate-root", query: {}, body: {}, token: "root" });
      const [key, secret] = keyInVault();
      const refreshed = (await stage.plugin.refresh(stored)) ?? stored;
      expect(refreshed.outputs).toMatchObject({ keyRotated: true, activeAccessKey: key });
      expect((await stage.plugin.diff(refreshed, inputs)).changes).toBe(false);
      for (const state of [stored, refreshed]) {
        await stage.plugin.update(state, { ...inputs, maxRetries: 7 });
        expect(keyInVault()).toEqual([key, secret]);
      }
    });

    it("takes a schedule with workload identity federation, which has no key", async () => {
      stage.vault.version = enterprise;
      stage.vault.mount("aws");
      const stored = await stage.plugin.create(kind, {
        mount: "aws",
        identityTokenAudience: "vault",
        roleArn: "arn:aws:iam::123456789012:role/vault",
        rotationSchedule: "0 * * * SAT",
        rotationWindow: 3600,
      });
      expect(stored.outputs).toMatchObject({ keyRotated: false, activeAccessKey: "" });
    });
  });

  it("clears no key that something else wrote", async () => {
    const stored = await created({ clearOnDelete: true });
    stage.vault.objects[path] = { ...stage.vault.objects[path], access_key: "AKIABYHAND0000000000" };
    await stage.plugin.destroy(stored);
    expect(keyInVault()[0]).toBe("AKIABYHAND0000000000");
    expect(stage.warnings().join("\n")).toContain("it is left as it is");
  });

  it("never puts the secret into what a read by inputs returns, and finds its path in the ID", async () => {
    await created();
    const hosted = provider(kind);
    await hosted.configure({ config: { get: (key) => stage.vault.config()[key] } });
    const read = await hosted.read(path, { ...seed, __provider: "text" });
    expect(JSON.stringify(read)).not.toContain("sentinel");
    expect(read.props).toMatchObject({ mount: "aws", activeAccessKey: seed.accessKey });
    expect((await hosted.read(path, { __provider: "text" })).inputs).toMatchObject({
      mount: "aws",
      accessKey: seed.accessKey,
    });
  });
});
