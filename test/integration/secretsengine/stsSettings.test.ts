import { CreateRoleCommand, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { failureOf, vaultReleases, World, type Plugin, type Values } from "./support.js";

const kind = "AwsRootConfig";

/** Which regions and endpoints of STS go together is decided by Vault when session credentials are read, and differs between its releases. */
describe.each(vaultReleases)("settings of STS on %s", (release) => {
  const hasFallbacks = release !== "vault";
  let world: World;
  let plugin: Plugin;
  let mounts = 0;

  beforeAll(async () => {
    world = await World.start(release);
    plugin = world.plugin();
    const policy = (statement: object) => JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
    await world.iam.send(
      new CreateRoleCommand({
        RoleName: "target",
        AssumeRolePolicyDocument: policy({
          Effect: "Allow",
          Principal: { AWS: "123456789012" },
          Action: "sts:AssumeRole",
        }),
      }),
    );
    await world.iam.send(
      new PutRolePolicyCommand({
        RoleName: "target",
        PolicyName: "read",
        PolicyDocument: policy({ Effect: "Allow", Action: "s3:GetObject", Resource: "*" }),
      }),
    );
  });
  afterAll(async () => {
    await world.stop();
  });

  /** A new mount, its root user's keys and two roles; and what config/root is made of, without a region or an endpoint of STS. */
  async function prepare(): Promise<{ readonly mount: string; readonly inputs: Values }> {
    mounts += 1;
    const mount = `aws-${mounts}`;
    await world.api("POST", `sys/mounts/${mount}`, { type: "aws" });
    const keys = await world.rootUser(`root-${mount}`);
    await world.api("POST", `${mount}/roles/user`, {
      credential_type: "iam_user",
      policy_arns: "arn:aws:iam::aws:policy/ReadOnlyAccess",
    });
    await world.api("POST", `${mount}/roles/session`, {
      credential_type: "assumed_role",
      role_arns: "arn:aws:iam::123456789012:role/target",
    });
    const keyReadiness = { consecutiveSuccesses: 1, region: world.aws.region, stsEndpoint: world.aws.endpoint };
    return { mount, inputs: { mount, ...keys, iamEndpoint: world.aws.endpoint, maxRetries: 0, keyReadiness } };
  }

  async function read(mount: string, role: string): Promise<string> {
    return String((await world.data(`${mount}/creds/${role}`)).access_key);
  }

  it("may be left out, and a region too, which stays Vault's own", async () => {
    const { mount, inputs } = await prepare();
    const stored = await plugin.create(kind, inputs);
    expect(await read(mount, "user")).toMatch(/^AKIA/);
    expect(await world.data(`${mount}/config/root`)).toMatchObject({ region: "", sts_endpoint: "" });
    const refreshed = await plugin.refresh(stored);
    expect(refreshed?.inputs).not.toHaveProperty("region");
    expect((await plugin.diff(refreshed ?? stored, inputs)).changes).toBe(false);
  });

  it("may be an endpoint without a region, and with one in either place", async () => {
    for (const settings of [
      {},
      { region: "us-east-1" },
      ...(hasFallbacks ? [{ stsRegion: "us-east-1" }, { region: "eu-west-1", stsRegion: "us-east-1" }] : []),
    ]) {
      const { mount, inputs } = await prepare();
      await plugin.create(kind, { ...inputs, ...settings, stsEndpoint: world.aws.endpoint });
      expect(await read(mount, "session"), JSON.stringify(settings)).toMatch(/^ASIA/);
    }
  });

  it.runIf(hasFallbacks)(
    "may be fallbacks where the endpoint has a region, and are rejected where Vault would read nothing",
    async () => {
      const fallbacks = {
        stsEndpoint: "http://127.0.0.1:9",
        stsFallbackEndpoints: [world.aws.endpoint],
        stsFallbackRegions: ["us-east-1"],
      };
      for (const settings of [{ region: "eu-west-1" }, { stsRegion: "eu-west-1" }]) {
        const { mount, inputs } = await prepare();
        await plugin.create(kind, { ...inputs, ...settings, ...fallbacks });
        expect(await read(mount, "session"), JSON.stringify(settings)).toMatch(/^ASIA/);
      }
      const { mount, inputs } = await prepare();
      expect((await failureOf(plugin.create(kind, { ...inputs, ...fallbacks }))).message).toContain(
        "stsRegion: is required where there are fallbacks and no region",
      );
      await world.api("POST", `${mount}/config/root`, {
        access_key: inputs.accessKey,
        secret_key: inputs.secretKey,
        sts_endpoint: fallbacks.stsEndpoint,
        sts_fallback_endpoints: fallbacks.stsFallbackEndpoints,
        sts_fallback_regions: fallbacks.stsFallbackRegions,
      });
      await expect(read(mount, "session")).rejects.toThrow("number of regions does not match number of endpoints");
    },
  );
});
