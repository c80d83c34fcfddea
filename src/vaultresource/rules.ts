import { isIP } from "node:net";
import { parseArn } from "../aws/arns.js";
import { isSpellingOf, nearest } from "../internal/validation/nearest.js";
import { pathOf, type Issue } from "../internal/validation/issues.js";
import { isFullyKnown, isKnown } from "../internal/validation/known.js";
import { durationSeconds } from "../internal/duration.js";
import { isSet, type Field, type Values } from "./fields.js";

/** Whether a value is given and can be looked at. */
export function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && isFullyKnown(value);
}

/** Whether a field is set, or will be once its value is known. */
export function mayBeSet(fields: readonly Field[], values: Values, name: string): boolean {
  const field = fields.find((candidate) => candidate.name === name);
  return field !== undefined && isSet(field, values[name]);
}

/** A text that must be there and not empty. */
export function requiredText(values: Values, name: string, fix: string): Issue[] {
  const value = values[name];
  if (!isKnown(value)) {
    return [];
  }
  if (value === undefined || value === null || value === "") {
    return [{ path: name, rule: "is required", fix }];
  }
  return typeof value === "string" ? [] : [{ path: name, rule: "must be a text", actual: value }];
}

/** Half of a surrogate pair: JSON cannot carry it, and Vault would store another character in its place. */
const loneSurrogate = /\p{Cs}/u;

/** A text that does not reach Vault as it is, or that nothing can use. */
export function brokenTextRules(path: string, text: unknown): Issue[] {
  if (typeof text !== "string") {
    return [];
  }
  if (loneSurrogate.test(text)) {
    return [{ path, rule: "must be valid Unicode: it has half of a surrogate pair, which cannot be stored" }];
  }
  return text.includes("\0") ? [{ path, rule: "must not have a NUL character", actual: text }] : [];
}

/** The kinds of values that the fields' types allow; for programs that no compiler checked. */
export function kindRules(fields: readonly Field[], values: Values): Issue[] {
  return fields.flatMap((field) => {
    const value = values[field.name];
    // Of a list, what is known is looked at.
    if (!isGiven(value) && !(Array.isArray(value) && isListOfTexts(field))) {
      return [];
    }
    const broken = textsIn(value).flatMap((text) => brokenTextRules(field.name, text));
    const issues = [...kindIssues(field, value), ...broken.slice(0, 1)];
    return (issues.length > 0 ? issues : [...textIssues(field, value), ...sizeIssues(field, value)]).map((issue) =>
      field.secret === true ? { ...issue, actual: undefined } : issue,
    );
  });
}

function isListOfTexts({ kind }: Field): boolean {
  return kind === "set" || kind === "list" || kind === "cidrs";
}

/** The texts that a value is made of. */
function textsIn(value: unknown): unknown[] {
  return value !== null && typeof value === "object" ? Object.entries(value).flat().flatMap(textsIn) : [value];
}

/** Texts that a field does not take. */
function textIssues({ name, kind, oneOf, form }: Field, value: unknown): Issue[] {
  const texts: readonly [path: string, text: unknown][] = Array.isArray(value)
    ? value.map((text: unknown, index) => [pathOf(name, index), text])
    : [[name, value]];
  return texts.flatMap(([path, text]): Issue[] => {
    if (typeof text !== "string" || !isKnown(text)) {
      return [];
    }
    if (oneOf !== undefined && !oneOf.includes(text)) {
      return [{ path, rule: `must be one of ${oneOf.filter((one) => one !== "").join(", ")}`, actual: text }];
    }
    if (kind === "cidrs" && !isRange(text)) {
      return [{ path, rule: "must be an address or a range such as 10.0.0.0/8", actual: text }];
    }
    return form !== undefined && text !== "" && !form.pattern.test(text)
      ? [{ path, rule: form.rule, actual: text, fix: form.fix }]
      : [];
  });
}

/** An IP address without a zone, which Vault does not take, or a range of them. */
function isRange(text: string): boolean {
  const [, address = "", length] = /^([^/%]+)(?:\/(\d{1,3}))?$/.exec(text.trim()) ?? [];
  const bits = { 4: 32, 6: 128 }[isIP(address)];
  return bits !== undefined && Number(length ?? 0) <= bits;
}

/** Numbers and lengths of time out of a field's bounds. */
function sizeIssues({ name, kind, least, most }: Field, value: unknown): Issue[] {
  const size = kind === "seconds" ? durationSeconds(value) : kind === "count" ? Number(value) : undefined;
  const unit = kind === "seconds" ? " seconds" : "";
  if (size !== undefined && least !== undefined && size < least) {
    return [{ path: name, rule: `must be at least ${least}${unit}`, actual: value }];
  }
  return size !== undefined && most !== undefined && size > most
    ? [{ path: name, rule: `must be at most ${most}${unit}`, actual: value }]
    : [];
}

