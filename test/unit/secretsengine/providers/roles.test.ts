import { describe, expect, it } from "vitest";
import { Plugin } from "../../../support/plugin.js";
import { failureOf, gatewayTimeout, leftBy, loseAnswers, useStage } from "./support.js";

describe("a role", () => {
  const stage = useStage();
  const kind = "AwsSecretsRole";
  const role = { mount: "aws", name: "r", credentialType: "session_token" };

  it("takes two requests to create, one to refresh, two to update and one to delete", async () => {
    stage.vault.mount("aws");
    const calls = async <T>(work: () => Promise<T>): Promise<[T, string[]]> => {
      const from = stage.vault.requests.length;
      return [await work(), stage.vault.calls(from)];
    };
    const [stored, creating] = await calls(() => stage.plugin.create(kind, role));
    expect(creating).toEqual(["GET aws/roles/r", "POST aws/roles/r"]);
    const [refreshed, refreshing] = await calls(() => stage.plugin.refresh(stored));
    expect(refreshing).toEqual(["GET aws/roles/r"]);
    const wanted = { ...role, maxStsTtl: 3600 };
    const [updated, updating] = await calls(() => stage.plugin.update(refreshed ?? stored, wanted));
    expect(updating).toEqual(["GET aws/roles/r", "POST aws/roles/r"]);
    expect(stage.vault.objects["aws/roles/r"]?.max_sts_ttl).toBe(3600);
    const [, deleting] = await calls(() => stage.plugin.destroy(updated));
    expect(deleting).toEqual(["DELETE aws/roles/r"]);
  });

  it("costs no more in a collection: two requests to create, one to refresh, none where it stays, and one login for all", async () => {
    stage.vault.mount("aws");
    const names = ["a", "b", "c", "d", "e"];
    const rolesWith = (change = {}) => ({
      mount: "aws",
      roles: Object.fromEntries(
        names.map((name) => [name, { credentialType: "session_token", ...(name === "a" ? change : {}) }]),
      ),
    });
    const login = JSON.stringify({ kind: "appRole", roleId: "r", secretId: "s" });
    const plugin = new Plugin(stage.vault.config({ "kubevault-aws:login": login }));
    const calls = async <T>(work: () => Promise<T>): Promise<[T, string[]]> => {
      const from = stage.vault.requests.length;
      return [await work(), stage.vault.calls(from)];
    };
    const [stored, creating] = await calls(() => plugin.create("AwsSecretsRoles", rolesWith()));
    const [login1, ...rest] = creating.filter((call) => call !== "POST auth/token/renew-self");
    expect(login1).toBe("POST auth/approle/login");
    expect(rest.sort()).toEqual(names.flatMap((name) => [`GET aws/roles/${name}`, `POST aws/roles/${name}`]).sort());
    const [refreshed, refreshing] = await calls(() => plugin.refresh(stored));
    expect(refreshing.sort()).toEqual(names.map((name) => `GET aws/roles/${name}`));
    const [updated, updating] = await calls(() => plugin.update(refreshed ?? stored, rolesWith({ maxStsTtl: 3600 })));
    expect(updating).toEqual(["GET aws/roles/a", "POST aws/roles/a"]);
    const [, deleting] = await calls(() => plugin.destroy(updated));
    expect(deleting.sort()).toEqual(names.map((name) => `DELETE aws/roles/${name}`));
  });

  it("is read back where Vault does not tell its version", async () => {
    stage.vault.mount("aws");
    stage.vault.version = "";
    stage.vault.intercept = (request) => {
      if (request.method !== "POST") {
        return undefined;
      }
      const { max_sts_ttl: _, ...kept } = request.body;
      return stage.vault.answer({ ...request, body: kept });
    };
    const error = await failureOf(stage.plugin.create(kind, { ...role, maxStsTtl: 3600 }));
    expect(error.message).toContain("did not keep what was written: maxStsTtl");
    expect(leftBy(kind, error).id).toBe("aws/roles/r");
  });

  it("warns of what it overwrites that something else has written", async () => {
    stage.vault.mount("aws");
    const stored = await stage.plugin.create(kind, role);
    Object.assign(stage.vault.objects["aws/roles/r"] ?? {}, { default_sts_ttl: 1800 });
    await stage.plugin.update(stored, { ...role, maxStsTtl: 3600 });
    expect(stage.warnings()).toEqual([
      "AwsSecretsRole aws/r: aws/roles/r was changed in Vault by something else since the last up, and is overwritten: defaultStsTtl (was 1800)",
    ]);
  });

  it("revokes its leases of both paths", async () => {
    stage.vault.mount("aws");
    const stored = await stage.plugin.create(kind, { ...role, revokeLeasesOnDelete: true });
    stage.vault.leases = new Map([
      ["aws/creds/r/1", "root"],
      ["aws/sts/r/2", "root"],
      ["aws/creds/r-2/3", "root"],
    ]);
    await stage.plugin.destroy(stored);
    expect([...stage.vault.leases.keys()]).toEqual(["aws/creds/r-2/3"]);
  });
});

