import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createCertificateAuthority, type CertificateAuthority } from "../../../sandbox/kubernetes/certificates.js";
import { appRoleFields } from "../../../src/access/appRoleRules.js";
import { jwtAuthRoleFields } from "../../../src/access/jwtAuthRoleRules.js";
import { kubernetesAuthRoleFields } from "../../../src/access/kubernetesAuthRoleRules.js";
import { failureOf, ownValues, VaultOnly, vaultReleases, type Values } from "./support.js";

const tokenInputs: Values = {
  tokenTtl: "15m",
  tokenMaxTtl: 7200,
  tokenPolicies: ["shop", "default"],
  tokenBoundCidrs: ["10.0.0.0/8", "192.0.2.7/32"],
  tokenExplicitMaxTtl: "1d",
  tokenNoDefaultPolicy: true,
  tokenNumUses: 9,
  tokenPeriod: "30m",
  tokenType: "service",
};
const tokenData: Values = {
  token_ttl: 900,
  token_max_ttl: 7200,
  token_policies: ["default", "shop"],
  token_bound_cidrs: ["10.0.0.0/8", "192.0.2.7"],
  token_explicit_max_ttl: 86_400,
  token_no_default_policy: true,
  token_num_uses: 9,
  token_period: 1800,
  token_type: "service",
};
const emptyTokenData: Values = {
  token_ttl: 0,
  token_max_ttl: 0,
  token_policies: [],
  token_bound_cidrs: [],
  token_explicit_max_ttl: 0,
  token_no_default_policy: false,
  token_num_uses: 0,
  token_period: 0,
  token_type: "default",
};

interface Sample {
  readonly kind: string;
  /** The fields that there are: `full` has them all. */
  readonly fields: readonly { readonly name: string }[];
  readonly vaultPath: string;
  readonly full: Values;
  readonly fullData: Values;
  readonly least: Values;
  readonly leastData: Values;
  /** Written by hand, and how it shows. */
  readonly drift: { readonly body: Values; readonly inputs: Values };
}

const pem = generateKeyPairSync("rsa", { modulusLength: 2048 })
  .publicKey.export({ type: "spki", format: "pem" })
  .toString();

