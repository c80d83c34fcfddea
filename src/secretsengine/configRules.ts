import { pathOf, type Issue } from "../internal/validation/issues.js";
import { isFullyKnown, isKnown } from "../internal/validation/known.js";
import { durationSeconds } from "../internal/duration.js";
import type { Values } from "../vaultresource/fields.js";
import { mountFields } from "./mountFields.js";
import { leaseFields, staticRoleFields } from "./otherFields.js";
import { rootConfigFields } from "./rootConfigFields.js";
import type { Duration } from "../internal/duration.js";
import { iamArnRules, isGiven, kindRules, mayBeSet, notLonger, requiredText } from "../vaultresource/rules.js";

/** The rules of a mount's settings. */
export function mountSettingsRules(mount: Values): Issue[] {
  const issues = [...kindRules(mountFields, mount), ...notLonger(mount, "defaultLeaseTtl", "maxLeaseTtl")];
  const visibility = mount.listingVisibility;
  if (isGiven(visibility) && !["", "hidden", "unauth"].includes(visibility as string)) {
    issues.push({ path: "listingVisibility", rule: 'must be "hidden" or "unauth"', actual: visibility });
  }
  if (mount.onPathChange !== undefined && !["replace", "remount"].includes(mount.onPathChange as string)) {
    issues.push({ path: "onPathChange", rule: 'must be "replace" or "remount"', actual: mount.onPathChange });
  }
  return issues;
}

/**
 * The rules of `config/root`.
 *
 * @param config the arguments; `secretKey` is only looked at for being there
 */
export function rootConfigRules(config: Values): Issue[] {
  const given = (name: string) => config[name] !== undefined && config[name] !== null && config[name] !== "";
  const set = (name: string) => mayBeSet(rootConfigFields, config, name);
  const issues = kindRules(rootConfigFields, config);
  if (given("accessKey") !== given("secretKey")) {
    issues.push({
      path: given("accessKey") ? "secretKey" : "accessKey",
      rule: "is missing: accessKey and secretKey belong together",
      fix: "Give both, or neither to let Vault use the identity of the machine it runs on.",
    });
  }
  const { accessKey, region, maxRetries } = config;
  if (isGiven(accessKey) && accessKey !== "" && !/^\w{16,128}$/.test(accessKey as string)) {
    issues.push({
      path: "accessKey",
      rule: "must be an access key ID of 16 to 128 letters and digits",
      actual: accessKey,
    });
  }
  for (const [name, value] of [
    ["region", region],
    ["stsRegion", config.stsRegion],
  ] as const) {
    if (isGiven(value) && value !== "" && !/^[a-z]{2}(?:-[a-z]+)+-\d+$/.test(value as string)) {
      issues.push({ path: name, rule: "must be the name of an AWS region, such as eu-central-1", actual: value });
    }
  }
  if (isGiven(maxRetries) && (maxRetries as number) < -1) {
    issues.push({
      path: "maxRetries",
      rule: "must be at least 0, or -1 for the default of the AWS SDK",
      actual: maxRetries,
    });
  }
  issues.push(...endpointRules(config), ...fallbackRules(config), ...templateRules(config.usernameTemplate));
  if (set("identityTokenAudience")) {
    if (given("accessKey")) {
      issues.push({ path: "identityTokenAudience", rule: "must not be given together with accessKey" });
    }
    if (!set("roleArn")) {
      issues.push({ path: "roleArn", rule: "is required together with identityTokenAudience" });
    }
  }
  issues.push(...iamArnRules("roleArn", config.roleArn, "role"), ...rotationRules(config));
  return issues;
}

function endpointRules(config: Values): Issue[] {
  const endpoints: [string, unknown][] = [
    ["iamEndpoint", config.iamEndpoint],
    ["stsEndpoint", config.stsEndpoint],
  ];
  if (Array.isArray(config.stsFallbackEndpoints)) {
    config.stsFallbackEndpoints.forEach((endpoint: unknown, index) => {
      endpoints.push([pathOf("stsFallbackEndpoints", index), endpoint]);
    });
  }
  return endpoints.flatMap(([path, value]) =>
    typeof value === "string" && value !== "" && isKnown(value) && !/^https?:\/\/\S+$/.test(value)
      ? [{ path, rule: "must be an http or https URL", actual: value }]
      : [],
  );
}