describe("config/lease", () => {
  const stage = useStage();

  it("warns of what it overwrites that something else has written", async () => {
    stage.vault.mount("aws");
    const stored = await stage.plugin.create("AwsLeaseConfig", { mount: "aws", lease: "1h", leaseMax: "2h" });
    stage.vault.objects["aws/config/lease"] = { lease: "30m0s", lease_max: "2h0m0s" };
    await stage.plugin.update(stored, { mount: "aws", lease: "1h", leaseMax: "3h" });
    expect(stage.warnings().join()).toContain("is overwritten: lease (was 1800)");
    expect(stage.vault.objects["aws/config/lease"]).toEqual({ lease: "3600s", lease_max: "10800s" });
  });

  it("is reset with a warning where something else changed it, and not written where there is none", async () => {
    stage.vault.mount("aws");
    const stored = await stage.plugin.create("AwsLeaseConfig", { mount: "aws", lease: "1h", leaseMax: "2h" });
    stage.vault.objects["aws/config/lease"] = { lease: "30m0s", lease_max: "2h0m0s" };
    await stage.plugin.destroy(stored);
    expect(stage.warnings().join()).toContain("is overwritten: lease (was 1800)");
    expect(stage.vault.objects["aws/config/lease"]).toEqual({ lease: "0s", lease_max: "0s" });
    const from = stage.vault.requests.length;
    await stage.plugin.destroy(stored);
    expect(stage.vault.calls(from)).toEqual(["GET aws/config/lease"]);
  });
});

describe("a static role", () => {
  const stage = useStage();
  const kind = "AwsStaticRole";
  const role = { mount: "aws", name: "s", username: "bob", rotationPeriod: 3600 };
  const path = "aws/static-roles/s";
  const keys = () => stage.vault.awsKeys.bob ?? [];
  const is = (wanted: string) => (request: { method: string; path: string }) =>
    `${request.method} ${request.path}` === wanted;

  it("is in the state where the answer to its creation is lost, and deletes nothing", async () => {
    stage.vault.mount("aws");
    loseAnswers(stage.vault, is(`POST ${path}`));
    const stored = await stage.plugin.create(kind, role);
    expect(stored.outputs.userId).toBe("AIDA-bob");
    expect(keys()).toHaveLength(1);
    expect(stage.vault.calls().filter((call) => call.startsWith("DELETE"))).toEqual([]);
  });

  it.each([
    ["the key was not created", false],
    ["the key was created", true],
  ])("is created again where its undoing failed, too: %s", async (_what, withKey) => {
    stage.vault.mount("aws");
    let deletions = 0;
    stage.vault.intercept = (request) => {
      if (is(`POST ${path}`)(request)) {
        stage.vault.answer(request);
        if (!withKey) {
          delete stage.vault.objects["aws/static-creds/s"];
          stage.vault.awsKeys.bob = [];
        }
        return { status: 500, body: { errors: ["failed to create new credentials: ServiceFailure"] } };
      }
      if (is(`DELETE ${path}`)(request)) {
        deletions += 1;
        return { status: 500, body: { errors: ["error deleting iam access key: Throttling"] } };
      }
      return undefined;
    };
    const error = await failureOf(stage.plugin.create(kind, role));
    expect(deletions).toBe(1);
    expect(error.message).toContain("What was created could not be deleted again");
    if (withKey) {
      expect(error.message).toContain(`Access key ${String(keys()[0])} of IAM user bob may be left over`);
    }
    const left = leftBy(kind, error);
    stage.vault.intercept = () => undefined;
    expect((await stage.plugin.diff(left, role)).changes).toBe(true);
    const refreshed = (await stage.plugin.refresh(left)) ?? left;
    expect((await stage.plugin.diff(refreshed, role)).changes).toBe(!withKey);
    const settled = await stage.plugin.update(left, role);
    expect(settled.outputs.userId).toBe("AIDA-bob");
    expect(keys()).toHaveLength(1);
  });

  it.each([
    ['unable to create new access keys for user "bob": RequestError: send request failed', true],
    ['unable to create new access keys for user "bob": ServiceFailure', false],
  ])("names the user whose key AWS may have made though Vault did not hear of it: %s", async (reason, isLeft) => {
    stage.vault.mount("aws");
    const body = { errors: [`failed to create new credentials for role "s": ${reason}`] };
    stage.vault.intercept = (request) => (is(`POST ${path}`)(request) ? { status: 500, body } : undefined);
    const error = await failureOf(stage.plugin.create(kind, role));
    expect(error.id).toBeUndefined();
    expect(error.message).toContain(reason);
    expect(
      error.message.endsWith(
        ". An access key of IAM user bob that Vault does not know may be left over: delete it in AWS",
      ),
    ).toBe(isLeft);
  });

  it("is left alone where it is for another user by now", async () => {
    stage.vault.mount("aws");
    const stored = await stage.plugin.create(kind, role);
    stage.vault.objects[path] = { ...stage.vault.objects[path], username: "eve", id: "AIDA-eve" };
    expect((await failureOf(stage.plugin.update(stored, { ...role, rotationPeriod: 7200 }))).message).toBe(
      `${path} is for IAM user eve (AIDA-eve) now, not for bob (AIDA-bob): something else wrote it. Run "pulumi refresh", then up again`,
    );
    await stage.plugin.destroy(stored);
    expect(stage.vault.objects[path]?.username).toBe("eve");
    expect(stage.warnings().join()).toContain("it is left as it is");
  });

  it("is deleted once where the answer to its deletion is lost", async () => {
    stage.vault.mount("aws");
    const stored = await stage.plugin.create(kind, role);
    loseAnswers(stage.vault, is(`DELETE ${path}`));
    await stage.plugin.destroy(stored);
    expect(keys()).toEqual([]);
    expect(stage.vault.calls().filter((call) => call.startsWith("DELETE"))).toHaveLength(1);
  });

  it("names the key where its deletion came half through", async () => {
    stage.vault.mount("aws");
    const stored = await stage.plugin.create(kind, role);
    const [key] = keys();
    stage.vault.intercept = (request) => {
      if (is(`DELETE ${path}`)(request)) {
        delete stage.vault.objects["aws/static-creds/s"];
        return gatewayTimeout;
      }
      return undefined;
    };
    expect((await failureOf(stage.plugin.destroy(stored))).message).toContain(
      `Access key ${String(key)} of IAM user bob may be left over: delete it in AWS, then destroy again`,
    );
  });
});
