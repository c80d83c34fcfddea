import { CreateAccessKeyCommand, DeleteAccessKeyCommand } from "@aws-sdk/client-iam";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { failureOf, leftBy, vaultReleases, World, type Plugin, type Values } from "./support.js";

const kind = "AwsRootConfig";

describe.each(vaultReleases)("AwsRootConfig on %s", (release) => {
  const merges = release !== "vault";
  let world: World;
  let plugin: Plugin;
  let mounts = 0;

  beforeAll(async () => {
    world = await World.start(release);
    plugin = world.plugin();
  });
  afterAll(async () => {
    await world.stop();
  });

  /** A new mount, its root user's keys, and the arguments that configure it. */
  async function prepare(more: Values = {}) {
    mounts += 1;
    const mount = `aws-${mounts}`;
    await world.api("POST", `sys/mounts/${mount}`, { type: "aws" });
    const keys = await world.rootUser(`root-${mount}`);
    return { mount, keys, path: `${mount}/config/root`, inputs: { ...world.rootConfig(mount, keys), ...more } };
  }

  /** Whether Vault's credential still works: it has its secret. */
  async function works(mount: string): Promise<string> {
    await world.api("POST", `${mount}/roles/probe`, { credential_type: "session_token" });
    try {
      return typeof (await world.data(`${mount}/creds/probe`)).access_key;
    } catch (error) {
      return (error as Error).message;
    }
  }

  it("writes every field, and finds no difference afterwards", async () => {
    const { inputs, path, keys, mount } = await prepare({
      maxRetries: 2,
      usernameTemplate: '{{ if (eq .Type "STS") }}vault-s-{{ random 10 }}{{ else }}vault-u-{{ random 10 }}{{ end }}',
      ...(merges ? { stsRegion: "us-east-1" } : {}),
    });
    const stored = await plugin.create(kind, inputs);
    expect(stored.id).toBe(path);
    expect(await world.data(path)).toMatchObject({
      access_key: keys.accessKey,
      region: "us-east-1",
      iam_endpoint: world.aws.endpoint,
      sts_endpoint: world.aws.endpoint,
      max_retries: 2,
      username_template: inputs.usernameTemplate,
    });
    expect(await works(mount)).toBe("string");
    const refreshed = await plugin.refresh(stored);
    expect((await plugin.diff(refreshed ?? stored, inputs)).changes).toBe(false);
    expect(refreshed?.inputs).toEqual({ ...stored.inputs, __provider: undefined });
  });

  it("keeps no secret in the state, but knows when it changed", async () => {
    const { inputs, keys } = await prepare();
    const stored = await plugin.create(kind, inputs);
    const refreshed = await plugin.refresh(stored);
    expect(JSON.stringify([stored, refreshed])).not.toContain(keys.secretKey);
    expect(stored.inputs.secretKeyDigest).toMatch(/^[\w-]{32}$/);
    expect((await plugin.diff(stored, { ...inputs, secretKey: "another" })).changes).toBe(true);
    expect((await plugin.diff(stored, { ...inputs })).changes).toBe(false);
  });

  it("never erases the secret when anything else changes, and resets what is removed", async () => {
    const { inputs, path, mount } = await prepare({ maxRetries: 5, usernameTemplate: "vault-x-{{ random 10 }}" });
    const stored = await plugin.create(kind, inputs);
    const { maxRetries: _retries, usernameTemplate: _template, ...less } = inputs as Values & Record<string, unknown>;
    const updated = await plugin.update(stored, less);
    expect((await world.data(path)).max_retries).toBe(-1);
    expect((await world.data(path)).username_template).toMatch(/^\{\{ if \(eq \.Type "STS"\) \}\}/);
    expect(await works(mount)).toBe("string");
    expect((await plugin.diff((await plugin.refresh(updated)) ?? updated, less)).changes).toBe(false);
  });

  if (merges) {
    it("lets Vault read credentials with fallbacks for STS, as the rule about their regions asks for", async () => {
      const { endpoint } = world.aws;
      const fallbacks = { stsFallbackEndpoints: [endpoint], stsFallbackRegions: ["us-west-2"] };
      const { inputs, mount, path } = await prepare(fallbacks);
      const stored = await plugin.create(kind, inputs);
      expect(await works(mount)).toBe("string");
      expect((await plugin.diff((await plugin.refresh(stored)) ?? stored, inputs)).changes).toBe(false);
      expect((await failureOf(plugin.update(stored, { ...inputs, region: undefined }))).message).toContain(
        "stsRegion: is required where there are fallbacks and no region",
      );
      await world.api("POST", path, { region: "" });
      expect(await works(mount)).toContain("number of regions does not match number of endpoints");
    });
  }

  it("leaves the region to Vault's environment where none is given", async () => {
    const { inputs, path } = await prepare({ region: undefined, keyReadiness: { consecutiveSuccesses: 1 } });
    const stored = await plugin.create(kind, inputs);
    expect((await world.data(path)).region).toBe("");
    expect((await plugin.refresh(stored))?.inputs).not.toHaveProperty("region");
  });

  it("can do without a key, for a Vault that has an identity of its own", async () => {
    const { mount, path } = await prepare();
    const inputs = { mount, region: "eu-central-1" };
    const stored = await plugin.create(kind, inputs);
    expect(await world.data(path)).toMatchObject({ access_key: "", region: "eu-central-1" });
    expect((await plugin.refresh(stored))?.inputs).toEqual(inputs);
  });

  it("waits until AWS accepts a new key before Vault gets it", async () => {
    await world.aws.control.setKeyDelay(2);
    const { inputs, path } = await prepare();
    await world.aws.control.setKeyDelay(0);
    const started = Date.now();
    await plugin.create(kind, inputs);
    expect(Date.now() - started).toBeGreaterThan(900);
    expect((await world.data(path)).access_key).toBe(inputs.accessKey);
  });

  it("writes nothing where AWS does not accept the key in time", async () => {
    const { inputs, path } = await prepare();
    const wrong = { ...inputs, secretKey: "wrong".repeat(8), keyReadiness: { timeout: 1 } };
    const error = await failureOf(plugin.create(kind, wrong));
    expect(error.message).toMatch(
      /^access key AKIA\w+ was not accepted by AWS within 1 s: SignatureDoesNotMatch: .* Was it deleted or rotated\?/,
    );
    expect(error.message).not.toContain("wrongwrong");
    expect((await failureOf(world.api("GET", path))).message).toBe(`GET /v1/${path}: 404`);
  });

  it("refuses a configuration that is there already, and takes it over on request", async () => {
    const { inputs, path } = await prepare();
    await world.api("POST", path, { access_key: "AKIAOLDOLDOLDOLDOLD1", secret_key: "old", region: "eu-west-1" });
    const error = await failureOf(plugin.create(kind, inputs));
    expect(error.message).toMatch(
      /config\/root exists already in Vault and differs in accessKey, region, iamEndpoint, stsEndpoint\./,
    );
    expect((await world.data(path)).region).toBe("eu-west-1");
    await plugin.create(kind, { ...inputs, adoptExisting: true });
    expect((await world.data(path)).access_key).toBe(inputs.accessKey);
  });

  it("shows drift, of the key too", async () => {
    const { inputs, path, keys } = await prepare();
    const stored = await plugin.create(kind, inputs);
    await world.api("POST", path, {
      access_key: "AKIABYHANDBYHANDBYH1",
      secret_key: "x",
      region: "us-west-2",
      iam_endpoint: world.aws.endpoint,
      sts_endpoint: world.aws.endpoint,
    });
    const refreshed = await plugin.refresh(stored);
    expect(refreshed?.inputs).toMatchObject({ accessKey: "AKIABYHANDBYHANDBYH1", region: "us-west-2" });
    expect(refreshed?.outputs.activeAccessKey).toBe("AKIABYHANDBYHANDBYH1");
    const mended = await plugin.update(refreshed ?? stored, inputs);
    expect(mended.outputs.activeAccessKey).toBe(keys.accessKey);
    expect((await world.data(path)).region).toBe("us-east-1");
  });

  it("is gone when it was never written", async () => {
    const { inputs, mount } = await prepare();
    const stored = await plugin.create(kind, inputs);
    await world.api("DELETE", `sys/mounts/${mount}`);
    await world.api("POST", `sys/mounts/${mount}`, { type: "aws" });
    expect(await plugin.refresh(stored)).toBeUndefined();
  });

  it("stays until the mount goes, since leases need it; clears on request", async () => {
    const { inputs, path, mount } = await prepare();
    const stored = await plugin.create(kind, inputs);
    await plugin.destroy(stored);
    expect(await works(mount)).toBe("string");
    const clearing = await plugin.update(stored, { ...inputs, clearOnDelete: true });
    await plugin.destroy(clearing);
    expect(await world.data(path)).toMatchObject({ access_key: "", region: "", iam_endpoint: "" });
  });

  it("names what this Vault would drop silently", async () => {
    const { inputs, path } = await prepare({ roleArn: "arn:aws:iam::123456789012:role/x" });
    const error = await failureOf(
      plugin.create(kind, {
        ...inputs,
        accessKey: undefined,
        secretKey: undefined,
        identityTokenAudience: "vault",
        stsRegion: "us-east-1",
      }),
    );
    const version = merges ? "1.21.0" : "1.18.0";
    const lost = [
      ...(merges ? [] : ["stsRegion (needs Vault 1.19 or later)"]),
      "roleArn (needs Vault Enterprise 1.16 or later)",
      "identityTokenAudience (needs Vault Enterprise 1.16 or later)",
    ];
    expect(error.message).toBe(
      `${path}: this Vault is ${version} (community) and would not keep: ${lost.join(", ")}. Remove it, or upgrade Vault`,
    );
  });

  describe("with rotation", () => {
    it("lets Vault rotate the key, shows no drift then, and does not write the seed again", async () => {
      const { inputs, path, keys, mount } = await prepare({ rotateRootTrigger: "1" });
      const stored = await plugin.create(kind, inputs);
      const rotated = String((await world.data(path)).access_key);
      expect(rotated).not.toBe(keys.accessKey);
      expect(await world.keyIds(`root-${mount}`)).toEqual([rotated]);
      expect(stored.outputs).toMatchObject({ activeAccessKey: rotated, keyRotated: true, accessKey: keys.accessKey });
      const refreshed = await plugin.refresh(stored);
      expect(refreshed?.inputs).toEqual({ ...stored.inputs, __provider: undefined });
      const reseeded = { ...inputs, accessKey: "AKIAANOTHERANOTHER01", secretKey: "another" };
      expect((await plugin.diff(refreshed ?? stored, reseeded)).changes).toBe(false);
      expect(await works(mount)).toBe("string");
      await plugin.destroy(stored);
      expect(await works(mount)).toBe("string");
    });

    it("rotates again when the trigger changes", async () => {
      const { inputs, path } = await prepare({ rotateRootTrigger: "1" });
      const stored = await plugin.create(kind, inputs);
      const again = { ...inputs, rotateRootTrigger: "2" };
      expect((await plugin.diff(stored, again)).changes).toBe(true);
      const updated = await plugin.update(stored, again);
      expect(updated.outputs.activeAccessKey).not.toBe(stored.outputs.activeAccessKey);
      expect(updated.outputs.activeAccessKey).toBe((await world.data(path)).access_key);
    });

    it(
      merges
        ? "changes other fields and keeps the secret"
        : "refuses to change other fields, which would erase the secret",
      async () => {
        const { inputs, path, mount } = await prepare({ rotateRootTrigger: "1" });
        const stored = await plugin.create(kind, inputs);
        const changed = { ...inputs, maxRetries: 7 };
        if (merges) {
          await plugin.update(stored, changed);
          expect((await world.data(path)).max_retries).toBe(7);
        } else {
          expect((await failureOf(plugin.update(stored, changed))).message).toBe(
            `${path}: maxRetries cannot be changed: Vault rotated the root key and alone knows its secret, and this Vault, 1.18.0, erases the ` +
              "secret when anything else is written (Vault 1.19 keeps it). Give a new key in accessKey and secretKey and change reseedTrigger, " +
              "or upgrade Vault",
          );
          expect((await world.data(path)).max_retries).toBe(-1);
        }
        expect(await works(mount)).toBe("string");
      },
    );

    it("goes on without the seed, and writes nothing for it", async () => {
      const { inputs, path, mount } = await prepare({ rotateRootTrigger: "1" });
      const stored = await plugin.create(kind, inputs);
      const { accessKey: _id, secretKey: _secret, ...rest } = inputs as Values & Record<string, unknown>;
      expect((await plugin.diff(stored, rest)).changes).toBe(true);
      const bare = await plugin.update(stored, rest);
      expect(bare.outputs).toMatchObject({ activeAccessKey: stored.outputs.activeAccessKey, keyRotated: true });
      expect(bare.outputs).not.toHaveProperty("accessKey");
      expect(bare.outputs).not.toHaveProperty("secretKeyDigest");
      expect((await plugin.diff((await plugin.refresh(bare)) ?? stored, rest)).changes).toBe(false);
      expect(await works(mount)).toBe("string");
      const again = await plugin.update(bare, { ...rest, rotateRootTrigger: "2" });
      expect(again.outputs.activeAccessKey).toBe((await world.data(path)).access_key);
      expect(again.outputs.activeAccessKey).not.toBe(bare.outputs.activeAccessKey);
    });

    it("needs the seed until Vault has rotated it", async () => {
      const { inputs, path, keys, mount } = await prepare({ rotateRootTrigger: "1" });
      const { accessKey: _id, secretKey: _secret, ...rest } = inputs as Values & Record<string, unknown>;
      const message =
        `${path}: rotateRootTrigger needs accessKey and secretKey, the seed: Vault has not rotated the root key yet. ` +
        "Leave them out only once keyRotated is true";
      expect((await failureOf(plugin.create(kind, rest))).message).toBe(message);
      await world.aws.control.fail({ action: "iam:CreateAccessKey", code: "LimitExceeded", status: 409, count: 10 });
      const left = leftBy(kind, await failureOf(plugin.create(kind, inputs)));
      await world.aws.control.clearFaults();
      expect((await failureOf(plugin.update(left, rest))).message).toBe(message);
      expect((await world.data(path)).access_key).toBe(keys.accessKey);
      expect(await works(mount)).toBe("string");
    });

    it("does not erase Vault's key where a new seed is asked for and none is given", async () => {
      const { inputs, mount } = await prepare({ rotateRootTrigger: "1" });
      const stored = await plugin.create(kind, inputs);
      const { accessKey: _id, secretKey: _secret, ...rest } = inputs as Values & Record<string, unknown>;
      const error = await failureOf(plugin.update(stored, { ...rest, reseedTrigger: "lost" }));
      expect(error.message).toContain("needs accessKey and secretKey, the seed");
      expect(await works(mount)).toBe("string");
    });

    it("takes a new seed on request, and rotates that", async () => {
      const { inputs, path, mount } = await prepare({ rotateRootTrigger: "1" });
      const stored = await plugin.create(kind, inputs);
      const { AccessKey: fresh } = await world.iam.send(new CreateAccessKeyCommand({ UserName: `root-${mount}` }));
      const seed = { accessKey: fresh?.AccessKeyId ?? "", secretKey: fresh?.SecretAccessKey ?? "" };
      await world.iam.send(
        new DeleteAccessKeyCommand({ UserName: `root-${mount}`, AccessKeyId: String(stored.outputs.activeAccessKey) }),
      );
      const reseeded = { ...inputs, ...seed, reseedTrigger: "lost", rotateRootTrigger: "2" };
      const updated = await plugin.update(stored, reseeded);
      expect(updated.outputs.activeAccessKey).toBe((await world.data(path)).access_key);
      expect(updated.outputs.activeAccessKey).not.toBe(seed.accessKey);
      expect(await works(mount)).toBe("string");
    });

    it("does not go back to a seed that AWS has deleted", async () => {
      const { inputs, path, mount } = await prepare({ rotateRootTrigger: "1" });
      const stored = await plugin.create(kind, inputs);
      const { rotateRootTrigger: _trigger, ...back } = inputs as Values & Record<string, unknown>;
      const error = await failureOf(plugin.update(stored, { ...back, keyReadiness: { timeout: 1 } }));
      expect(error.message).toMatch(/^access key AKIA\w+ was not accepted by AWS within 1 s: InvalidClientTokenId/);
      expect((await world.data(path)).access_key).toBe(stored.outputs.activeAccessKey);
      expect(await works(mount)).toBe("string");
    });

    it("tells a half rotation for what it is, and does not repeat it", async () => {
      const { inputs, path, keys, mount } = await prepare({ rotateRootTrigger: "1" });
      await world.aws.control.fail({ action: "iam:DeleteAccessKey", code: "ServiceFailure", status: 400, count: 10 });
      const error = await failureOf(plugin.create(kind, inputs));
      await world.aws.control.clearFaults();
      const active = String((await world.data(path)).access_key);
      expect(error.message).toMatch(
        new RegExp(
          `^the root key was rotated to ${active}, but the old key ${keys.accessKey} may be left over in AWS: delete it there\\.`,
        ),
      );
      const left = leftBy(kind, error);
      expect(left.outputs).toMatchObject({ keyRotated: true, activeAccessKey: active });
      const settled = await plugin.update(left, inputs);
      expect(settled.outputs.activeAccessKey).toBe(active);
      expect(await works(mount)).toBe("string");
    });

    it("keeps the seed in use where rotating fails, and rotates with the next up", async () => {
      const { inputs, path, keys } = await prepare({ rotateRootTrigger: "1" });
      await world.aws.control.fail({ action: "iam:CreateAccessKey", code: "LimitExceeded", status: 409, count: 10 });
      const error = await failureOf(plugin.create(kind, inputs));
      await world.aws.control.clearFaults();
      expect(error.message).toMatch(
        new RegExp(`^the root key could not be rotated, ${keys.accessKey} is still in use: .*LimitExceeded`),
      );
      expect((await world.data(path)).access_key).toBe(keys.accessKey);
      const settled = await plugin.update(leftBy(kind, error), inputs);
      expect(settled.outputs).toMatchObject({ keyRotated: true });
      expect(settled.outputs.activeAccessKey).not.toBe(keys.accessKey);
    });
  });
});
