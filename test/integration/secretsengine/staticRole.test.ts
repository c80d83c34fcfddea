import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { failureOf, vaultReleases, World, type Plugin } from "./support.js";

const kind = "AwsStaticRole";

describe.each(vaultReleases)("AwsStaticRole on %s", (release) => {
  let world: World;
  let plugin: Plugin;

  beforeAll(async () => {
    world = await World.start(release);
    plugin = world.plugin();
    await world.engine("aws");
  });
  afterAll(async () => {
    await world.stop();
  });

  const user = (name: string) => world.user(name);

  it("makes Vault keep a user's key, and finds no difference afterwards", async () => {
    const inputs = { mount: "aws", name: "ci", username: await user("ci"), rotationPeriod: "2d" };
    const stored = await plugin.create(kind, inputs);
    expect(stored.id).toBe("aws/static-roles/ci");
    expect(await world.data("aws/static-roles/ci")).toMatchObject({ username: "ci", rotation_period: 172_800 });
    expect(stored.outputs.userId).toBe((await world.data("aws/static-roles/ci")).id);
    expect(await world.keyIds("ci")).toEqual([(await world.data("aws/static-creds/ci")).access_key]);
    expect((await plugin.refresh(stored))?.inputs).toEqual(inputs);
    expect((await plugin.diff(stored, { ...inputs, rotationPeriod: 172_800 })).changes).toBe(false);
  });

  it("changes the period in place, without a new key", async () => {
    const inputs = { mount: "aws", name: "paced", username: await user("paced"), rotationPeriod: "1h" };
    const stored = await plugin.create(kind, inputs);
    const keys = await world.keyIds("paced");
    const slower = { ...inputs, rotationPeriod: "2h" };
    expect(await plugin.diff(stored, slower)).toMatchObject({ changes: true, replaces: [] });
    const updated = await plugin.update(stored, slower);
    expect((await world.data("aws/static-roles/paced")).rotation_period).toBe(7200);
    expect(await world.keyIds("paced")).toEqual(keys);
    expect((await plugin.refresh(updated))?.inputs).toEqual(slower);
  });

  it("replaces the role, old one first, when the user changes", async () => {
    const inputs = { mount: "aws", name: "handed", username: await user("handed-1"), rotationPeriod: "1h" };
    const stored = await plugin.create(kind, inputs);
    const next = { ...inputs, username: await user("handed-2") };
    expect(await plugin.diff(stored, next)).toEqual({
      changes: true,
      replaces: ["username"],
      deleteBeforeReplace: true,
    });
    await plugin.destroy(stored);
    await plugin.create(kind, next);
    expect(await world.keyIds("handed-1")).toEqual([]);
    expect(await world.keyIds("handed-2")).toHaveLength(1);
  });

  it("leaves nothing behind where the user does not exist", async () => {
    const inputs = { mount: "aws", name: "nobody", username: "nobody", rotationPeriod: "1h" };
    const error = await failureOf(plugin.create(kind, inputs));
    expect(error.message).toMatch(
      /POST aws\/static-roles\/nobody: 500: .*unable to validate username "nobody": .*NoSuchEntity/,
    );
    expect(error.id).toBeUndefined();
    expect((await failureOf(world.api("GET", "aws/static-roles/nobody"))).message).toBe(
      "GET /v1/aws/static-roles/nobody: 404",
    );
  });

  it("leaves nothing behind where AWS makes no key, though Vault stored the role already", async () => {
    const inputs = { mount: "aws", name: "keyless", username: await user("keyless"), rotationPeriod: "1h" };
    await world.aws.control.fail({ action: "iam:CreateAccessKey", code: "ServiceFailure", status: 400, count: 10 });
    const error = await failureOf(plugin.create(kind, inputs));
    await world.aws.control.clearFaults();
    expect(error.message).toMatch(/ServiceFailure/);
    expect(error.id).toBeUndefined();
    expect((await failureOf(world.api("GET", "aws/static-roles/keyless"))).message).toBe(
      "GET /v1/aws/static-roles/keyless: 404",
    );
    expect(await world.keyIds("keyless")).toEqual([]);
    await plugin.create(kind, inputs);
    expect(await world.keyIds("keyless")).toHaveLength(1);
  });

  it("deletes the key with the role, right after a restart of the configuration too", async () => {
    const inputs = { mount: "aws", name: "ended", username: await user("ended"), rotationPeriod: "1h" };
    const stored = await plugin.create(kind, inputs);
    // Rewriting the root configuration drops the client of AWS that Vault deletes the key with.
    const root = await world.data("aws/config/root");
    const keys = await world.rootUser(`second-root-${release}`);
    await world.api("POST", "aws/config/root", { ...root, access_key: keys.accessKey, secret_key: keys.secretKey });
    await plugin.destroy(stored);
    expect(await plugin.refresh(stored)).toBeUndefined();
    expect(await world.keyIds("ended")).toEqual([]);
    await plugin.destroy(stored);
  });

  it("names the key that is left over where AWS does not delete it", async () => {
    const inputs = { mount: "aws", name: "leaky", username: await user("leaky"), rotationPeriod: "1h" };
    const stored = await plugin.create(kind, inputs);
    const [key = "none"] = await world.keyIds("leaky");
    await world.aws.control.fail({ action: "iam:DeleteAccessKey", code: "ServiceFailure", status: 400, count: 10 });
    const error = await failureOf(plugin.destroy(stored));
    await world.aws.control.clearFaults();
    expect(error.message).toMatch(
      new RegExp(`Access key ${key} of IAM user leaky may be left over: delete it in AWS, then destroy again$`),
    );
    await plugin.destroy(stored);
    expect(await plugin.refresh(stored)).toBeUndefined();
  });

  it("is gone when it was deleted by hand, and shows a period that was changed by hand", async () => {
    const inputs = { mount: "aws", name: "byhand", username: await user("byhand"), rotationPeriod: "1h" };
    const stored = await plugin.create(kind, inputs);
    await world.api("POST", "aws/static-roles/byhand", { rotation_period: "3h" });
    expect((await plugin.refresh(stored))?.inputs).toEqual({ ...inputs, rotationPeriod: 10_800 });
    await world.api("DELETE", "aws/static-roles/byhand");
    expect(await plugin.refresh(stored)).toBeUndefined();
  });

  it("refuses what only Vault Enterprise has, by name", async () => {
    const inputs = {
      mount: "aws",
      name: "cross",
      username: "cross",
      rotationPeriod: "1h",
      assumeRoleArn: "arn:aws:iam::210987654321:role/x",
    };
    expect((await failureOf(plugin.create(kind, inputs))).message).toMatch(
      /would not keep: assumeRoleArn \(needs Vault Enterprise 1\.19 or later\)/,
    );
  });
});
