import { regionRules } from "../aws/regions.js";
import { withoutNulls } from "../internal/records.js";
import { looksSecret, type Issue } from "../internal/validation/issues.js";
import { isKnown } from "../internal/validation/known.js";
import { secretLoginFields, type VaultLogin } from "../vault/login.js";
import { tokenProblem } from "../vault/tokenText.js";
import type { Values } from "./fields.js";
import { brokenTextRules } from "./rules.js";
import { urlRules } from "./urlRules.js";

const loginFields: Readonly<Record<VaultLogin["kind"], readonly [required: string[], optional: string[]]>> = {
  environment: [[], []],
  token: [["token"], []],
  file: [["path"], []],
  kubernetesSecret: [
    ["namespace", "name", "key"],
    ["kubeconfig", "context"],
  ],
  awsSsm: [
    ["parameter", "region"],
    ["kmsEncryptionContext", "ssmEndpoint", "kmsEndpoint"],
  ],
  appRole: [["roleId"], ["secretId", "secretIdFile", "secretIdVariable", "mount"]],
  kubernetes: [["role"], ["tokenFile", "mount"]],
  awsIam: [[], ["role", "serverId", "region", "stsEndpoint", "mount"]],
  jwt: [[], ["role", "jwt", "jwtFile", "jwtVariable", "mount"]],
};

/** Fields of which one names where a secret comes from. */
const alternatives: readonly (readonly string[])[] = [
  ["secretId", "secretIdFile", "secretIdVariable"],
  ["jwt", "jwtFile", "jwtVariable"],
];

/** The rules of a login. No secret is quoted. */
export function loginRules(login: unknown): Issue[] {
  if (login === undefined || !isKnown(login)) {
    return [];
  }
  if (typeof login !== "object" || login === null) {
    return [{ path: "login", rule: 'must be an object with kind: { kind: "environment" }' }];
  }
  const parts = login as Values;
  if (parts.kind === "revocable") {
    return [...loginRules(parts.token), ...loginRules(parts.standIn)];
  }
  const kinds = Object.keys(loginFields);
  const { kind, ...values } = withoutNulls(parts);
  if (typeof kind !== "string" || !kinds.includes(kind)) {
    return [{ path: "login.kind", rule: `must be one of ${kinds.join(", ")}`, actual: kind }];
  }
  const [required, optional] = loginFields[kind as VaultLogin["kind"]];
  const issues: Issue[] = required
    .filter((field) => values[field] === undefined || values[field] === "")
    .map((field) => ({ path: `login.${field}`, rule: `is required for a login of kind ${kind}` }));
  for (const [field, value] of Object.entries(values)) {
    if (![...required, ...optional].includes(field)) {
      issues.push({ path: `login.${field}`, rule: `is not a field of a login of kind ${kind}` });
    } else if (isKnown(value) && value !== "") {
      issues.push(...valueRules(field, value));
    }
  }
  if (kind === "jwt" && !["jwt", "jwtFile", "jwtVariable"].some((field) => values[field] !== undefined)) {
    issues.push({ path: "login.jwt", rule: "or jwtFile or jwtVariable is required for a login of kind jwt" });
  }
  for (const fields of alternatives) {
    const [first, ...others] = fields.filter((field) => values[field] !== undefined);
    if (first !== undefined && others.length > 0) {
      issues.push({ path: `login.${first}`, rule: `cannot be given together with ${others.join(" and ")}` });
    }
  }
  return issues;
}

function valueRules(field: string, value: unknown): Issue[] {
  const path = `login.${field}`;
  if (field === "kmsEncryptionContext") {
    const isMap =
      typeof value === "object" &&
      value !== null &&
      !Array.isArray(value) &&
      Object.values(value).every((text) => typeof text === "string" || !isKnown(text));
    return isMap ? [] : [{ path, rule: "must be an object of texts", actual: value }];
  }
  if (typeof value !== "string") {
    return [{ path, rule: "must be a text" }];
  }
  if (field === "token") {
    const rule = tokenProblem(value);
    const fix = value.trim() === value ? undefined : "Cut off the line break that secrets often end with.";
    return rule === undefined ? [] : [{ path, rule, ...(fix === undefined ? {} : { fix }) }];
  }
  const untrimmed = field !== "kubeconfig" && value.trim() !== value;
  const issues: Issue[] = untrimmed
    ? [{ path, rule: "must not begin or end with spaces or line breaks", actual: value }]
    : brokenTextRules(path, value);
  if (issues.length > 0) {
    return issues.map((issue) => (secretLoginFields.includes(field) ? { ...issue, actual: undefined } : issue));
  }
  switch (field) {
    case "mount":
      return mountRules(path, value);
    case "secretIdVariable":
    case "jwtVariable":
      return variableNameRules(path, value);
    case "path":
    case "tokenFile":
    case "secretIdFile":
    case "jwtFile":
      return looksSecret(value)
        ? [{ path, rule: "must be the path of a file, and looks like the secret that the file holds" }]
        : [];
    case "region":
      return regionRules(path, value);
    case "stsEndpoint":
    case "ssmEndpoint":
    case "kmsEndpoint":
      return urlRules(path, value);
    default:
      return [];
  }
}

/** The name of an environment variable. What it is not is not shown: it may be the variable's value. */
export function variableNameRules(path: string, name: unknown): Issue[] {
  return typeof name === "string" && /^[A-Za-z_]\w*$/.test(name)
    ? []
    : [{ path, rule: "must be the name of an environment variable, such as VAULT_JWT" }];
}

/** The path of an auth method, as it stands between `auth/` and `/login`. */
function mountRules(path: string, mount: string): Issue[] {
  const isPath =
    /^[^\s?#%/]+(?:\/[^\s?#%/]+)*$/.test(mount) && !mount.split("/").some((part) => /^\.{1,2}$/.test(part));
  if (isPath && !mount.startsWith("auth/")) {
    return [];
  }
  const plain = mount
    .replace(/^\/+/, "")
    .replace(/^auth\//, "")
    .replace(/\/+$/, "");
  const fix = /^[\w-]+$/.test(plain) ? `Write ${plain}.` : "Write approle, for example.";
  return [
    {
      path,
      rule: "must be the path of an auth method without auth/ in front and slashes around it",
      actual: mount,
      fix,
    },
  ];
}
