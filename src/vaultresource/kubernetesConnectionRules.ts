import { withoutNulls } from "../internal/records.js";
import { under, type Issue } from "../internal/validation/issues.js";
import { isKnown } from "../internal/validation/known.js";
import { isKubernetesName, serviceRoutes } from "../vault/portForward/kubernetesConnection.js";
import type { Values } from "./fields.js";
import { unknownArguments } from "./rules.js";

const fieldNames = ["namespace", "service", "port", "tls", "kubeconfig", "context", "route", "caSecret"];

/** The rules of a connection that goes through the Kubernetes API. */
export function kubernetesConnectionRules(args: Values): Issue[] {
  const { kubernetes } = args;
  if (kubernetes === undefined || !isKnown(kubernetes)) {
    return [];
  }
  const issues: Issue[] = [];
  if (args.address !== undefined) {
    issues.push({
      path: "kubernetes",
      rule: "cannot be given together with address: Vault is reached at its address or through the Kubernetes API",
      fix: "Leave one of the two out.",
    });
  }
  if (args.proxyAddress !== undefined) {
    issues.push({
      path: "proxyAddress",
      rule: "cannot be given together with kubernetes",
      fix: "A proxy before the Kubernetes API is named by the kubeconfig's proxy-url.",
    });
  }
  if (typeof kubernetes !== "object" || Array.isArray(kubernetes)) {
    return [...issues, { path: "kubernetes", rule: "must be an object with namespace and service" }];
  }
  return [...issues, ...under("kubernetes", fieldIssues(withoutNulls(kubernetes as Values)))];
}

function fieldIssues(tunnel: Values): Issue[] {
  const { port, tls } = tunnel;
  const issues = [...unknownArguments(tunnel, fieldNames), ...clusterRules(tunnel)];
  for (const [field, meaning] of [
    ["namespace", "the namespace of Vault's Service"],
    ["service", "the name of Vault's Service, which is the VaultServer's"],
  ] as const) {
    const name = tunnel[field];
    if (name === undefined) {
      issues.push({ path: field, rule: "is required", fix: `Give ${meaning}.` });
    } else if (isKnown(name) && !(typeof name === "string" && isKubernetesName(name))) {
      issues.push({ path: field, rule: "must be the name of a Kubernetes object", actual: name });
    }
  }
  if (port !== undefined && isKnown(port) && !(Number.isInteger(port) && Number(port) >= 1 && Number(port) <= 65_535)) {
    issues.push({ path: "port", rule: "must be a whole number from 1 to 65535", actual: port });
  }
  if (tls !== undefined && isKnown(tls) && typeof tls !== "boolean") {
    issues.push({ path: "tls", rule: "must be true or false", actual: tls });
  }
  const { route, caSecret } = tunnel;
  if (route !== undefined && isKnown(route) && !(serviceRoutes as readonly unknown[]).includes(route)) {
    issues.push({ path: "route", rule: `must be one of ${serviceRoutes.join(", ")}`, actual: route });
  }
  if (caSecret !== undefined && isKnown(caSecret)) {
    issues.push(...under("caSecret", caSecretIssues(caSecret)));
  }
  return issues;
}

/** The rules for which cluster is meant. A kubeconfig is not quoted: it can hold a token. */
export function clusterRules(args: Values): Issue[] {
  return ["kubeconfig", "context"]
    .filter((name) => {
      const value = args[name];
      return value !== undefined && isKnown(value) && (typeof value !== "string" || value.trim() === "");
    })
    .map((path) => ({
      path,
      rule: "must be a text that is not empty",
      fix: "Leave it out to take KUBECONFIG and its current context.",
    }));
}

function caSecretIssues(caSecret: unknown): Issue[] {
  if (typeof caSecret !== "object" || caSecret === null) {
    return [{ path: "", rule: "must be an object with name and key" }];
  }
  const missing = ["name", "key"].filter((field) => [undefined, ""].includes((caSecret as Values)[field] as undefined));
  return [
    ...unknownArguments(caSecret as Values, ["name", "key"]),
    ...missing.map((field) => ({ path: field, rule: "is required" })),
  ];
}
