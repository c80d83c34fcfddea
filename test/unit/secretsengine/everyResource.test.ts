import { describe, expect, it } from "vitest";
import { canonicalJson } from "../../../src/vaultresource/canonicalJson.js";
import { authTypes, scenarios, type Place, type Scenario } from "../../faults/scenarios.js";
import { Plugin } from "../../support/plugin.js";
import type { Stored as StoredObject } from "../../support/vaultStandIn.js";
import { failureOf, useStage, type Stored, type Values } from "./providers/support.js";

/*
 * What holds for every resource in Vault: the namespace it is in, and what becomes of it when somebody deletes, changes or replaces it by hand.
 */
const place: Place = {
  mount: "aws",
  seed: { accessKey: "AKIASEED0000000000AA", secretKey: "sentinel-seed-secret" },
  user: "bob",
  endpoints: { keyReadiness: { skip: true } },
};
const each = scenarios.map((scenario) => [scenario.name, scenario] as const);
const isAuth = ({ needs }: Scenario) => (authTypes as readonly string[]).includes(needs);

/** Whether an up would change something; where the provider leaves that to the engine, by the inputs. */
async function isChanged(plugin: Plugin, stored: Stored, inputs: Values): Promise<boolean> {
  const { changes } = await plugin.diff(stored, inputs);
  return changes ?? canonicalJson(stored.inputs) !== canonicalJson(await plugin.check(stored.kind, inputs));
}