const roles: readonly Sample[] = [
  {
    kind: "KubernetesAuthRole",
    fields: kubernetesAuthRoleFields,
    vaultPath: "auth/kubernetes/role/shop",
    full: {
      mount: "kubernetes",
      name: "shop",
      boundServiceAccountNames: ["web", "shop"],
      boundServiceAccountNamespaces: ["shop", "shop-test"],
      boundServiceAccountNamespaceSelector: { matchLabels: { team: "shop" } },
      audience: "vault",
      aliasNameSource: "serviceaccount_name",
      ...tokenInputs,
    },
    fullData: {
      bound_service_account_names: ["shop", "web"],
      bound_service_account_namespaces: ["shop", "shop-test"],
      bound_service_account_namespace_selector: '{"matchLabels":{"team":"shop"}}',
      audience: "vault",
      alias_name_source: "serviceaccount_name",
      ...tokenData,
    },
    least: {
      mount: "kubernetes",
      name: "shop",
      boundServiceAccountNames: ["shop"],
      boundServiceAccountNamespaces: ["shop"],
    },
    leastData: {
      bound_service_account_names: ["shop"],
      bound_service_account_namespaces: ["shop"],
      bound_service_account_namespace_selector: "",
      alias_name_source: "serviceaccount_uid",
      ...emptyTokenData,
    },
    drift: {
      body: { bound_service_account_names: ["shop", "intruder"], token_ttl: "8h" },
      inputs: { boundServiceAccountNames: ["intruder", "shop"], tokenTtl: 28_800 },
    },
  },
  {
    kind: "JwtAuthRole",
    fields: jwtAuthRoleFields,
    vaultPath: "auth/jwt/role/deploy",
    full: {
      mount: "jwt",
      name: "deploy",
      roleType: "oidc",
      userClaim: "/repository",
      userClaimJsonPointer: true,
      boundAudiences: ["b", "a"],
      boundSubject: "repo:example/shop:ref:refs/heads/main",
      boundClaims: { repository: ["example/*", "other/shop"], ref: "refs/heads/main" },
      boundClaimsType: "glob",
      claimMappings: { actor: "actor" },
      groupsClaim: "groups",
      oidcScopes: ["profile", "email"],
      allowedRedirectUris: ["http://localhost:8250/oidc/callback"],
      verboseOidcLogging: true,
      maxAge: "1h",
      expirationLeeway: 30,
      notBeforeLeeway: -1,
      clockSkewLeeway: 10,
      ...tokenInputs,
    },
    fullData: {
      role_type: "oidc",
      user_claim: "/repository",
      user_claim_json_pointer: true,
      bound_audiences: ["a", "b"],
      bound_subject: "repo:example/shop:ref:refs/heads/main",
      bound_claims: { repository: ["example/*", "other/shop"], ref: "refs/heads/main" },
      bound_claims_type: "glob",
      claim_mappings: { actor: "actor" },
      groups_claim: "groups",
      oidc_scopes: ["email", "profile"],
      allowed_redirect_uris: ["http://localhost:8250/oidc/callback"],
      verbose_oidc_logging: true,
      max_age: 3600,
      expiration_leeway: 30,
      not_before_leeway: -1,
      clock_skew_leeway: 10,
      ...tokenData,
    },
    least: { mount: "jwt", name: "deploy", userClaim: "sub", boundAudiences: ["vault"] },
    leastData: {
      role_type: "jwt",
      user_claim: "sub",
      user_claim_json_pointer: false,
      bound_audiences: ["vault"],
      bound_subject: "",
      bound_claims: {},
      bound_claims_type: "string",
      claim_mappings: {},
      groups_claim: "",
      oidc_scopes: [],
      allowed_redirect_uris: [],
      verbose_oidc_logging: false,
      max_age: 0,
      expiration_leeway: 0,
      not_before_leeway: 0,
      clock_skew_leeway: 0,
      ...emptyTokenData,
    },
    drift: {
      // A write by hand, too, needs the type: Vault takes "oidc" where it is left out.
      body: { role_type: "jwt", bound_audiences: ["vault", "other"], bound_claims: { ref: "refs/heads/dev" } },
      inputs: { boundAudiences: ["other", "vault"], boundClaims: { ref: "refs/heads/dev" } },
    },
  },
  {
    kind: "AppRoleAuthRole",
    fields: appRoleFields,
    vaultPath: "auth/approle/role/pulumi",
    full: {
      mount: "approle",
      name: "pulumi",
      bindSecretId: true,
      secretIdBoundCidrs: ["10.1.0.0/16"],
      secretIdNumUses: 5,
      secretIdTtl: "2h",
      ...tokenInputs,
    },
    fullData: {
      bind_secret_id: true,
      secret_id_bound_cidrs: ["10.1.0.0/16"],
      secret_id_num_uses: 5,
      secret_id_ttl: 7200,
      ...tokenData,
    },
    least: { mount: "approle", name: "pulumi" },
    leastData: {
      bind_secret_id: true,
      secret_id_num_uses: 0,
      secret_id_ttl: 0,
      ...emptyTokenData,
    },
    drift: { body: { token_policies: ["admin"] }, inputs: { tokenPolicies: ["admin"] } },
  },
];

