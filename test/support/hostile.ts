import fc from "fast-check";
import type { Values } from "./plugin.js";

const pieces = [
  ...[
    "..",
    ".",
    "/",
    "//",
    "%2e%2e",
    "%2f",
    "%00",
    "%",
    "?",
    "#",
    "?list=true",
    "\\",
    ";",
    ":",
    "@",
    "+",
    "*",
    "~",
    "&",
    "=",
    "'",
    '"',
    "`",
    "$",
    "{{",
    "}}",
    "<",
    ">",
  ],
  ...[
    "\n",
    "\r\n",
    "\t",
    "\0",
    "\u007f",
    "\u0085",
    " ",
    "\u00a0",
    "\u200b",
    "\u202e",
    "\ufeff",
    "ü",
    "u\u0308",
    "ß",
    "İ",
    "ſ",
    "ﬁ",
    "／",
    "．．",
    "日本",
    "😀",
    "\ud800",
  ],
  ...[
    "aws",
    "sys",
    "sys/mounts",
    "config",
    "config/root",
    "roles",
    "role",
    "root",
    "default",
    "auth",
    "v1/",
    "tune",
    "deploy",
    "Deploy",
    "DEPLOY",
    "0",
    "-1",
    "__proto__",
    "constructor",
    "toString",
    "null",
  ],
];

/** Names and paths as nobody should choose them, with some that are good in between. */
export const hostileName: fc.Arbitrary<string> = fc.oneof(
  fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 4 }).map((parts) => parts.join("")),
  fc.string({ minLength: 1, maxLength: 12, unit: "binary" }),
  fc.stringMatching(/^[\w.@/-]{1,12}$/),
  fc.stringMatching(/^[a-z][a-z0-9-]{0,8}[a-z0-9]$/),
);

/** Paths, which programs may write with slashes around them: resources send them without. */
const hostilePath = hostileName.map((path) => path.replace(/^\/+|\/+$/g, ""));

/** A kind of object that is named by users, where it is in Vault, and which objects there are. */
export interface NamedKind {
  readonly kind: string;
  /** @default - {@link hostileName} */
  readonly names?: fc.Arbitrary<string>;
  /** The rest of the arguments, whatever the name. */
  readonly inputs: (name: string) => Values;
  /** Below `/v1/`. */
  readonly pathOf: (name: string) => string;
  /** Where Vault lists the names, and whether with a slash at their ends. */
  readonly list: string;
  readonly withSlash?: boolean;
}

/** All resources with a name or path of their own. They need a mount at `aws` and auth methods at `kubernetes`, `jwt` and `approle`. */
export const namedKinds: readonly NamedKind[] = [
  {
    kind: "AwsSecretsMount",
    inputs: (path) => ({ path }),
    pathOf: (path) => `sys/mounts/${path}`,
    list: "sys/mounts",
    withSlash: true,
    names: hostilePath,
  },
  {
    kind: "AwsSecretsRole",
    inputs: (name) => ({ mount: "aws", name, credentialType: "session_token" }),
    pathOf: (name) => `aws/roles/${name}`,
    list: "aws/roles",
  },
  {
    kind: "AwsSecretsRoles",
    inputs: (name) => ({ mount: "aws", roles: Object.fromEntries([[name, { credentialType: "session_token" }]]) }),
    pathOf: (name) => `aws/roles/${name}`,
    list: "aws/roles",
  },
  {
    kind: "VaultPolicy",
    inputs: (name) => ({ name, policy: 'path "a" { capabilities = ["read"] }' }),
    pathOf: (name) => `sys/policies/acl/${name}`,
    list: "sys/policies/acl",
  },
  {
    kind: "VaultAuthMethod",
    inputs: (path) => ({ path, type: "kubernetes" }),
    pathOf: (path) => `sys/auth/${path}`,
    list: "sys/auth",
    withSlash: true,
    names: hostilePath,
  },
  {
    kind: "VaultAuditDevice",
    inputs: (path) => ({ path, type: "file", options: { file_path: "discard" } }),
    pathOf: (path) => `sys/audit/${path}`,
    list: "sys/audit",
    withSlash: true,
    names: hostilePath,
  },
  {
    kind: "KubernetesAuthRole",
    inputs: (name) => ({
      mount: "kubernetes",
      name,
      boundServiceAccountNames: ["shop"],
      boundServiceAccountNamespaces: ["shop"],
      audience: "vault",
    }),
    pathOf: (name) => `auth/kubernetes/role/${name}`,
    list: "auth/kubernetes/role",
  },
  {
    kind: "JwtAuthRole",
    inputs: (name) => ({ mount: "jwt", name, userClaim: "sub", boundAudiences: ["vault"] }),
    pathOf: (name) => `auth/jwt/role/${name}`,
    list: "auth/jwt/role",
  },
  {
    kind: "AppRoleAuthRole",
    inputs: (name) => ({ mount: "approle", name }),
    pathOf: (name) => `auth/approle/role/${name}`,
    list: "auth/approle/role",
  },
];

/** Texts that are hard to keep as they are: for policies, descriptions, templates, tags. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  hostileName,
  fc.string({ maxLength: 40, unit: "grapheme" }),
  fc
    .array(fc.constantFrom(...pieces, "${aws:username}", "\\u0000", "arn:aws:s3:::b/*"), { maxLength: 8 })
    .map((parts) => parts.join("")),
);