function kindIssues(field: Field, value: unknown): Issue[] {
  const wrong = (rule: string, fix?: string): Issue[] => [{ path: field.name, rule, actual: value, fix }];
  switch (field.kind) {
    case "set":
    case "list":
    case "cidrs":
      if (!Array.isArray(value)) {
        return wrong("must be a list of texts");
      }
      return value.flatMap((part, index) =>
        !isFullyKnown(part) || (typeof part === "string" && part.trim() !== "")
          ? []
          : [{ path: pathOf(field.name, index), rule: "must be a text that is not empty", actual: part as unknown }],
      );
    case "map":
      if (typeof value !== "object" || Array.isArray(value)) {
        return wrong("must be an object of texts");
      }
      return Object.entries(value as object).flatMap(([key, part]) =>
        typeof part === "string"
          ? []
          : [{ path: pathOf(field.name, key), rule: "must be a text", actual: part as unknown }],
      );
    case "object":
      return typeof value === "object" && !Array.isArray(value) ? [] : wrong("must be an object");
    case "objects":
      return Array.isArray(value) && value.every((part) => typeof part === "object" && part !== null)
        ? []
        : wrong("must be a list of objects");
    case "seconds": {
      const seconds = durationSeconds(value);
      if (seconds === undefined) {
        return wrong(
          "must be a length of time",
          'Write seconds as a number, or a text such as "15m", "1h30m" or "2d".',
        );
      }
      // What Go's notation makes of 1.1h is not exact.
      return Math.abs(seconds - Math.round(seconds)) < 1e-6
        ? []
        : wrong("must be whole seconds: Vault leaves out parts of a second, and less than one would mean not set");
    }
    case "count":
      return Number.isSafeInteger(value) ? [] : wrong("must be a whole number");
    case "flag":
      return typeof value === "boolean" ? [] : wrong("must be true or false");
    case "json":
      return typeof value === "string" || (typeof value === "object" && !Array.isArray(value))
        ? []
        : wrong("must be a policy document, as an object or as JSON text");
    default:
      if (typeof value !== "string") {
        return wrong("must be a text");
      }
      return value !== "" && value.trim() === "" ? wrong("must not be blank") : [];
  }
}

/** Arguments whose names are not known: misspelt, or of another version. They would do nothing. */
export function unknownArguments(values: Values, known: readonly string[]): Issue[] {
  return Object.keys(values)
    .filter((name) => values[name] !== undefined && !known.includes(name))
    .map((name) => ({ path: name, rule: "is not an argument", fix: argumentAdvice(name, known) }));
}

/** Arguments of other providers for Vault: the argument here that does the same, and what to do where it is not just its name. */
const argumentsElsewhere: readonly (readonly [there: string, here: string, advice?: string])[] = [
  ["backend", "mount"],
  ["backend", "path"],
  ["defaultLeaseTtlSeconds", "defaultLeaseTtl"],
  ["maxLeaseTtlSeconds", "maxLeaseTtl"],
  ["type", "defaultLeaseTtl", "The engine is always of type aws: remove it."],
  ["disableRemount", "onPathChange", 'Write onPathChange: "replace", which is the default, or "remount".'],
  ["secretKeyWo", "secretKey"],
  ["secretKeyWoVersion", "secretKey", "Remove it: a change of secretKey is seen by its digest."],
  ["namespace", "adoptExisting", "The namespace is an argument of the VaultConnection."],
  ...["accessKey", "secretKey", "region", "iamEndpoint", "stsEndpoint", "usernameTemplate"].map(
    (name) => [name, "onPathChange", "It is an argument of AwsRootConfig."] as const,
  ),
  ["arn", "policyArns", "Write policyArns, or roleArns for the ARN of a role."],
  ["type", "endpoint"],
  ["roleName", "name"],
  ["policies", "tokenPolicies"],
  ["ttl", "tokenTtl"],
  ["maxTtl", "tokenMaxTtl"],
  ["period", "tokenPeriod"],
  ["numUses", "tokenNumUses"],
  ["boundCidrList", "secretIdBoundCidrs"],
  ["isLocal", "local"],
  ["tune", "listingVisibility", "Its settings are arguments here, such as defaultLeaseTtl."],
  ["path", "mount"],
  ...["type", "description", "local", "tune"].map(
    (name) => [name, "oidcDiscoveryUrl", "It is an argument of VaultAuthMethod."] as const,
  ),
];

