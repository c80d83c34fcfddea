import { pathOf, type Issue } from "../internal/validation/issues.js";
import { isKnown } from "../internal/validation/known.js";
import type { Values, VaultField } from "../vaultresource/fields.js";
import { kindRules, requiredText, unknownArguments } from "../vaultresource/rules.js";

export const auditDeviceTypes = ["file", "syslog", "socket"] as const;

/**
 * The fields of `sys/audit/:path`.
 *
 * @see https://developer.hashicorp.com/vault/api-docs/system/audit
 */
export const auditDeviceFields: readonly VaultField[] = [
  { name: "type", vaultName: "type", kind: "text", oneOf: auditDeviceTypes },
  { name: "description", vaultName: "description", kind: "text" },
  { name: "options", vaultName: "options", kind: "map" },
  { name: "local", vaultName: "local", kind: "flag" },
];

const commonOptions = [
  "log_raw",
  "hmac_accessor",
  "format",
  "prefix",
  "elide_list_responses",
  "exclude",
  "fallback",
  "filter",
];

const optionsOf: Readonly<Record<string, readonly string[]>> = {
  file: ["file_path", "mode"],
  syslog: ["facility", "tag"],
  socket: ["address", "socket_type", "write_timeout"],
};

/** The rules of an audit device. */
export function auditDeviceRules(args: Values): Issue[] {
  return [
    ...unknownArguments(args, ["path", ...auditDeviceFields.map(({ name }) => name)]),
    ...kindRules(auditDeviceFields, args),
    ...requiredText(args, "type", "Give one of file, syslog and socket."),
    ...pathRules(args),
    ...optionRules(args),
  ];
}

function pathRules(args: Values): Issue[] {
  const missing = requiredText(args, "path", 'Give the device a name, such as "file".');
  const { path } = args;
  return missing.length > 0 ||
    typeof path !== "string" ||
    !isKnown(path) ||
    (/^\/?[\w.-]+(?:\/[\w.-]+)*\/?$/.test(path) && !/(?:^|\/)\.{1,2}(?:\/|$)/.test(path))
    ? missing
    : [{ path: "path", rule: 'must be letters, digits and "_", ".", "-", with "/" between them', actual: path }];
}

function optionRules({ type, options }: Values): Issue[] {
  if (!isKnown(type) || !isKnown(options)) {
    return [];
  }
  if (options !== undefined && options !== null && typeof options !== "object") {
    return [];
  }
  const given = (options ?? {}) as Values;
  const own = optionsOf[String(type)] ?? [];
  const allowed = [...own, ...commonOptions];
  const issues: Issue[] = Object.keys(given)
    .filter((option) => own.length > 0 && !allowed.includes(option))
    .map((option) => ({
      path: pathOf("options", option),
      rule: `is not an option of audit devices of type ${String(type)}`,
      fix: `Options are: ${allowed.join(", ")}.`,
    }));
  const file = given.file_path;
  if (type === "file" && (file === undefined || file === "")) {
    issues.push({
      path: "options.file_path",
      rule: "is required for type file",
      fix: 'Give "stdout", or a file that Vault can write.',
    });
  }
  if (type === "file" && typeof file === "string" && isKnown(file) && !/^(?:stdout|stderr|discard|\/.+)?$/.test(file)) {
    issues.push({ path: "options.file_path", rule: 'must be an absolute path, "stdout" or "discard"', actual: file });
  }
  if (type === "socket" && (given.address === undefined || given.address === "")) {
    issues.push({ path: "options.address", rule: "is required for type socket" });
  }
  issues.push(...formIssues(given));
  if (given.log_raw === "true") {
    issues.push({
      path: "options.log_raw",
      rule: "must not be true: secrets would stand in the log in plain text",
      fix: "Leave it out: Vault writes a HMAC of each secret, which can be searched for.",
    });
  }
  return issues;
}

/** What the values of options look like, which Vault parses when the device is enabled. */
const optionForms: readonly (readonly [option: string, form: RegExp, rule: string])[] = [
  ["mode", /^0?[0-7]{1,4}$/, "must be an octal file mode, such as 0600"],
  ["format", /^jsonx?$/, "must be one of json, jsonx"],
  ["address", /^(?:.+:\d{1,5}|\/.+)$/, "must be HOST:PORT, or the path of a socket"],
  [
    "socket_type",
    /^(?:tcp|tcp4|tcp6|udp|udp4|udp6|unix|unixgram|unixpacket)$/,
    "must be a network, such as tcp, udp or unix",
  ],
  ...["log_raw", "hmac_accessor", "elide_list_responses", "fallback"].map(
    (flag) => [flag, /^(?:1|0|t|f|true|false)$/i, 'must be "true" or "false"'] as const,
  ),
];

function formIssues(options: Values): Issue[] {
  return optionForms.flatMap(([option, form, rule]) => {
    const actual = options[option];
    return typeof actual !== "string" || actual === "" || !isKnown(actual) || form.test(actual)
      ? []
      : [{ path: pathOf("options", option), rule, actual }];
  });
}
