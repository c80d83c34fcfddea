import { isIP } from "node:net";
import { pathOf, under, type Issue } from "../internal/validation/issues.js";
import { isKnown } from "../internal/validation/known.js";
import type { ServiceTemplate, ServiceTemplateSpec } from "./podTemplate.js";

/** What Kubernetes asks of the fields of Services together, and KubeVault of the templates. */
export function serviceTemplateIssues(templates: readonly ServiceTemplate[]): Issue[] {
  const known = templates.map((template) =>
    isKnown(template) && isKnown(template.alias) ? template.alias : undefined,
  );
  return templates.flatMap((template, index) => [
    ...(known[index] !== undefined && known.indexOf(known[index]) !== index
      ? [
          {
            path: `[${index}].alias`,
            rule: "must differ from the aliases of the others: the first template of a Service counts",
            actual: known[index],
          },
        ]
      : []),
    ...(isKnown(template) && isKnown(template.spec) && template.spec !== undefined
      ? under(`[${index}].spec`, serviceIssues(template.spec))
      : []),
  ]);
}

function serviceIssues(spec: ServiceTemplateSpec): Issue[] {
  const { type = "ClusterIP", clusterIP, ports, externalIPs, loadBalancerSourceRanges } = spec;
  const { externalTrafficPolicy, healthCheckNodePort, sessionAffinityConfig } = spec;
  const open = type === "NodePort" || type === "LoadBalancer" || !isKnown(type);
  const balanced = type === "LoadBalancer" || !isKnown(type);
  const needs = (path: string, value: unknown, holds: boolean, what: string): Issue[] =>
    value === undefined || holds ? [] : [{ path, rule: `needs ${what}`, fix: "Leave it out." }];
  const list = isKnown(ports) ? (ports ?? []) : [];
  return [
    ...needs("externalTrafficPolicy", externalTrafficPolicy, open, "type NodePort or LoadBalancer"),
    ...needs("loadBalancerSourceRanges", loadBalancerSourceRanges, balanced, "type LoadBalancer"),
    ...needs("loadBalancerIP", spec.loadBalancerIP, balanced, "type LoadBalancer"),
    ...needs(
      "healthCheckNodePort",
      healthCheckNodePort,
      balanced && (externalTrafficPolicy === "Local" || !isKnown(externalTrafficPolicy)),
      'type LoadBalancer and externalTrafficPolicy: "Local"',
    ),
    ...(clusterIP === undefined || !isKnown(clusterIP) || ["", "None"].includes(clusterIP) || isIP(clusterIP) !== 0
      ? []
      : [{ path: "clusterIP", rule: "must be an IP address or None", actual: clusterIP }]),
    ...(clusterIP === "None" && open && isKnown(type)
      ? [{ path: "clusterIP", rule: `cannot be None with type ${type}`, fix: "Leave it out." }]
      : []),
    ...(isKnown(externalIPs) ? (externalIPs ?? []) : []).flatMap((address, index) =>
      !isKnown(address) || isIP(address) !== 0
        ? []
        : [{ path: pathOf("externalIPs", index), rule: "must be an IP address", actual: address }],
    ),
    ...(isKnown(loadBalancerSourceRanges) ? (loadBalancerSourceRanges ?? []) : []).flatMap((range, index) =>
      !isKnown(range) || isRange(range)
        ? []
        : [
            {
              path: pathOf("loadBalancerSourceRanges", index),
              rule: "must be a range of IP addresses such as 10.0.0.0/8",
              actual: range,
            },
          ],
    ),
    ...list.flatMap((port, index) =>
      isKnown(port) ? needs(`ports[${index}].nodePort`, port.nodePort, open, "type NodePort or LoadBalancer") : [],
    ),
    ...portNameIssues(list),
    ...timeoutIssues(sessionAffinityConfig),
  ];
}

function isRange(range: string): boolean {
  const [address = "", bits = "", ...more] = range.split("/");
  const version = isIP(address);
  return version !== 0 && more.length === 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128);
}

function portNameIssues(ports: NonNullable<ServiceTemplateSpec["ports"]>): Issue[] {
  const names = ports.map((port) => (isKnown(port) ? port.name : ""));
  return names.flatMap((name, index): Issue[] => {
    const path = `ports[${index}].name`;
    if (name === undefined) {
      return ports.length > 1 ? [{ path, rule: "is required where there is more than one port" }] : [];
    }
    if (name === "" || !isKnown(name)) {
      return [];
    }
    return names.indexOf(name) === index
      ? []
      : [{ path, rule: "must differ from the names of the others", actual: name }];
  });
}

function timeoutIssues(config: ServiceTemplateSpec["sessionAffinityConfig"]): Issue[] {
  const seconds = isKnown(config) && isKnown(config?.clientIP) ? config?.clientIP?.timeoutSeconds : undefined;
  return seconds === undefined || !isKnown(seconds) || seconds <= 86_400
    ? []
    : [
        {
          path: "sessionAffinityConfig.clientIP.timeoutSeconds",
          rule: "must be at most 86400, a day",
          actual: seconds,
        },
      ];
}