function argumentAdvice(name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  if (near !== undefined && isSpellingOf(name, near)) {
    return `Write ${near}.`;
  }
  const [, here, advice] =
    argumentsElsewhere.find(([there, ours]) => isSpellingOf(name, there) && known.includes(ours)) ?? [];
  if (here !== undefined) {
    return advice ?? `Write ${here}.`;
  }
  return near === undefined ? `Arguments are: ${known.join(", ")}.` : `Did you mean ${near}?`;
}

/** The path of a mount. */
export function mountPathRules(values: Values, name: string): Issue[] {
  const path = values[name];
  const missing = requiredText(values, name, 'Give the path that the engine is mounted at, such as "aws".');
  if (missing.length > 0 || typeof path !== "string" || !isKnown(path)) {
    return missing;
  }
  const bare = trimSlashes(path);
  if (
    bare === "" ||
    /\/\/|\s|[?#*%]|[\p{Cc}\p{Cf}\p{Cs}]/u.test(bare) ||
    bare.split("/").some((part) => part === "." || part === ".." || part === "+")
  ) {
    return [{ path: name, rule: "must be a path without spaces, empty parts, dots or wildcards", actual: path }];
  }
  const reserved = ["auth", "cubbyhole", "identity", "sys", "audit"].find(
    (root) => bare === root || bare.startsWith(`${root}/`),
  );
  return reserved === undefined
    ? []
    : [{ path: name, rule: `must not be at or under Vault's own ${reserved}/`, actual: path }];
}

/** A mount's path as ids and URLs use it: `/aws/` is `aws`. */
export function trimSlashes(path: string): string {
  return path.replace(/^\/+|\/+$/g, "");
}

/** The name of a role: Vault answers "unsupported path" for any other. */
export function objectNameRules(values: Values, name: string): Issue[] {
  const text = values[name];
  const missing = requiredText(values, name, "Give the role a name.");
  if (missing.length > 0 || typeof text !== "string" || !isKnown(text)) {
    return missing;
  }
  return /^\w(?:[\w.@-]*\w)?$/.test(text)
    ? []
    : [
        {
          path: name,
          rule: 'must be letters, digits and "_", with "-", "." and "@" between them',
          actual: text,
          fix: "Vault finds no path for other names.",
        },
      ];
}

/** An ARN of IAM. */
export function iamArnRules(path: string, value: unknown, type: "policy" | "role" | "user"): Issue[] {
  if (typeof value !== "string" || !isKnown(value) || value === "") {
    return [];
  }
  const arn = parseArn(value);
  const account = type === "policy" ? /^(?:\d{12}|aws)$/ : /^\d{12}$/;
  const holds =
    arn !== undefined &&
    /^aws(?:-[a-z-]+)?$/.test(arn.partition) &&
    arn.service === "iam" &&
    arn.region === "" &&
    account.test(arn.accountId) &&
    new RegExp(`^${type}/[\\x21-\\x7e]+$`).test(arn.resource) &&
    !arn.resource.endsWith("/");
  if (!holds) {
    return [{ path, rule: `must be the ARN of an IAM ${type}, arn:aws:iam::ACCOUNT:${type}/NAME`, actual: value }];
  }
  return /[*?]/.test(value)
    ? [{ path, rule: `must be the ARN of one IAM ${type}: a wildcard would stand for more`, actual: value }]
    : [];
}

/** Bounds of a length of time; 0 stands for "not set" and passes. */
export function secondsBetween(values: Values, name: string, least: number, most: number, why: string): Issue[] {
  const value = values[name];
  if (!isGiven(value)) {
    return [];
  }
  const seconds = durationSeconds(value);
  if (seconds === undefined || seconds === 0) {
    return [];
  }
  if (seconds < least) {
    return [{ path: name, rule: `must be at least ${least} seconds`, actual: value, fix: why }];
  }
  return seconds > most ? [{ path: name, rule: `must be at most ${most} seconds`, actual: value, fix: why }] : [];
}

/** One length of time that must not be longer than another. */
export function notLonger(values: Values, shorter: string, longer: string): Issue[] {
  const [one, other] = [values[shorter], values[longer]];
  if (!isGiven(one) || !isGiven(other)) {
    return [];
  }
  const [least, most] = [durationSeconds(one), durationSeconds(other)];
  return least !== undefined && most !== undefined && most !== 0 && least > most
    ? [{ path: shorter, rule: `must not be longer than ${longer} (${most} seconds)`, actual: one }]
    : [];
}
