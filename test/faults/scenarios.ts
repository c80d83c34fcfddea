import { generateKeyPairSync } from "node:crypto";
import type { Values } from "../support/plugin.js";

/** A secret of a configuration, which nothing may show. */
export const reviewerJwt = "sentinel.reviewer.jwt+/=x";

/** The types of auth methods that have resources of their own. */
export const authTypes = ["approle", "jwt", "kubernetes"] as const;
export type AuthType = (typeof authTypes)[number];

/** Where resources are created: an engine's mount, and what stands behind it. */
export interface Place {
  /** The path of the engine, or of the auth method; other names begin with it. */
  readonly mount: string;
  /** A root key that works. */
  readonly seed: { readonly accessKey: string; readonly secretKey: string };
  /** An IAM user for a static role. */
  readonly user: string;
  /** Arguments that point config/root at the AWS in use. */
  readonly endpoints: Values;
}

/** A resource whose operations are broken at each of their requests. */
export interface Scenario {
  readonly name: string;
  readonly kind: string;
  /** What the resource needs in Vault: nothing, a mount of the engine, one that is configured and has a role, or an auth method of a type. */
  readonly needs: "nothing" | "mount" | "engine" | AuthType;
  /** Whether AWS is called: by Vault, or by the plugin. */
  readonly reachesAws?: boolean;
  /** The arguments it is created with, and the ones it is updated to; undefined where it cannot be updated. */
  readonly inputs: (place: Place) => Values;
  readonly changed?: (place: Place) => Values;
  /**
   * Whether an `up` after one that was killed leaves nothing behind. Credentials that nobody received end with their lease.
   *
   * @default true
   */
  readonly survivesKill?: boolean;
  /**
   * Whether nothing stays behind where Vault cannot be reached from the broken request on. Credentials whose answer is lost live until their lease or
   * token ends, unless the token can be revoked.
   *
   * @default true
   */
  readonly survivesOutage?: boolean;
}

const role = ({ mount }: Place): Values => ({
  mount,
  name: "r",
  credentialType: "iam_user",
  policyArns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
});

const root = ({ mount, seed, endpoints }: Place): Values => ({ mount, ...seed, ...endpoints });

const manyRoles = (...names: string[]): Values =>
  Object.fromEntries(names.map((name) => [name, { credentialType: "iam_user", iamGroups: [`${name}-readers`] }]));

const policy = (path: string, ...capabilities: string[]) =>
  `path "${path}" {\n  capabilities = ${JSON.stringify(capabilities)}\n}\n`;

const { publicKey } = generateKeyPairSync("ec", {
  namedCurve: "P-256",
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
});

/** The objects below an auth method, with a change of each. */
const authObjects: readonly [kind: string, needs: AuthType, inputs: Values, changed: Values][] = [
  [
    "KubernetesAuthMethodConfig",
    "kubernetes",
    { kubernetesHost: "https://kubernetes.example.com", tokenReviewerJwt: reviewerJwt, disableLocalCaJwt: true },
    {
      kubernetesHost: "https://other.example.com",
      tokenReviewerJwt: reviewerJwt,
      disableLocalCaJwt: true,
      issuer: "i",
    },
  ],
  [
    "KubernetesAuthRole",
    "kubernetes",
    { name: "shop", boundServiceAccountNames: ["shop"], boundServiceAccountNamespaces: ["shop"], audience: "vault" },
    { name: "shop", boundServiceAccountNames: ["shop"], boundServiceAccountNamespaces: ["a", "b"], tokenTtl: "1h" },
  ],
  [
    "JwtAuthMethodConfig",
    "jwt",
    { jwtValidationPubkeys: [publicKey], boundIssuer: "https://ci.example.com" },
    { jwtValidationPubkeys: [publicKey], defaultRole: "ci" },
  ],
  [
    "JwtAuthRole",
    "jwt",
    { name: "ci", userClaim: "sub", boundAudiences: ["vault"], tokenPolicies: ["a"] },
    { name: "ci", userClaim: "sub", boundAudiences: ["vault"], boundClaims: { repository: "shop" }, tokenTtl: 600 },
  ],
  ["AppRoleAuthRole", "approle", { name: "ci", secretIdTtl: "1h" }, { name: "ci", secretIdNumUses: 1, tokenTtl: 600 }],
];

