import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { provider } from "../../../../src/plugin/dynamic/entry.js";
import {
  credentialFields,
  credentialSettings,
  leaseFields,
  mountFields,
  mountSettings,
  roleFields,
  roleSettings,
  rootConfigFields,
  rootConfigSettings,
  staticRoleFields,
} from "../../../../src/secretsengine/engineFields.js";
import { appRoleFields } from "../../../../src/access/appRoleRules.js";
import { auditDeviceFields } from "../../../../src/access/auditDeviceRules.js";
import { jwtAuthConfigFields, kubernetesAuthConfigFields } from "../../../../src/access/authConfigRules.js";
import { authMethodFields } from "../../../../src/access/authMethodFields.js";
import { jwtAuthRoleFields } from "../../../../src/access/jwtAuthRoleRules.js";
import { kubernetesAuthRoleFields } from "../../../../src/access/kubernetesAuthRoleRules.js";
import { forgetDeclaredPaths } from "../../../../src/vaultresource/providers/declaredPaths.js";
import { unsetValue, type Field } from "../../../../src/vaultresource/fields.js";
import { Plugin, type Stored, type Values } from "../../../support/plugin.js";
import { roleSpecs } from "../generators.js";
import { useStage } from "./support.js";

/** Values of each kind, written in more than one way. */
function valuesOf(field: Field): fc.Arbitrary<unknown> {
  switch (field.kind) {
    case "flag":
      return fc.boolean();
    case "seconds":
      return fc.constantFrom<unknown>(900, "900", "15m", "900s", 1800, "0.5h");
    case "count":
      return fc.constantFrom(1, 2);
    case "set":
    case "list":
      return fc.uniqueArray(fc.constantFrom("a", "b", "c"), { maxLength: 3 });
    case "cidrs":
      return fc.uniqueArray(fc.constantFrom("10.0.0.0/8", "10.0.0.1", "10.0.0.1/32"), { maxLength: 3 });
    case "map":
      return fc.dictionary(fc.constantFrom("k", "l"), fc.constantFrom("x", "y"));
    case "json":
      return fc.constantFrom('{ "b": 1, "a": 2 }', '{"a":2,"b":1}', "{}");
    case "userPath":
      return fc.constantFrom("/", "/vault/");
    default:
      return field.oneOf === undefined ? fc.constantFrom("x", "y") : fc.constantFrom(...field.oneOf);
  }
}

/** Arguments with each field left out, set to its default, or to a value. */
function argumentsOf(fields: readonly Field[]): fc.Arbitrary<Values> {
  const entries = fields.map((field) => [
    field.name,
    fc.option(fc.oneof(fc.constant(unsetValue(field)), valuesOf(field)), { nil: undefined }),
  ]);
  return fc
    .record(Object.fromEntries(entries) as Record<string, fc.Arbitrary<unknown>>)
    .map((values) => Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)));
}

const plain = (field: Field) =>
  !("enterprise" in field && field.enterprise === true) && field.name !== "reissueTrigger";
const withoutKeys = rootConfigFields.filter(({ name }) => name !== "accessKey");

/** The resources, with what they need besides the fields that vary. */
const kinds: readonly [kind: string, fields: readonly Field[], base: Values][] = [
  ["AwsSecretsMount", [...mountFields, ...mountSettings].filter(plain), { path: "aws" }],
  ["AwsRootConfig", [...withoutKeys, ...rootConfigSettings.slice(2)].filter(plain), { mount: "aws" }],
  ["AwsLeaseConfig", leaseFields, { mount: "aws" }],
  [
    "AwsSecretsRole",
    [...roleFields.slice(1), ...roleSettings],
    { mount: "aws", name: "r", credentialType: "iam_user" },
  ],
  ["AwsStaticRole", staticRoleFields.filter(plain).slice(1), { mount: "aws", name: "s", username: "bob" }],
  [
    "AwsCredentials",
    [...credentialFields, ...credentialSettings].filter(plain),
    { mount: "aws", role: "reader", keyReadiness: { skip: true } },
  ],
  ["VaultAuthMethod", authMethodFields, { path: "ci", type: "kubernetes" }],
  ["VaultAuditDevice", auditDeviceFields.slice(1), { path: "log", type: "file" }],
  ["KubernetesAuthMethodConfig", kubernetesAuthConfigFields, { mount: "kubernetes" }],
  ["KubernetesAuthRole", kubernetesAuthRoleFields, { mount: "kubernetes", name: "r" }],
  ["JwtAuthMethodConfig", jwtAuthConfigFields, { mount: "jwt" }],
  ["JwtAuthRole", jwtAuthRoleFields, { mount: "jwt", name: "r" }],
  ["AppRoleAuthRole", appRoleFields, { mount: "approle", name: "r" }],
];

