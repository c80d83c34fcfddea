import { durationSeconds } from "../internal/duration.js";
import { repeatedKeys } from "../aws/policyText.js";
import { canonicalJson } from "../vaultresource/canonicalJson.js";
import { HclError, parseHcl, type HclItem, type HclObject, type HclValue } from "./hcl.js";
import { capabilities, hasWholeTemplates } from "./policyRule.js";

/** What a policy says, and what is wrong with it. */
export interface PolicyMeaning {
  /** The same for two policies that say the same, however they are written. */
  readonly canonical: string;
  /** What Vault would reject, as statements: `has no capability "reed"`. */
  readonly problems: readonly string[];
}

/** Settings of a path, as Vault's parser knows them. */
const settings = [
  "comment",
  "policy",
  "capabilities",
  "allowed_parameters",
  "denied_parameters",
  "required_parameters",
  "min_wrapping_ttl",
  "max_wrapping_ttl",
  "mfa_methods",
  "control_group",
  "subscribe_event_types",
];

/** `policy = "read"` of old, in capabilities. */
const oldPolicies: Readonly<Record<string, readonly string[]>> = {
  deny: ["deny"],
  read: ["read", "list"],
  write: ["create", "read", "update", "delete", "list"],
  sudo: ["create", "read", "update", "delete", "list", "sudo"],
};

/** Reads a policy in HCL or JSON as Vault does: formatting, comments and the order of rules do not count. */
export function policyMeaning(text: string): PolicyMeaning {
  let root: HclObject;
  try {
    root = isJson(text) ? objectOfJson(JSON.parse(text)) : parseHcl(text);
  } catch (error) {
    if (error instanceof HclError || error instanceof SyntaxError) {
      return { canonical: text, problems: [`cannot be read: ${error.message}`] };
    }
    throw error;
  }
  const problems = [...repeated(root.items), ...repeatedInJson(text)];
  const rules: [path: string, rule: unknown][] = [];
  for (const item of root.items) {
    const [key, path, ...more] = item.keys;
    if (key === "name") {
      continue;
    }
    if (key !== "path") {
      problems.push(`has ${JSON.stringify(key)} where only "path" may stand`);
    } else if (!isObject(item.value) || more.length > 0) {
      problems.push("has a path without a block of settings");
    } else if (path === undefined) {
      // JSON has all paths in one object.
      for (const inner of item.value.items) {
        rules.push(readRule(inner.keys.join(" "), inner.value, problems));
      }
    } else {
      rules.push(readRule(path, item.value, problems));
    }
  }
  if (rules.length === 0 && problems.length === 0) {
    problems.push("grants nothing");
  }
  const canonical = rules.map((rule) => canonicalJson(rule) ?? "").sort();
  return { canonical: JSON.stringify(canonical), problems };
}

/** Attributes that stand twice in one object, which Vault rejects since 1.21; blocks of the same path are merged. */
function repeated(items: readonly HclItem[], at = ""): string[] {
  const seen = new Set<string>();
  return items.flatMap(({ keys, value }) => {
    const name = keys.map((key) => JSON.stringify(key)).join(" ");
    const isPathBlock = at === "" && keys[0] === "path";
    const isRepeated = seen.has(name) && !isPathBlock;
    seen.add(name);
    const inner = isObject(value) ? repeated(value.items, `${at}${name} `) : [];
    return isRepeated ? [`has ${at}${name} twice: Vault 1.21 and later reject it`, ...inner] : inner;
  });
}

/** Of a key that stands twice, JSON's reader keeps the last only. */
function repeatedInJson(text: string): string[] {
  return isJson(text)
    ? repeatedKeys(text).map((keys) => `has ${keys.map((key) => JSON.stringify(key)).join(" ")} twice: merge the two`)
    : [];
}

function isJson(text: string): boolean {
  return text.trimStart().startsWith("{");
}