function fallbackRules(config: Values): Issue[] {
  const { stsFallbackEndpoints: endpoints, stsFallbackRegions: regions } = config;
  const count = (list: unknown) => (Array.isArray(list) ? list.length : 0);
  if (!isKnown(endpoints) || !isKnown(regions)) {
    return [];
  }
  if (count(endpoints) !== count(regions)) {
    return [
      {
        path: "stsFallbackRegions",
        rule: `must be as many as stsFallbackEndpoints (${count(endpoints)})`,
        actual: count(regions),
      },
    ];
  }
  return count(endpoints) > 0 && (config.stsEndpoint === undefined || config.stsEndpoint === "")
    ? [{ path: "stsEndpoint", rule: "is required where there are fallbacks for it" }]
    : [];
}

/** Vault takes any template and fails when the first credentials are read. */
function templateRules(template: unknown): Issue[] {
  if (typeof template !== "string" || template === "" || !isKnown(template)) {
    return [];
  }
  const issues: Issue[] = [];
  if (template !== template.trim() || /[\r\n]/.test(template)) {
    issues.push({
      path: "usernameTemplate",
      rule: "must not have line breaks, nor spaces at its ends: they would become part of the user's name",
    });
  }
  if ((template.match(/\{\{/g) ?? []).length !== (template.match(/\}\}/g) ?? []).length) {
    issues.push({ path: "usernameTemplate", rule: "must close each {{ with }}", actual: template });
  }
  return issues;
}

function rotationRules(config: Values): Issue[] {
  const set = (name: string) => mayBeSet(rootConfigFields, config, name);
  const issues: Issue[] = [];
  if (set("rotationSchedule") && set("rotationPeriod")) {
    issues.push({ path: "rotationPeriod", rule: "must not be given together with rotationSchedule" });
  }
  if (set("rotationWindow") && !set("rotationSchedule")) {
    issues.push({ path: "rotationWindow", rule: "has a meaning only together with rotationSchedule" });
  }
  const automatic = set("rotationSchedule") || set("rotationPeriod");
  if (config.reseedTrigger !== undefined && config.rotateRootTrigger === undefined && !automatic) {
    issues.push({ path: "reseedTrigger", rule: "has a meaning only together with a rotation of the key" });
  }
  return issues;
}

/** The rules of `config/lease`. Vault checks neither of the last two. */
export function leaseRules(config: Values): Issue[] {
  return [
    ...kindRules(leaseFields, config),
    ...leaseFields.flatMap(({ name }) =>
      config[name] === undefined || config[name] === null
        ? [
            {
              path: name,
              rule: "is required",
              fix: 'Vault takes both or none; "0s" stands for the mount\'s own limit.',
            },
          ]
        : [],
    ),
    ...notLonger(config, "lease", "leaseMax"),
  ];
}

/** The rules of a static role. */
export function staticRoleRules(role: Values): Issue[] {
  const issues = [
    ...kindRules(staticRoleFields, role),
    ...requiredText(role, "username", "Name the IAM user whose key Vault shall rotate."),
  ];
  const { username, rotationPeriod } = role;
  if (typeof username === "string" && isKnown(username) && username !== "" && !/^[\w+=,.@-]{1,64}$/.test(username)) {
    issues.push({ path: "username", rule: "must be the name of an IAM user, not its ARN or path", actual: username });
  }
  if (rotationPeriod === undefined || rotationPeriod === null) {
    issues.push({ path: "rotationPeriod", rule: "is required", fix: 'Say how often the key shall change: "24h".' });
  } else if (isFullyKnown(rotationPeriod)) {
    const seconds = durationSeconds(rotationPeriod as Duration);
    if (seconds !== undefined && seconds < 60) {
      issues.push({ path: "rotationPeriod", rule: "must be at least 60 seconds", actual: rotationPeriod });
    }
  }
  issues.push(...iamArnRules("assumeRoleArn", role.assumeRoleArn, "role"));
  if (mayBeSet(staticRoleFields, role, "assumeRoleSessionName") && !mayBeSet(staticRoleFields, role, "assumeRoleArn")) {
    issues.push({ path: "assumeRoleArn", rule: "is required together with assumeRoleSessionName" });
  }
  if (mayBeSet(staticRoleFields, role, "externalId") && !mayBeSet(staticRoleFields, role, "assumeRoleArn")) {
    issues.push({ path: "assumeRoleArn", rule: "is required together with externalId" });
  }
  return issues;
}