/** The plugin without its checks: what is compared is what is written, whether AWS would take it or not. */
class Unchecked extends Plugin {
  override check(_kind: string, inputs: Values): Promise<Values> {
    return Promise.resolve({ ...inputs, __provider: "text" });
  }
}

describe("a second up is a no-op", () => {
  const stage = useStage();

  it.each(kinds)(
    "of %s, whatever arguments were added, removed or set to their defaults",
    async (kind, fields, base) => {
      const plugin = new Unchecked(stage.vault.config());
      stage.vault.version = "1.21.2";
      const differs = async (stored: Stored, wanted: Values) => {
        const { changes, replaces = [] } = await provider(kind).diff(stored.id, stored.outputs, wanted);
        return { changes: changes === true, replaces };
      };
      await fc.assert(
        fc.asyncProperty(argumentsOf(fields), argumentsOf(fields), async (one, other) => {
          stage.vault.reset();
          if (kind !== "AwsSecretsMount") {
            stage.vault.mount("aws");
          }
          for (const type of ["kubernetes", "jwt", "approle"]) {
            stage.vault.mount(type, type, stage.vault.auth);
          }
          stage.vault.objects["aws/roles/reader"] = { credential_type: "iam_user" };
          const first = { ...base, ...(kind === "AwsLeaseConfig" ? { lease: 0, leaseMax: 0 } : {}), ...one };
          const second = { ...base, ...(kind === "AwsLeaseConfig" ? { lease: 0, leaseMax: 0 } : {}), ...other };
          let state = await plugin.create(kind, first);
          expect(await differs(state, first)).toEqual({ changes: false, replaces: [] });
          const { changes, replaces } = await differs(state, second);
          if (replaces.length > 0) {
            return;
          }
          state = changes ? await plugin.update(state, second) : state;
          expect(await differs(state, second)).toEqual({ changes: false, replaces: [] });
          const refreshed = await plugin.refresh(state);
          if (kind !== "AwsLeaseConfig") {
            expect(refreshed).toBeDefined();
          }
          expect(refreshed === undefined || !(await differs(refreshed, second)).changes).toBe(true);
        }),
        { numRuns: 40 },
      );
    },
    60_000,
  );

  it.each(kinds)("of %s, an argument that is set to its default changes nothing", async (kind, fields, base) => {
    const olds = { ...base, userId: "AIDA1", issuedAt: "2026-01-01T00:00:00Z", expiresAt: "2999-01-01T00:00:00Z" };
    for (const field of fields.filter(({ name }) => !["lease", "leaseMax", "rotationPeriod"].includes(name))) {
      const news = { ...base, [field.name]: unsetValue(field) };
      expect([field.name, await provider(kind).diff("id", olds, news)]).toMatchObject([
        field.name,
        { changes: false, replaces: [] },
      ]);
    }
  });

  it("of AwsSecretsRoles, whatever roles were added, removed or changed", async () => {
    const roles = fc.dictionary(fc.constantFrom("a", "b", "c"), roleSpecs);
    await fc.assert(
      fc.asyncProperty(roles, roles, async (one, other) => {
        stage.vault.reset();
        stage.vault.mount("aws");
        const [first, second] = [one, other].map((given) => ({ mount: "aws", roles: given }));
        let state = await stage.plugin.create("AwsSecretsRoles", first as Values);
        expect(await stage.plugin.diff(state, first as Values)).toMatchObject({ changes: false });
        // Another operation, whose program declares the second roles only.
        forgetDeclaredPaths();
        state = await stage.plugin.update(state, second as Values);
        expect(await stage.plugin.diff(state, second as Values)).toMatchObject({ changes: false });
        const refreshed = await stage.plugin.refresh(state);
        expect(
          refreshed === undefined ? Object.keys(other) : (await stage.plugin.diff(refreshed, second as Values)).changes,
        ).toEqual(refreshed === undefined ? [] : false);
        expect(Object.keys(stage.vault.objects).sort()).toEqual(
          Object.keys(other)
            .map((name) => `aws/roles/${name}`)
            .sort(),
        );
      }),
      { numRuns: 30 },
    );
  }, 60_000);
});