function readRule(given: string, value: HclValue, problems: string[]): [string, unknown] {
  const path = given.replace(/^\//, "");
  const where = `path ${JSON.stringify(given)}`;
  if (!hasWholeTemplates(path)) {
    problems.push(`${where} has a template whose {{ and }} do not match`);
  }
  if (path.includes("+*")) {
    problems.push(`${where} has "+*", which Vault does not allow`);
  }
  if (/\*./.test(path)) {
    problems.push(`${where} has "*" before its end, where it stands for itself only: "+" stands for one segment`);
  }
  if (path.startsWith("v1/")) {
    problems.push(`${where} begins with "v1/", which is not a part of Vault's paths`);
  }
  if (!isObject(value)) {
    problems.push(`${where} has no block of settings`);
    return [path, {}];
  }
  const rule: Record<string, unknown> = {};
  for (const item of value.items) {
    const key = item.keys.join(" ");
    if (!settings.includes(key)) {
      problems.push(`${where} has a setting ${JSON.stringify(key)} that Vault does not know`);
    } else if (key !== "comment") {
      rule[key] = plain(item.value);
    }
  }
  problems.push(...settingProblems(rule).map((problem) => `${where} has ${problem}`));
  const granted = capabilitiesOf(rule, where, problems);
  const { policy: _policy, capabilities: _capabilities, ...rest } = rule;
  return [path, { ...rest, capabilities: granted }];
}

/** Values of another kind than Vault reads, which it rejects. */
function settingProblems(rule: Readonly<Record<string, unknown>>): string[] {
  const isTextList = (value: unknown) => Array.isArray(value) && value.every((one) => typeof one === "string");
  const areParameters = (value: unknown) =>
    [value]
      .flat()
      .every((part) => typeof part === "object" && part !== null && Object.values(part).every(Array.isArray));
  const given = (...names: string[]) => names.filter((name) => rule[name] !== undefined);
  const [least = 0, most = 0] = [rule.min_wrapping_ttl, rule.max_wrapping_ttl].map(durationSeconds);
  return [
    ...given("capabilities", "required_parameters", "mfa_methods", "subscribe_event_types")
      .filter((name) => !isTextList(rule[name]))
      .map((name) => `${name} that are not a list of texts`),
    ...given("allowed_parameters", "denied_parameters")
      .filter((name) => !areParameters(rule[name]))
      .map((name) => `${name} that are not an object with a list of values for each parameter`),
    ...given("min_wrapping_ttl", "max_wrapping_ttl")
      .filter((name) => durationSeconds(rule[name]) === undefined)
      .map((name) => `a ${name} ${JSON.stringify(rule[name])}, which is not a length of time`),
    ...(most > 0 && least > most ? ["a max_wrapping_ttl that is shorter than its min_wrapping_ttl"] : []),
  ];
}

function capabilitiesOf(rule: Record<string, unknown>, where: string, problems: string[]): string[] {
  const old = rule.policy === undefined ? [] : oldPolicies[typeof rule.policy === "string" ? rule.policy : ""];
  if (old === undefined) {
    problems.push(`${where} has an unknown policy ${JSON.stringify(rule.policy)}`);
  }
  const listed = Array.isArray(rule.capabilities) ? rule.capabilities : [];
  for (const capability of listed.filter((one) => typeof one === "string")) {
    if (!(capabilities as readonly unknown[]).includes(capability)) {
      problems.push(`${where} has no capability ${JSON.stringify(capability)}: they are ${capabilities.join(", ")}`);
    }
  }
  const isListed = rule.capabilities === undefined || Array.isArray(rule.capabilities);
  if (isListed && listed.length === 0 && rule.policy === undefined) {
    problems.push(`${where} has no capabilities: it grants nothing`);
  }
  const all = [...new Set([...listed.map(String), ...(old ?? [])])].sort();
  return all.includes("deny") ? ["deny"] : all;
}

/** An HCL value as plain data: objects as records, so that the order of their keys does not count. */
function plain(value: HclValue): unknown {
  if (Array.isArray(value)) {
    return value.map(plain);
  }
  return isObject(value)
    ? Object.fromEntries(value.items.map((item: HclItem) => [item.keys.join(" "), plain(item.value)]))
    : value;
}

function isObject(value: HclValue): value is HclObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function objectOfJson(value: unknown): HclObject {
  return {
    items: Object.entries(value as object).map(([key, part]: [string, unknown]) => ({
      keys: [key],
      value: valueOfJson(part),
    })),
  };
}

function valueOfJson(value: unknown): HclValue {
  if (Array.isArray(value)) {
    return value.map(valueOfJson);
  }
  return value !== null && typeof value === "object" ? objectOfJson(value) : (value as HclValue);
}
