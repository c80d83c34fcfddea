import { durationSeconds } from "../internal/duration.js";
import { withoutNulls } from "../internal/records.js";
import type { Issue } from "../internal/validation/issues.js";
import { isKnown } from "../internal/validation/known.js";
import { addressProblem, proxyProblem, serverNameProblem } from "../vault/address.js";
import { checkCertificates, checkKey } from "../vault/certificates.js";
import { longestTimeoutSeconds } from "../vault/settings.js";
import { settingNames } from "../vault/vaultSettings.js";
import type { Values } from "./fields.js";
import { kubernetesConnectionRules } from "./kubernetesConnectionRules.js";
import { loginRules } from "./loginRules.js";
import { isGiven, unknownArguments } from "./rules.js";

const argumentNames: readonly string[] = [...settingNames, "kubernetes", "login", "onVaultReplaced"];

const texts: readonly string[] = settingNames.filter(
  (name) => !["skipTlsVerify", "requestTimeout", "maxRetries"].includes(name),
);

/** Whether a URL holds a user name or a password. */
export function hasCredentials(address: string): boolean {
  return address.includes("@");
}

/** The rules of a connection's arguments. No value is quoted that can be secret. */
export function connectionRules(given: Values): Issue[] {
  const args = withoutNulls(given);
  return [
    ...unknownArguments(args, argumentNames),
    ...texts.flatMap((name) =>
      isGiven(args[name]) && typeof args[name] !== "string" ? [{ path: name, rule: "must be a text" }] : [],
    ),
    ...addressRules(args),
    ...nameRules(args),
    ...limitRules(args),
    ...certificateRules(args),
    ...kubernetesConnectionRules(args),
    ...loginRules(args.login),
  ];
}

function knownText(args: Values, name: string): string | undefined {
  const value = args[name];
  return typeof value === "string" && isKnown(value) ? value : undefined;
}

function addressRules(args: Values): Issue[] {
  const issues: Issue[] = [];
  for (const [name, problemOf, fix] of [
    ["address", addressProblem, "Write https://vault.example.com:8200."],
    ["proxyAddress", proxyProblem, "Write http://proxy.example.com:3128."],
  ] as const) {
    const address = knownText(args, name);
    const rule = address === undefined ? undefined : problemOf(address);
    if (address !== undefined && rule !== undefined) {
      issues.push({ path: name, rule, actual: hasCredentials(address) ? undefined : address, fix });
    }
  }
  const namespace = knownText(args, "namespace");
  if (namespace !== undefined && !/^[\x21-\x7e]*$/.test(namespace)) {
    issues.push({ path: "namespace", rule: "must be printable ASCII without spaces", actual: namespace });
  }
  return issues;
}

/** Names of a host and of files. */
function nameRules(args: Values): Issue[] {
  const host = knownText(args, "tlsServerName");
  const rule = host === undefined ? undefined : serverNameProblem(host);
  const issues: Issue[] = rule === undefined ? [] : [{ path: "tlsServerName", rule, actual: host }];
  for (const name of ["caCertificateFile", "clientCertificateFile", "clientKeyFile"]) {
    const file = knownText(args, name);
    if (file !== undefined && (file.trim() === "" || file.includes("\0"))) {
      issues.push({ path: name, rule: "must be the path of a file", actual: file });
    }
  }
  return issues;
}

function limitRules({ requestTimeout, maxRetries, skipTlsVerify, onVaultReplaced }: Values): Issue[] {
  const issues: Issue[] = [];
  const seconds = isGiven(requestTimeout) ? Number(durationSeconds(requestTimeout)) : undefined;
  if (seconds !== undefined && !(seconds > 0 && seconds <= longestTimeoutSeconds)) {
    issues.push({
      path: "requestTimeout",
      rule: "must be a length of time above 0 and below 24 days",
      actual: requestTimeout,
    });
  }
  if (isGiven(maxRetries) && !(Number.isSafeInteger(maxRetries) && Number(maxRetries) >= 0)) {
    issues.push({ path: "maxRetries", rule: "must be a whole number of at least 0", actual: maxRetries });
  }
  if (isGiven(skipTlsVerify) && typeof skipTlsVerify !== "boolean" && !/^(?:true|false)$/.test(String(skipTlsVerify))) {
    issues.push({ path: "skipTlsVerify", rule: "must be true or false", actual: skipTlsVerify });
  }
  if (isGiven(onVaultReplaced) && onVaultReplaced !== "refuse" && onVaultReplaced !== "recreate") {
    issues.push({ path: "onVaultReplaced", rule: 'must be "refuse" or "recreate"', actual: onVaultReplaced });
  }
  return issues;
}

/** PEM texts are looked at before anything is created; files are read where the provider runs, which may be elsewhere. */
function certificateRules(args: Values): Issue[] {
  const issues: Issue[] = [];
  const check = (path: string, run: () => void) => {
    try {
      run();
    } catch (error) {
      issues.push({ path, rule: (error as Error).message.replace(/^\w+: /, "") });
    }
  };
  for (const name of ["caCertificate", "clientCertificate"]) {
    const text = knownText(args, name);
    if (text !== undefined) {
      check(name, () => checkCertificates(name, text));
    }
  }
  const [certificate, key] = [knownText(args, "clientCertificate"), knownText(args, "clientKey")];
  if (key !== undefined && !issues.some(({ path }) => path === "clientCertificate")) {
    check("clientKey", () => checkKey({ source: "clientKey", text: key }, certificate));
  }
  const isThere = (...names: string[]) => names.some((name) => args[name] !== undefined);
  const hasCertificate = isThere("clientCertificate", "clientCertificateFile");
  if (hasCertificate !== isThere("clientKey", "clientKeyFile")) {
    issues.push({
      path: hasCertificate ? "clientKey" : "clientCertificate",
      rule: "is missing: a client certificate and its key belong together",
    });
  }
  return issues;
}
