import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { roleSpecs } from "../../unit/secretsengine/generators.js";
import { failureOf, vaultReleases, World, type Values } from "./support.js";

const kind = "AwsSecretsRole";
const policy = { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "s3:GetObject", Resource: "*" }] };

describe.each(vaultReleases)("AwsSecretsRole on %s", (release) => {
  let world: World;
  beforeAll(async () => {
    world = await World.start(release);
    await world.engine("aws");
  });
  afterAll(async () => {
    await world.stop();
  });

  const fullRoles: Record<string, { inputs: Values; vault: Values }> = {
    iam_user: {
      inputs: {
        credentialType: "iam_user",
        policyDocument: policy,
        policyArns: ["arn:aws:iam::aws:policy/ReadOnlyAccess", "arn:aws:iam::123456789012:policy/app"],
        iamGroups: ["readers", "auditors"],
        iamTags: { team: "platform", cost: "42" },
        userPath: "/vault/",
        permissionsBoundaryArn: "arn:aws:iam::123456789012:policy/boundary",
      },
      vault: {
        credential_type: "iam_user",
        policy_arns: ["arn:aws:iam::123456789012:policy/app", "arn:aws:iam::aws:policy/ReadOnlyAccess"],
        iam_groups: ["auditors", "readers"],
        iam_tags: { team: "platform", cost: "42" },
        user_path: "/vault/",
        permissions_boundary_arn: "arn:aws:iam::123456789012:policy/boundary",
      },
    },
    assumed_role: {
      inputs: {
        credentialType: "assumed_role",
        roleArns: ["arn:aws:iam::123456789012:role/b", "arn:aws:iam::210987654321:role/path/a"],
        policyDocument: JSON.stringify(policy, undefined, 2),
        policyArns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
        iamGroups: ["readers"],
        sessionTags: { project: "x" },
        externalId: "shared-secret",
        defaultStsTtl: "30m",
        maxStsTtl: 7200,
      },
      vault: {
        credential_type: "assumed_role",
        role_arns: ["arn:aws:iam::123456789012:role/b", "arn:aws:iam::210987654321:role/path/a"],
        session_tags: { project: "x" },
        external_id: "shared-secret",
        default_sts_ttl: 1800,
        max_sts_ttl: 7200,
      },
    },
    federation_token: {
      inputs: { credentialType: "federation_token", policyDocument: policy, defaultStsTtl: "1h30m", maxStsTtl: "36h" },
      vault: { credential_type: "federation_token", default_sts_ttl: 5400, max_sts_ttl: 129_600 },
    },
    session_token: {
      inputs: {
        credentialType: "session_token",
        mfaSerialNumber: "arn:aws:iam::123456789012:mfa/root",
        defaultStsTtl: "15m",
        maxStsTtl: "1h",
      },
      vault: {
        credential_type: "session_token",
        mfa_serial_number: "arn:aws:iam::123456789012:mfa/root",
        default_sts_ttl: 900,
        max_sts_ttl: 3600,
      },
    },
  };

  it.each(Object.keys(fullRoles))("writes every field of %s, and finds no difference afterwards", async (type) => {
    const plugin = world.plugin();
    const { inputs, vault } = fullRoles[type]!;
    const role = { mount: "aws", name: `full-${type}`, ...inputs };
    const stored = await plugin.create(kind, role);
    expect(stored.id).toBe(`aws/roles/full-${type}`);
    expect(await world.data(stored.id)).toMatchObject(vault);
    const refreshed = await plugin.refresh(stored);
    expect(refreshed?.inputs).toEqual(role);
    expect(await plugin.diff(stored, role)).toEqual({ changes: false, replaces: [] });
    await plugin.destroy(stored);
    expect(await plugin.refresh(stored)).toBeUndefined();
    await plugin.destroy(stored);
  });

  it("turns a role of any type into one of any other in place, with nothing left of the old", async () => {
    const plugin = world.plugin();
    const types = Object.keys(fullRoles);
    const walk = [...types, ...types.toReversed(), "federation_token", "iam_user", "session_token", "iam_user"];
    const [first = "", ...rest] = walk;
    let stored = await plugin.create(kind, { mount: "aws", name: "turned", ...fullRoles[first]!.inputs });
    for (const type of rest) {
      const inputs = { mount: "aws", name: "turned", ...fullRoles[type]!.inputs };
      expect((await plugin.diff(stored, inputs)).replaces).toEqual([]);
      stored = await plugin.update(stored, inputs);
      expect((await plugin.refresh(stored))?.inputs).toEqual(inputs);
    }
  });

  it("clears each field that is removed", async () => {
    const plugin = world.plugin();
    const least: Record<string, Values> = {
      iam_user: { iamGroups: ["g"] },
      assumed_role: { roleArns: ["arn:aws:iam::123456789012:role/b"] },
      federation_token: { policyDocument: policy },
      session_token: {},
    };
    for (const [type, { inputs }] of Object.entries(fullRoles)) {
      const name = `cleared-${type}`;
      const stored = await plugin.create(kind, { mount: "aws", name, ...inputs });
      const small = { mount: "aws", name, credentialType: type, ...least[type] };
      const updated = await plugin.update(stored, small);
      expect((await plugin.refresh(updated))?.inputs).toEqual(small);
    }
  });

  it("has nothing to say after writing any role that passes the rules", async () => {
    const plugin = world.plugin();
    await fc.assert(
      fc.asyncProperty(roleSpecs, async (spec) => {
        const role = { mount: "aws", name: "generated", adoptExisting: true, ...spec };
        const stored = await plugin.create(kind, role);
        const refreshed = await plugin.refresh(stored);
        expect(refreshed?.inputs).toEqual(JSON.parse(JSON.stringify(role)));
        expect((await plugin.diff(refreshed ?? stored, role)).changes).toBe(false);
      }),
      { numRuns: 60 },
    );
  });

  it("shows drift in the fields that drifted, and leaves the others as the user wrote them", async () => {
    const plugin = world.plugin();
    const role = {
      mount: "aws",
      name: "drifted",
      credentialType: "iam_user",
      policyDocument: JSON.stringify(policy, undefined, 4),
      iamGroups: ["b", "a"],
      userPath: "/",
    };
    const stored = await plugin.create(kind, role);
    await world.api("POST", "aws/roles/drifted", { iam_groups: "a", iam_tags: { by: "hand" } });
    const refreshed = await plugin.refresh(stored);
    expect(refreshed?.inputs).toEqual({ ...role, iamGroups: ["a"], iamTags: { by: "hand" } });
    const mended = await plugin.update(refreshed ?? stored, role);
    expect((await plugin.refresh(mended))?.inputs).toEqual(role);
    expect((await world.data("aws/roles/drifted")).iam_tags).toEqual({});
  });

  it("takes the same policy in another form for the same", async () => {
    const plugin = world.plugin();
    const role = { mount: "aws", name: "reformatted", credentialType: "iam_user", policyDocument: policy };
    const stored = await plugin.create(kind, role);
    const { Version, Statement } = policy;
    for (const other of [JSON.stringify(policy, undefined, "\t"), { Statement, Version }]) {
      expect((await plugin.diff(stored, { ...role, policyDocument: other })).changes).toBe(false);
    }
    await world.api("POST", "aws/roles/reformatted", {
      policy_document: ` ${JSON.stringify({ Statement, Version })} `,
    });
    expect((await plugin.refresh(stored))?.inputs).toEqual(role);
  });

  it("refuses a role that is there and differs, takes over the same, and any on request", async () => {
    const plugin = world.plugin();
    await world.api("POST", "aws/roles/there", { credential_type: "iam_user", iam_groups: "a,b" });
    const role = { mount: "aws", name: "there", credentialType: "iam_user", iamGroups: ["b"] };
    expect((await failureOf(plugin.create(kind, role))).message).toBe(
      "aws/roles/there exists already in Vault and differs in iamGroups. To take it over and change it, set adoptExisting: true; or delete it in Vault first",
    );
    expect((await world.data("aws/roles/there")).iam_groups).toEqual(["a", "b"]);
    await plugin.create(kind, { ...role, iamGroups: ["b", "a"] });
    await plugin.create(kind, { ...role, adoptExisting: true });
    expect((await world.data("aws/roles/there")).iam_groups).toEqual(["b"]);
  });

  it("takes over a role that was written in the form before Vault 0.11", async () => {
    const plugin = world.plugin();
    await world.api("POST", "aws/roles/legacy", { policy: JSON.stringify(policy) });
    expect((await world.data("aws/roles/legacy")).credential_type).toBe("iam_user,federation_token");
    const role = { mount: "aws", name: "legacy", credentialType: "iam_user", policyDocument: policy };
    expect((await failureOf(plugin.create(kind, role))).message).toMatch(/differs in credentialType\./);
    const stored = await plugin.create(kind, { ...role, adoptExisting: true });
    expect((await world.data("aws/roles/legacy")).credential_type).toBe("iam_user");
    expect((await plugin.refresh(stored))?.inputs).toEqual({ ...role, adoptExisting: true });
  });

  it("tells a deleted role from a missing mount", async () => {
    const plugin = world.plugin();
    await world.engine("gone");
    const stored = await plugin.create(kind, { mount: "gone", name: "r", credentialType: "session_token" });
    await world.api("DELETE", "sys/mounts/gone");
    expect((await failureOf(plugin.refresh(stored))).message).toMatch(
      /GET gone\/roles\/r: 404: no handler for route .*No secrets engine is mounted at that path\. If the engine was unmounted on purpose/,
    );
    expect(await world.plugin({ "kubevault-aws:onVaultReplaced": "recreate" }).refresh(stored)).toBeUndefined();
    await plugin.destroy(stored);
  });

  it("takes a refusal for an error, not for a deleted role", async () => {
    const stored = await world
      .plugin()
      .create(kind, { mount: "aws", name: "secretive", credentialType: "session_token" });
    const { auth } = await world.api<{ auth: { client_token: string } }>("POST", "auth/token/create", {
      policies: ["default"],
    });
    const limited = world.plugin({
      "kubevault-aws:login": JSON.stringify({ kind: "token", token: auth.client_token }),
    });
    const error = await failureOf(limited.refresh(stored));
    expect(error.message).toMatch(/GET aws\/roles\/secretive: 403: permission denied\. The token lacks "read"/);
    expect(error.message).not.toContain(auth.client_token);
    expect(error.stack).toBe("");
  });

  it("replaces a role whose name or mount changes", async () => {
    const plugin = world.plugin();
    const role = { mount: "aws", name: "named", credentialType: "session_token" };
    const stored = await plugin.create(kind, role);
    expect((await plugin.diff(stored, { ...role, name: "renamed" })).replaces).toEqual(["name"]);
    expect((await plugin.diff(stored, { ...role, mount: "aws2" })).replaces).toEqual(["mount"]);
  });

  it("leaves leases alone when a role is destroyed, or revokes them on request", async () => {
    const plugin = world.plugin();
    const role = { mount: "aws", name: "leased", credentialType: "iam_user", policyDocument: policy };
    const kept = await plugin.create(kind, role);
    await world.api("GET", "aws/creds/leased");
    await plugin.destroy(kept);
    expect(await world.userNames("vault-root-leased")).toHaveLength(1);
    const revoking = await plugin.create(kind, { ...role, revokeLeasesOnDelete: true });
    await world.api("GET", "aws/creds/leased");
    expect(await world.userNames("vault-root-leased")).toHaveLength(2);
    await plugin.destroy(revoking);
    expect(await world.userNames("vault-root-leased")).toEqual([]);
  });

  it("reports all that is wrong with a role together, and writes nothing", async () => {
    const error = await failureOf(
      world.plugin().create(kind, {
        mount: "aws",
        name: "bad name",
        credentialType: "assumed_role",
        policyArns: ["not-an-arn"],
        userPath: "vault",
        defaultStsTtl: "5m",
      }),
    );
    expect(error.message.split("\n")).toEqual([
      "AwsSecretsRole: 6 invalid arguments:",
      '  - name: must be letters, digits and "_", with "-", "." and "@" between them, got "bad name". Vault finds no path for other names.',
      "  - userPath: is for credential type iam_user only, not for assumed_role. Remove it, or choose another credentialType.",
      "  - roleArns: needs at least one ARN of a role to assume. Vault cannot tell which role else.",
      '  - policyArns[0]: must be the ARN of an IAM policy, arn:aws:iam::ACCOUNT:policy/NAME, got "not-an-arn".',
      '  - defaultStsTtl: must be at least 900 seconds, got "5m". AWS grants the session of a role no other length.',
      '  - userPath: must start and end with "/" and be at most 512 characters long, got "vault".',
    ]);
    expect(
      await world.api<{ data: { keys: string[] } }>("LIST", "aws/roles").then(({ data }) => data.keys),
    ).not.toContain("bad name");
  });
});