/** All resources in Vault, with each write they can cause. */
export const scenarios: readonly Scenario[] = [
  {
    name: "mount",
    kind: "AwsSecretsMount",
    needs: "nothing",
    inputs: ({ mount }) => ({ path: mount, description: "one", unmountTimeout: 2 }),
    changed: ({ mount }) => ({ path: mount, description: "two", maxLeaseTtl: "2h", unmountTimeout: 2 }),
  },
  {
    name: "mount that moves",
    kind: "AwsSecretsMount",
    needs: "nothing",
    inputs: ({ mount }) => ({ path: mount, onPathChange: "remount", unmountTimeout: 2 }),
    changed: ({ mount }) => ({
      path: `${mount}-moved`,
      onPathChange: "remount",
      description: "moved",
      unmountTimeout: 2,
    }),
  },
  {
    name: "root config",
    kind: "AwsRootConfig",
    reachesAws: true,
    needs: "mount",
    inputs: root,
    changed: (place) => ({ ...root(place), maxRetries: 3, clearOnDelete: true }),
  },
  {
    name: "root config with rotation",
    kind: "AwsRootConfig",
    reachesAws: true,
    needs: "mount",
    inputs: (place) => ({ ...root(place), rotateRootTrigger: "1" }),
    changed: (place) => ({ ...root(place), rotateRootTrigger: "2" }),
  },
  {
    name: "lease config",
    kind: "AwsLeaseConfig",
    needs: "mount",
    inputs: ({ mount }) => ({ mount, lease: "1h", leaseMax: "2h" }),
    changed: ({ mount }) => ({ mount, lease: "1h", leaseMax: "3h" }),
  },
  {
    name: "role",
    kind: "AwsSecretsRole",
    needs: "mount",
    inputs: role,
    changed: (place) => ({
      ...role(place),
      iamGroups: ["readers"],
      policyArns: undefined,
      revokeLeasesOnDelete: true,
    }),
  },
  {
    name: "static role",
    kind: "AwsStaticRole",
    reachesAws: true,
    needs: "engine",
    inputs: ({ mount, user }) => ({ mount, name: "s", username: user, rotationPeriod: "1h" }),
    changed: ({ mount, user }) => ({ mount, name: "s", username: user, rotationPeriod: "2h" }),
  },
  {
    name: "credentials",
    kind: "AwsCredentials",
    reachesAws: true,
    survivesKill: false,
    survivesOutage: false,
    needs: "engine",
    inputs: ({ mount }) => ({ mount, role: "reader", keyReadiness: { skip: true } }),
    changed: ({ mount }) => ({ mount, role: "reader", keyReadiness: { skip: true }, reissueBefore: 60 }),
  },
  {
    name: "roles of one resource",
    kind: "AwsSecretsRoles",
    needs: "mount",
    inputs: ({ mount }) => ({ mount, roles: manyRoles("a", "b", "c") }),
    changed: ({ mount }) => ({ mount, roles: { ...manyRoles("b", "d"), a: { credentialType: "session_token" } } }),
  },
  {
    name: "policy",
    kind: "VaultPolicy",
    needs: "nothing",
    inputs: ({ mount }) => ({ name: `${mount}-reader`, policy: policy(`${mount}/creds/reader`, "read") }),
    changed: ({ mount }) => ({ name: `${mount}-reader`, policy: policy(`${mount}/creds/*`, "read", "update") }),
  },
  {
    name: "auth method",
    kind: "VaultAuthMethod",
    needs: "nothing",
    inputs: ({ mount }) => ({ path: mount, type: "kubernetes", description: "one" }),
    changed: ({ mount }) => ({ path: mount, type: "kubernetes", description: "two", maxLeaseTtl: "2h" }),
  },
  {
    name: "audit device",
    kind: "VaultAuditDevice",
    needs: "nothing",
    inputs: ({ mount }) => ({ path: mount, type: "file", options: { file_path: "discard" } }),
  },
  ...authObjects.map(([kind, needs, inputs, changed]): Scenario => ({
    name: kind,
    kind,
    needs,
    inputs: ({ mount }) => ({ mount, ...inputs }),
    changed: ({ mount }) => ({ mount, ...changed }),
  })),
];
