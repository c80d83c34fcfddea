/** What a token may do at a path: the capabilities of Vault's policies. */
export const capabilities = [
  "create",
  "read",
  "update",
  "patch",
  "delete",
  "list",
  "sudo",
  "subscribe",
  "deny",
] as const;

/** What a rule of a policy allows on its path. */
export type Capability = (typeof capabilities)[number];

/** A value of a parameter: a text, or a list that must be given just so. */
export type ParameterValue = string | readonly string[];

/**
 * One rule of an ACL policy.
 *
 * @see https://developer.hashicorp.com/vault/docs/concepts/policies
 */
export interface PolicyRule {
  /** A path below `/v1/`: exact, with `+` for one segment, or with `*` at its end for all that starts so. */
  readonly path: string;
  /** What may be done there; `deny` wins over all others. */
  readonly capabilities: readonly Capability[];
  /** Parameters that may be given, with the values that they may have; none listed is any value, and `*` at the end of one matches all that starts so. */
  readonly allowedParameters?: Readonly<Record<string, readonly ParameterValue[]>>;
  /** Parameters that must not be given, with the values that they must not have; none listed is any value. */
  readonly deniedParameters?: Readonly<Record<string, readonly ParameterValue[]>>;
  /** Parameters that must be given. */
  readonly requiredParameters?: readonly string[];
  /** Minimum lifetime of a wrapped response, such as `1s`: a caller must then ask for wrapping. */
  readonly minWrappingTtl?: string;
  /** Maximum lifetime of a wrapped response. */
  readonly maxWrappingTtl?: string;
}

/** Whether each `{{` of a path has its `}}`, and none stands inside of another. */
export function hasWholeTemplates(path: string): boolean {
  return path.split("{{").every((part, index) => part.split("}}").length === (index === 0 ? 1 : 2));
}

/** Rules as a policy's text in HCL: the same rules in any order give the same text. */
export function policyText(rules: readonly PolicyRule[]): string {
  return [...rules]
    .sort((one, other) => (one.path < other.path ? -1 : 1))
    .map(ruleText)
    .join("\n");
}

function ruleText(rule: PolicyRule): string {
  const lines = [
    `capabilities = ${list(capabilities.filter((capability) => rule.capabilities.includes(capability)))}`,
    ...parameters("allowed_parameters", rule.allowedParameters),
    ...parameters("denied_parameters", rule.deniedParameters),
    ...(rule.requiredParameters === undefined ? [] : [`required_parameters = ${list(rule.requiredParameters)}`]),
    ...(rule.minWrappingTtl === undefined ? [] : [`min_wrapping_ttl = ${JSON.stringify(rule.minWrappingTtl)}`]),
    ...(rule.maxWrappingTtl === undefined ? [] : [`max_wrapping_ttl = ${JSON.stringify(rule.maxWrappingTtl)}`]),
  ];
  return `path ${JSON.stringify(rule.path)} {\n${lines.map((line) => `  ${line}\n`).join("")}}\n`;
}

function parameters(name: string, values: PolicyRule["allowedParameters"]): string[] {
  if (values === undefined) {
    return [];
  }
  const entries = Object.entries(values).sort(([one], [other]) => (one < other ? -1 : 1));
  return [`${name} = {`, ...entries.map(([key, allowed]) => `  ${JSON.stringify(key)} = ${list(allowed)}`), "}"];
}

function list(values: readonly ParameterValue[]): string {
  return `[${values.map((value) => (typeof value === "string" ? JSON.stringify(value) : list(value))).join(", ")}]`;
}