describe.each(vaultReleases)("roles of auth methods on %s", (release) => {
  let world: VaultOnly;
  let authority: CertificateAuthority;
  beforeAll(async () => {
    authority = await createCertificateAuthority("test");
    world = await VaultOnly.start(release);
    for (const type of ["kubernetes", "jwt", "approle"]) {
      await world.api("POST", `sys/auth/${type}`, { type });
    }
  });
  afterAll(async () => {
    await world.stop();
  });

  describe.each(roles)("$kind", (sample) => {
    it("stores every field, and takes each away again", async () => {
      expect(sample.fields.map(({ name }) => name).filter((name) => !(name in sample.full))).toEqual([]);
      const plugin = world.plugin();
      const stored = await plugin.create(sample.kind, sample.full);
      expect(stored.id).toBe(sample.vaultPath);
      expect(await world.data(sample.vaultPath)).toMatchObject(sample.fullData);
      expect((await plugin.diff(stored, sample.full)).changes).toBe(false);
      expect(ownValues((await plugin.refresh(stored))?.inputs)).toEqual(ownValues(stored.inputs));

      expect(await plugin.diff(stored, sample.least)).toMatchObject({ changes: true, replaces: [] });
      const updated = await plugin.update(stored, sample.least);
      expect(await world.data(sample.vaultPath)).toMatchObject(sample.leastData);
      expect((await plugin.diff(updated, sample.least)).changes).toBe(false);
      await plugin.destroy(updated);
      expect(await plugin.refresh(updated)).toBeUndefined();
      // A role that is gone already is no error.
      await plugin.destroy(updated);
    });

    it("shows in Vault's terms what was changed by hand, and puts it right", async () => {
      const plugin = world.plugin();
      const stored = await plugin.create(sample.kind, sample.least);
      await world.api("POST", sample.vaultPath, sample.drift.body);
      const refreshed = await plugin.refresh(stored);
      expect(refreshed?.inputs).toMatchObject(sample.drift.inputs);
      expect(await plugin.diff(refreshed ?? stored, sample.least)).toMatchObject({ changes: true });
      await plugin.update(refreshed ?? stored, sample.least);
      expect(await world.data(sample.vaultPath)).toMatchObject(sample.leastData);
      await plugin.destroy(stored);
    });

    it("takes over the same role, and another only where adoptExisting says so", async () => {
      const plugin = world.plugin();
      await plugin.create(sample.kind, sample.least);
      const again = await plugin.create(sample.kind, sample.least);
      await world.api("POST", sample.vaultPath, sample.drift.body);
      const fields = Object.keys(sample.drift.inputs).sort().join(", ");
      const { message } = await failureOf(plugin.create(sample.kind, sample.least));
      expect(message).toMatch(`${sample.vaultPath} exists already in Vault and differs in `);
      expect(fields.split(", ").every((field) => message.includes(field))).toBe(true);
      await plugin.create(sample.kind, { ...sample.least, adoptExisting: true });
      expect(await world.data(sample.vaultPath)).toMatchObject(sample.leastData);
      await plugin.destroy(again);
    });

    it("is replaced by another name or mount", async () => {
      const plugin = world.plugin();
      const stored = await plugin.create(sample.kind, sample.least);
      expect(await plugin.diff(stored, { ...sample.least, name: "other" })).toEqual({
        changes: true,
        replaces: ["name"],
      });
      expect(await plugin.diff(stored, { ...sample.least, mount: "other" })).toEqual({
        changes: true,
        replaces: ["mount"],
      });
      await plugin.destroy(stored);
    });

    it("names the auth methods that are there where its own is not", async () => {
      const { message } = await failureOf(world.plugin().create(sample.kind, { ...sample.least, mount: "nowhere" }));
      expect(message).toBe(
        "no auth method is enabled at auth/nowhere/. Enabled are: approle/, jwt/, kubernetes/, token/. " +
          "Enable it with VaultAuthMethod, or give the path of another as mount",
      );
    });
  });

  it("gives the role ID of an AppRole", async () => {
    const plugin = world.plugin();
    const stored = await plugin.create("AppRoleAuthRole", { mount: "approle", name: "ids" });
    expect(stored.outputs.roleId).toBe((await world.data("auth/approle/role/ids/role-id")).role_id);
    await plugin.destroy(stored);
  });

  it("takes a namespace selector by what it says", async () => {
    const plugin = world.plugin();
    const inputs = { mount: "kubernetes", name: "selected", boundServiceAccountNames: ["*"] };
    const stored = await plugin.create("KubernetesAuthRole", {
      ...inputs,
      boundServiceAccountNamespaceSelector: '{"matchLabels": {"team": "shop"}}',
    });
    const same = { ...inputs, boundServiceAccountNamespaceSelector: { matchLabels: { team: "shop" } } };
    expect((await plugin.diff(stored, same)).changes).toBe(false);
    await plugin.destroy(stored);
  });

  describe("configurations of auth methods", () => {
    it("of Kubernetes keep every field, and never show the reviewer's token", async () => {
      const plugin = world.plugin();
      const inputs = {
        mount: "kubernetes",
        kubernetesHost: "https://127.0.0.1:6443",
        kubernetesCaCert: authority.certificate,
        tokenReviewerJwt: "header.payload.signature-of-the-reviewer",
        pemKeys: [pem],
        issuer: "https://issuer.example.com",
        disableIssValidation: false,
        disableLocalCaJwt: true,
        useAnnotationsAsAliasMetadata: true,
      };
      const stored = await plugin.create("KubernetesAuthMethodConfig", inputs);
      expect(stored.id).toBe("auth/kubernetes/config");
      expect(await world.data("auth/kubernetes/config")).toMatchObject({
        kubernetes_host: "https://127.0.0.1:6443",
        kubernetes_ca_cert: authority.certificate,
        pem_keys: [pem.trim()],
        issuer: "https://issuer.example.com",
        disable_iss_validation: false,
        disable_local_ca_jwt: true,
        use_annotations_as_alias_metadata: true,
      });
      expect((await plugin.diff(stored, inputs)).changes).toBe(false);
      expect(await plugin.diff(stored, { ...inputs, tokenReviewerJwt: "another.token.of-it" })).toMatchObject({
        changes: true,
      });
      const refreshed = await plugin.refresh(stored);
      expect(refreshed?.inputs.tokenReviewerJwt).toBe(inputs.tokenReviewerJwt);
      const least = { mount: "kubernetes", kubernetesHost: "https://127.0.0.1:6443", disableLocalCaJwt: true };
      await plugin.update(stored, least);
      expect(await world.data("auth/kubernetes/config")).toMatchObject({
        pem_keys: [],
        issuer: "",
        disable_iss_validation: true,
        use_annotations_as_alias_metadata: false,
      });
    });

    it("of JWT keep every field that needs no issuer to ask", async () => {
      const plugin = world.plugin();
      const inputs = {
        mount: "jwt",
        jwtValidationPubkeys: [pem],
        boundIssuer: "https://issuer.example.com",
        jwtSupportedAlgs: ["RS256", "ES256"],
        defaultRole: "deploy",
        oidcResponseMode: "form_post",
        oidcResponseTypes: ["id_token", "code"],
        namespaceInState: false,
        providerConfig: { provider: "azure" },
        unsupportedCriticalCertExtensions: ["2.5.29.17"],
      };
      const stored = await plugin.create("JwtAuthMethodConfig", inputs);
      expect(await world.data("auth/jwt/config")).toMatchObject({
        jwt_validation_pubkeys: [pem.trim()],
        bound_issuer: "https://issuer.example.com",
        jwt_supported_algs: ["ES256", "RS256"],
        default_role: "deploy",
        oidc_response_mode: "form_post",
        oidc_response_types: ["code", "id_token"],
        namespace_in_state: false,
        provider_config: { provider: "azure" },
        unsupported_critical_cert_extensions: ["2.5.29.17"],
      });
      expect((await plugin.diff(stored, inputs)).changes).toBe(false);
      expect(ownValues((await plugin.refresh(stored))?.inputs)).toEqual(ownValues(stored.inputs));
      await plugin.update(stored, { mount: "jwt", jwtValidationPubkeys: [pem] });
      expect(await world.data("auth/jwt/config")).toMatchObject({
        bound_issuer: "",
        jwt_supported_algs: [],
        default_role: "",
        oidc_response_mode: "",
        oidc_response_types: [],
        namespace_in_state: true,
        provider_config: {},
        unsupported_critical_cert_extensions: [],
      });
    });

    it("of JWT take keys from several URLs", async () => {
      const keys = createServer((_, answer) => answer.setHeader("content-type", "application/json").end('{"keys":[]}'));
      await once(keys.listen(0, "127.0.0.1"), "listening");
      const { port } = keys.address() as AddressInfo;
      const plugin = world.plugin();
      const pairs = [
        { jwksUrl: `http://127.0.0.1:${port}/one` },
        { jwksUrl: `http://127.0.0.1:${port}/two`, jwksCaPem: authority.certificate },
      ];
      try {
        const inputs = { mount: "jwt", jwksPairs: pairs, adoptExisting: true };
        const stored = await plugin.create("JwtAuthMethodConfig", inputs);
        expect(await world.data("auth/jwt/config")).toMatchObject({
          jwks_pairs: pairs.map(({ jwksUrl, jwksCaPem }) => ({
            jwks_url: jwksUrl,
            ...(jwksCaPem === undefined ? {} : { jwks_ca_pem: jwksCaPem }),
          })),
          jwt_validation_pubkeys: [],
        });
        expect(
          (await plugin.diff(stored, { ...inputs, jwksPairs: [{ ...pairs[0], jwksCaPem: "" }, pairs[1]] })).changes,
        ).toBe(false);
        expect((await plugin.diff(stored, { ...inputs, jwksPairs: pairs.slice(1) })).changes).toBe(true);
        expect(ownValues((await plugin.refresh(stored))?.inputs)).toEqual(ownValues(stored.inputs));
      } finally {
        keys.close();
      }
    });

    it("name the auth methods there are where theirs is not", async () => {
      const plugin = world.plugin();
      const config = { mount: "none", kubernetesHost: "https://127.0.0.1:6443" };
      const error = await failureOf(plugin.create("KubernetesAuthMethodConfig", config));
      expect(error.message).toContain(
        "no auth method is enabled at auth/none/. Enabled are: approle/, jwt/, kubernetes/, token/.",
      );
      expect(error.message).toContain("Enable it with VaultAuthMethod, or give the path of another as mount");
    });
  });
});
