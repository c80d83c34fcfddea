import { durationSeconds } from "../internal/duration.js";
import { pathOf, type Issue } from "../internal/validation/issues.js";
import { isFullyKnown, isKnown } from "../internal/validation/known.js";
import { adoptionSettings, type Values } from "../vaultresource/fields.js";
import { brokenTextRules, kindRules, notLonger, unknownArguments } from "../vaultresource/rules.js";
import { policyNameRules } from "./accessRules.js";
import { policyMeaning } from "./policyMeaning.js";
import { capabilities, hasWholeTemplates } from "./policyRule.js";

const ruleNames = [
  "path",
  "capabilities",
  "allowedParameters",
  "deniedParameters",
  "requiredParameters",
  "minWrappingTtl",
  "maxWrappingTtl",
];

/** The rules of an ACL policy as a program gives it. */
export function vaultPolicyRules(args: Values): Issue[] {
  return [
    ...unknownArguments(args, ["name", "policy", "rules", "adoptExisting"]),
    ...policyNameRules(args, "name"),
    ...kindRules(adoptionSettings, args),
    ...contentRules(args),
  ];
}

function contentRules({ policy, rules }: Values): Issue[] {
  const [hasPolicy, hasRules] = [policy, rules].map((value) => value !== undefined && value !== null);
  if (hasPolicy === hasRules) {
    return [
      !hasPolicy
        ? { path: "rules", rule: "or policy is required", fix: "Give rules, or the policy's text in HCL or JSON." }
        : { path: "policy", rule: "cannot be given together with rules", fix: "Leave one of the two out." },
    ];
  }
  return hasRules ? ruleListRules(rules) : policyTextRules(policy);
}

/** A policy's text: what Vault would reject, and what it would accept and then grant nothing by. */
export function policyTextRules(policy: unknown): Issue[] {
  if (!isKnown(policy)) {
    return [];
  }
  if (typeof policy !== "string") {
    return [{ path: "policy", rule: "must be a text in HCL or JSON", actual: policy }];
  }
  const problems = policyMeaning(policy).problems.map((problem) => ({ path: "policy", rule: problem }));
  return problems.length > 0 ? problems : brokenTextRules("policy", policy);
}

function ruleListRules(rules: unknown): Issue[] {
  if (!isKnown(rules)) {
    return [];
  }
  if (!Array.isArray(rules) || rules.length === 0) {
    return [{ path: "rules", rule: "must be a list of at least one rule", actual: rules }];
  }
  return rules.flatMap((rule: unknown, index) => {
    const path = pathOf("rules", index);
    if (!isKnown(rule)) {
      return [];
    }
    return rule !== null && typeof rule === "object"
      ? oneRule(rule as Values).map((issue) => ({ ...issue, path: `${path}.${issue.path}` }))
      : [{ path, rule: "must be an object with path and capabilities", actual: rule }];
  });
}

function oneRule(rule: Values): Issue[] {
  const issues = unknownArguments(rule, ruleNames);
  const { path, capabilities: granted } = rule;
  if (isKnown(path)) {
    if (typeof path !== "string" || path.trim() === "") {
      issues.push({ path: "path", rule: "is required", fix: 'Give a path below /v1/, such as "aws/creds/deploy".' });
    } else if (path.startsWith("/") || path.startsWith("v1/")) {
      issues.push({
        path: "path",
        rule: 'must not start with "/" or "v1/"',
        actual: path,
        fix: `Write ${JSON.stringify(path.replace(/^\/?(?:v1\/)?/, ""))}.`,
      });
    } else if (!hasWholeTemplates(path)) {
      issues.push({ path: "path", rule: 'must have a "}}" for each "{{"', actual: path });
    } else if (path.includes("+*") || /\*./.test(path)) {
      issues.push({ path: "path", rule: 'must have "*" at its end only, and not after "+"', actual: path });
    }
  }
  if (isFullyKnown(granted)) {
    if (!Array.isArray(granted) || granted.length === 0) {
      issues.push({ path: "capabilities", rule: "must be a list of at least one capability", actual: granted });
    } else {
      granted.forEach((capability: unknown, index) => {
        if (!(capabilities as readonly unknown[]).includes(capability)) {
          issues.push({
            path: pathOf("capabilities", index),
            rule: `must be one of ${capabilities.join(", ")}`,
            actual: capability,
          });
        }
      });
      if (granted.includes("deny") && granted.length > 1) {
        issues.push({
          path: "capabilities",
          rule: "must not combine deny with other capabilities: deny overrides all of them",
          actual: granted,
        });
      }
    }
  }
  return [...issues, ...limitRules(rule)];
}

/** What a rule says about parameters and wrapped responses. */
function limitRules(rule: Values): Issue[] {
  const { requiredParameters } = rule;
  return [
    ...["allowedParameters", "deniedParameters"].flatMap((name) => parameterRules(name, rule[name])),
    ...(requiredParameters === undefined || !isFullyKnown(requiredParameters) || isListOf(requiredParameters, isText)
      ? []
      : [{ path: "requiredParameters", rule: "must be a list of names", actual: requiredParameters }]),
    ...["minWrappingTtl", "maxWrappingTtl"].flatMap((name) => {
      const value = rule[name];
      return value === undefined || !isKnown(value) || (isText(value) && durationSeconds(value) !== undefined)
        ? []
        : [{ path: name, rule: 'must be a length of time as a text, such as "90s"', actual: value }];
    }),
    ...notLonger(rule, "minWrappingTtl", "maxWrappingTtl"),
  ];
}

function parameterRules(name: string, parameters: unknown): Issue[] {
  if (parameters === undefined || !isFullyKnown(parameters)) {
    return [];
  }
  if (parameters === null || typeof parameters !== "object" || Array.isArray(parameters)) {
    return [{ path: name, rule: "must be an object with a list of values for each parameter", actual: parameters }];
  }
  const isValue = (value: unknown): boolean => isText(value) || isListOf(value, isValue);
  return Object.entries(parameters).flatMap(([parameter, values]: [string, unknown]) =>
    isListOf(values, isValue)
      ? []
      : [
          {
            path: pathOf(name, parameter),
            rule: "must be a list of values; an empty one is any value",
            actual: values,
          },
        ],
  );
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isListOf(value: unknown, isItem: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(isItem);
}
