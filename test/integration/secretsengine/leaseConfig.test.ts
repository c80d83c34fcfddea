import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { failureOf, vaultReleases, World, type Plugin } from "./support.js";

const kind = "AwsLeaseConfig";

describe.each(vaultReleases)("AwsLeaseConfig on %s", (release) => {
  let world: World;
  let plugin: Plugin;

  beforeAll(async () => {
    world = await World.start(release);
    plugin = world.plugin();
  });
  afterAll(async () => {
    await world.stop();
  });

  async function mount(path: string): Promise<string> {
    await world.api("POST", `sys/mounts/${path}`, { type: "aws" });
    return path;
  }

  it("writes both limits, in any notation, and finds no difference afterwards", async () => {
    const inputs = { mount: await mount("written"), lease: "30m", leaseMax: "1d" };
    const stored = await plugin.create(kind, inputs);
    expect(await world.data("written/config/lease")).toEqual({ lease: "30m0s", lease_max: "24h0m0s" });
    expect((await plugin.refresh(stored))?.inputs).toEqual(inputs);
    expect((await plugin.diff(stored, { ...inputs, lease: 1800, leaseMax: "24h" })).changes).toBe(false);
    const updated = await plugin.update(stored, { ...inputs, lease: 60 });
    expect(await world.data("written/config/lease")).toEqual({ lease: "1m0s", lease_max: "24h0m0s" });
    expect((await plugin.refresh(updated))?.inputs).toEqual({ ...inputs, lease: 60 });
  });

  it("is what the leases of IAM users have, within the mount's limit", async () => {
    await world.engine("effective");
    await world.api("POST", "sys/mounts/effective/tune", { max_lease_ttl: "2h" });
    await world.api("POST", "effective/roles/r", {
      credential_type: "iam_user",
      policy_document: '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}',
    });
    const stored = await plugin.create(kind, { mount: "effective", lease: "30m", leaseMax: "3h" });
    const issue = async () => (await world.api<{ lease_duration: number }>("GET", "effective/creds/r")).lease_duration;
    expect(await issue()).toBe(1800);
    await plugin.update(stored, { mount: "effective", lease: "5h", leaseMax: "6h" });
    expect(await issue()).toBe(7200);
  });

  it("is reset by destroying, to what stands for never written", async () => {
    const inputs = { mount: await mount("reset"), lease: "30m", leaseMax: "24h" };
    const stored = await plugin.create(kind, inputs);
    await plugin.destroy(stored);
    expect(await world.data("reset/config/lease")).toEqual({ lease: "0s", lease_max: "0s" });
    expect(await plugin.refresh(stored)).toBeUndefined();
    await plugin.create(kind, inputs);
    expect(await world.data("reset/config/lease")).toEqual({ lease: "30m0s", lease_max: "24h0m0s" });
  });

  it("keeps zeros that are meant", async () => {
    const inputs = { mount: await mount("zeros"), lease: 0, leaseMax: "0s" };
    const stored = await plugin.create(kind, inputs);
    expect((await plugin.refresh(stored))?.inputs).toEqual(inputs);
    const drifted = { mount: "zeros", lease: "1h", leaseMax: "2h" };
    await plugin.update(stored, drifted);
    expect((await plugin.refresh(stored))?.inputs).toEqual({ mount: "zeros", lease: 3600, leaseMax: 7200 });
  });

  it("refuses what is there already and differs, and takes it over on request", async () => {
    const inputs = { mount: await mount("there"), lease: "30m", leaseMax: "24h" };
    await world.api("POST", "there/config/lease", { lease: "1h", lease_max: "24h" });
    expect((await failureOf(plugin.create(kind, inputs))).message).toMatch(
      /^there\/config\/lease exists already in Vault and differs in lease\./,
    );
    await plugin.create(kind, { ...inputs, adoptExisting: true });
    expect(await world.data("there/config/lease")).toEqual({ lease: "30m0s", lease_max: "24h0m0s" });
  });
});