describe("every resource in Vault", () => {
  const stage = useStage();

  /** What a scenario needs. */
  function prepare(scenario: Scenario): void {
    const { vault } = stage;
    vault.awsKeys = { root: [place.seed.accessKey] };
    if (isAuth(scenario)) {
      vault.mount("aws", scenario.needs, vault.auth);
    } else if (scenario.needs !== "nothing") {
      vault.mount("aws");
    }
    if (scenario.needs === "engine") {
      vault.objects["aws/config/root"] = { access_key: place.seed.accessKey, secret_key: place.seed.secretKey };
      vault.objects["aws/roles/reader"] = { credential_type: "iam_user" };
    }
  }

  const tables = (): Record<string, StoredObject>[] => {
    const { mounts, auth, audit, objects } = stage.vault;
    return [mounts, auth, audit, objects];
  };

  /** Creates a resource, and finds what of Vault's is it. */
  async function created(scenario: Scenario) {
    prepare(scenario);
    const before = tables().map((table) => Object.keys(table));
    const stored = await stage.plugin.create(scenario.kind, scenario.inputs(place));
    const made = tables().flatMap((table, index) =>
      Object.keys(table).flatMap((path) => (before[index]?.includes(path) === true ? [] : [{ table, path }])),
    );
    return { stored, made };
  }

  describe("stays in the namespace that it was created in:", () => {
    const inNamespace = (namespace: string) => new Plugin(stage.vault.config({ "kubevault-aws:namespace": namespace }));

    it.each(
      each.flatMap(([name, scenario]) =>
        [
          ["admin", "admin/", "admin"],
          ["/admin/team/", "admin/team", "admin/team"],
          ["", "/", undefined],
        ].map(([one = "", same = "", sent]) => [name, one, same, sent, scenario] as const),
      ),
    )("%s in %j, which is %j", async (_name, one, same, sent, scenario) => {
      prepare(scenario);
      const inputs = scenario.inputs(place);
      const wanted = scenario.changed?.(place) ?? inputs;
      const stored = await inNamespace(one).create(scenario.kind, inputs);
      const other = inNamespace("elsewhere");
      const kept = JSON.stringify(tables());
      const message = new RegExp(
        `^this resource was created in the Vault at .*, in ${sent === undefined ? "the root namespace" : `namespace "${sent}"`}; ` +
          'the connection to .* is in namespace "elsewhere"\\.',
      );
      for (const work of [
        () => other.refresh(stored),
        () => other.update(stored, wanted),
        () => other.destroy(stored),
      ]) {
        expect((await failureOf(work())).message).toMatch(message);
      }
      expect(JSON.stringify(tables())).toBe(kept);
      const again = inNamespace(same);
      const refreshed = (await again.refresh(stored)) ?? stored;
      expect(await isChanged(again, refreshed, inputs)).toBe(false);
      if (scenario.changed !== undefined) {
        await again.destroy(await again.update(refreshed, wanted));
      } else {
        await again.destroy(refreshed);
      }
      const namespaces = new Set(stage.vault.requests.map(({ namespace }) => namespace));
      namespaces.delete("elsewhere");
      expect([...namespaces]).toEqual([sent]);
    });
  });

  const deletable = each.filter(([, { kind }]) => kind !== "AwsCredentials");

  describe("whose Pulumi resource is renamed without an alias, so that it is created again and then deleted:", () => {
    it.each(deletable)("%s stays in Vault, and belongs to the new one", async (_name, scenario) => {
      const { stored, made } = await created(scenario);
      const contents = () => JSON.stringify(made.map(({ table, path }) => table[path]));
      const before = contents();
      const keys = JSON.stringify(stage.vault.awsKeys);
      // An audit device of the same settings is taken over without a word.
      const adoption = scenario.kind === "VaultAuditDevice" ? {} : { adoptExisting: true };
      const renamed = await stage.plugin.create(scenario.kind, { ...scenario.inputs(place), ...adoption });
      await stage.plugin.remove(stored);
      expect(contents()).toBe(before);
      expect(JSON.stringify(stage.vault.awsKeys)).toBe(keys);
      const refreshed = await stage.plugin.refresh(renamed);
      expect(refreshed).toBeDefined();
      await stage.plugin.destroy(renamed);
    });
  });

  describe("that was deleted by hand:", () => {
    it.each(deletable)("%s is gone after a refresh, and created again", async (_name, scenario) => {
      const { stored, made } = await created(scenario);
      const whole = JSON.stringify(made.map(({ table, path }) => [path, { ...table[path], accessor: "" }]));
      made.forEach(({ table, path }) => delete table[path]);
      expect(await stage.plugin.refresh(stored)).toBeUndefined();
      stage.vault.awsKeys = { root: [place.seed.accessKey] };
      await stage.plugin.create(scenario.kind, scenario.inputs(place));
      const { access_key: _key, ...rest } = made[0]?.table[made[0].path] ?? {};
      expect(Object.keys(rest).length).toBeGreaterThan(0);
      if (scenario.kind !== "AwsRootConfig" && scenario.kind !== "AwsStaticRole") {
        expect(JSON.stringify(made.map(({ table, path }) => [path, { ...table[path], accessor: "" }]))).toBe(whole);
      }
    });

    it.each(deletable)("%s can be destroyed", async (_name, scenario) => {
      const { stored, made } = await created(scenario);
      made.forEach(({ table, path }) => delete table[path]);
      const rest = JSON.stringify(tables());
      await stage.plugin.destroy(stored);
      expect(JSON.stringify(tables())).toBe(rest);
    });

    it.each(deletable)(
      "%s is there again after an up without a refresh, or its error says so",
      async (_name, scenario) => {
        if (scenario.changed === undefined) {
          return;
        }
        const { stored, made } = await created(scenario);
        made.forEach(({ table, path }) => delete table[path]);
        const wanted = scenario.changed(place);
        let updated;
        try {
          updated = await stage.plugin.update(stored, wanted);
        } catch (error) {
          expect((error as Error).message).toMatch(/Run "pulumi refresh"|config\/root has no access key any more/);
          return;
        }
        // In a collection, a role that stays as it is in the program is written after a refresh only.
        const refreshed = (await stage.plugin.refresh(updated)) ?? stored;
        const settled = (await isChanged(stage.plugin, refreshed, wanted))
          ? await stage.plugin.update(refreshed, wanted)
          : refreshed;
        expect(await isChanged(stage.plugin, (await stage.plugin.refresh(settled)) ?? stored, wanted)).toBe(false);
        expect(settled === refreshed).toBe(scenario.kind !== "AwsSecretsRoles");
      },
    );
  });

  describe("whose mount or auth method was replaced by another of the same type:", () => {
    const below = each.filter(([, { needs, kind }]) => needs !== "nothing" && kind !== "AwsCredentials");

    it.each(below)("%s is gone after a refresh, and its destroy leaves the new one alone", async (_name, scenario) => {
      const { stored, made } = await created(scenario);
      made.forEach(({ table, path }) => delete table[path]);
      const table = isAuth(scenario) ? stage.vault.auth : stage.vault.mounts;
      delete table["aws/"];
      stage.vault.mount("aws", isAuth(scenario) ? scenario.needs : "aws", table);
      expect(await stage.plugin.refresh(stored)).toBeUndefined();
      await stage.plugin.destroy(stored);
      expect(Object.keys(table)).toEqual(["aws/"]);
    });
  });

  describe("that was changed by hand:", () => {
    const config = (table: Record<string, StoredObject>, path: string) => table[path]?.config as StoredObject;
    const byHand: Readonly<Record<string, (change: Record<string, StoredObject>[], path: string) => void>> = {
      mount: ([mounts = {}], path) => Object.assign(config(mounts, path), { max_lease_ttl: 7 }),
      "mount that moves": ([mounts = {}], path) => Object.assign(mounts[path] ?? {}, { description: "by hand" }),
      "root config": (all, path) => Object.assign(all[3]?.[path] ?? {}, { max_retries: 9 }),
      "root config with rotation": (all, path) => Object.assign(all[3]?.[path] ?? {}, { region: "eu-west-1" }),
      "lease config": (all, path) => Object.assign(all[3]?.[path] ?? {}, { lease: "7m0s" }),
      role: (all, path) => Object.assign(all[3]?.[path] ?? {}, { iam_groups: ["admins"] }),
      "static role": (all, path) => Object.assign(all[3]?.[path] ?? {}, { rotation_period: 7777 }),
      "roles of one resource": (all, path) => Object.assign(all[3]?.[path] ?? {}, { iam_groups: ["admins"] }),
      policy: (all, path) => Object.assign(all[3]?.[path] ?? {}, { policy: 'path "*" { capabilities = ["read"] }' }),
      "auth method": ([, auth = {}], path) => Object.assign(config(auth, path), { default_lease_ttl: 7 }),
      "audit device": ([, , audit = {}], path) =>
        Object.assign(audit[path] ?? {}, { options: { file_path: "stdout" } }),
      KubernetesAuthMethodConfig: (all, path) => Object.assign(all[3]?.[path] ?? {}, { issuer: "by-hand" }),
      KubernetesAuthRole: (all, path) => Object.assign(all[3]?.[path] ?? {}, { bound_service_account_names: ["*"] }),
      JwtAuthMethodConfig: (all, path) => Object.assign(all[3]?.[path] ?? {}, { bound_issuer: "https://else" }),
      JwtAuthRole: (all, path) => Object.assign(all[3]?.[path] ?? {}, { bound_audiences: ["anyone"] }),
      AppRoleAuthRole: (all, path) => Object.assign(all[3]?.[path] ?? {}, { bind_secret_id: false }),
    };

    it("all are tried", () => {
      expect(Object.keys(byHand)).toEqual(deletable.map(([name]) => name));
    });

    it.each(deletable)("%s shows it after a refresh, and is put back", async (name, scenario) => {
      // Vault 1.18 erases a key that it rotated itself when anything is written.
      stage.vault.version = "1.21.2";
      const { stored, made } = await created(scenario);
      const path = String(made.find(({ path: one }) => !one.includes("static-creds"))?.path);
      byHand[name]?.(tables(), path);
      const inputs = scenario.inputs(place);
      const refreshed = await stage.plugin.refresh(stored);
      expect(await isChanged(stage.plugin, refreshed ?? stored, inputs)).toBe(true);
      const { replaces = [] } = await stage.plugin.diff(refreshed ?? stored, inputs);
      if (replaces.length > 0) {
        // An audit device cannot be changed: another one took its place, which is not this program's to delete.
        await stage.plugin.destroy(stored);
        expect(stage.warnings().join()).toContain("is another audit device by now");
        expect(Object.keys(stage.vault.audit)).toEqual([path]);
        return;
      }
      const settled = await stage.plugin.update(refreshed ?? stored, inputs);
      expect(await isChanged(stage.plugin, (await stage.plugin.refresh(settled)) ?? stored, inputs)).toBe(false);
    });
  });

  describe("in whose place stands another type:", () => {
    it.each([
      ["mount", "kv"],
      ["auth method", "jwt"],
    ])("%s", async (name, type) => {
      const scenario = scenarios.find((one) => one.name === name);
      if (scenario === undefined) {
        throw new Error(name);
      }
      const { stored } = await created(scenario);
      const table = name === "mount" ? stage.vault.mounts : stage.vault.auth;
      delete table["aws/"];
      stage.vault.mount("aws", type, table);
      expect((await failureOf(stage.plugin.refresh(stored))).message).toMatch(
        new RegExp(`^.*aws: an? (?:secrets engine|auth method) of type "${type}".* is (?:enabled|mounted) there now`),
      );
      await failureOf(stage.plugin.update(stored, scenario.changed?.(place) ?? {}));
      await stage.plugin.destroy(stored);
      expect(table["aws/"]?.type).toBe(type);
    });
  });
});
