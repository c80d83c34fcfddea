import { isAccessKeyId, isSessionKeyId } from "../aws/accessKeys.js";
import { cronProblem } from "./cronSchedule.js";
import { templateProblems } from "./usernameTemplate/usernameTemplate.js";
import { pathOf, under, type Issue } from "../internal/validation/issues.js";
import { isKnown } from "../internal/validation/known.js";
import { durationSeconds } from "../internal/duration.js";
import { adoptionSettings, type Values } from "../vaultresource/fields.js";
import {
  credentialFields,
  credentialSettings,
  keyReadinessFields,
  leaseFields,
  mountFields,
  mountSettings,
  rootConfigFields,
  rootConfigSettings,
  staticRoleFields,
} from "./engineFields.js";
import {
  iamArnRules,
  isGiven,
  kindRules,
  mayBeSet,
  mountPathRules,
  notLonger,
  objectNameRules,
  requiredText,
  secondsBetween,
  unknownArguments,
} from "../vaultresource/rules.js";
import { urlRules } from "../vaultresource/urlRules.js";

/** The rules of a mount's settings. */
export function mountSettingsRules(mount: Values): Issue[] {
  return [
    ...kindRules([...mountFields, ...mountSettings, ...adoptionSettings], mount),
    ...notLonger(mount, "defaultLeaseTtl", "maxLeaseTtl"),
  ];
}

/**
 * The rules of `config/root`. Neither of the keys is ever quoted: either may have been given in the place of the other.
 *
 * @param config the arguments
 */
export function rootConfigRules(config: Values): Issue[] {
  const given = (name: string) => config[name] !== undefined && config[name] !== null && config[name] !== "";
  const set = (name: string) => mayBeSet(rootConfigFields, config, name);
  const issues = kindRules([...rootConfigFields, ...rootConfigSettings, ...adoptionSettings], config);
  if (given("accessKey") !== given("secretKey") && config.secretKeyDigest === undefined) {
    issues.push({
      path: given("accessKey") ? "secretKey" : "accessKey",
      rule: "is missing: accessKey and secretKey belong together",
      fix: "Give both, or neither to let Vault use the identity of the machine it runs on.",
    });
  }
  issues.push(...keyRules(config));
  const { maxRetries } = config;
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
  } else {
    for (const path of ["roleArn", "identityTokenTtl"].filter(set)) {
      issues.push({
        path,
        rule: "needs identityTokenAudience: Vault uses it for workload identity federation only",
        actual: config[path],
        fix: "Give identityTokenAudience (Vault Enterprise), or leave it out.",
      });
    }
  }
  issues.push(
    ...iamArnRules("roleArn", config.roleArn, "role"),
    ...rotationRules(config),
    ...keyReadinessRules(config),
  );
  return issues;
}

function keyRules({ accessKey, secretKey }: Values): Issue[] {
  const fix = "Are accessKey and secretKey swapped?";
  const issues: Issue[] = [];
  if (typeof accessKey === "string" && isGiven(accessKey) && accessKey !== "" && !isAccessKeyId(accessKey)) {
    issues.push({
      path: "accessKey",
      rule: "must be an access key ID, such as AKIAIOSFODNN7EXAMPLE: 16 to 32 capital letters and digits",
      fix: `The value is not shown: it may be a secret. ${fix}`,
    });
  }
  if (isSessionKeyId(accessKey)) {
    issues.push({
      path: "accessKey",
      rule: "must be the key of an IAM user, and is a session's, whose ID begins with ASIA: config/root takes no session token",
      fix: "Give a key that begins with AKIA.",
    });
  }
  if (isGiven(secretKey) && typeof secretKey !== "string") {
    issues.push({ path: "secretKey", rule: "must be a text" });
  } else if (isGiven(secretKey) && !/^[\x21-\x7e]*$/.test(secretKey as string)) {
    issues.push({
      path: "secretKey",
      rule: "must be printable ASCII without spaces and line breaks",
      fix: "Cut off the line break that secrets often end with.",
    });
  } else if (isGiven(secretKey) && isAccessKeyId(secretKey)) {
    issues.push({ path: "secretKey", rule: "must be a secret access key, and looks like an access key ID", fix });
  }
  return issues;
}

/** The rules of `keyReadiness`, and of what is in it. */
export function keyReadinessRules({ keyReadiness }: Values): Issue[] {
  if (keyReadiness === undefined || keyReadiness === null || !isKnown(keyReadiness)) {
    return [];
  }
  if (typeof keyReadiness !== "object" || Array.isArray(keyReadiness)) {
    return [{ path: "keyReadiness", rule: "must be an object", actual: keyReadiness, fix: "Write { timeout: 300 }." }];
  }
  const readiness = keyReadiness as Values;
  return under("keyReadiness", [
    ...unknownArguments(
      readiness,
      keyReadinessFields.map((field) => field.name),
    ),
    ...kindRules(keyReadinessFields, readiness),
    ...urlRules("stsEndpoint", readiness.stsEndpoint),
  ]);
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
  return endpoints.flatMap(([path, value]) => urlRules(path, value));
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
  if (count(endpoints) === 0) {
    return [];
  }
  const isLeftOut = (name: string) => (config[name] ?? "") === "";
  return [
    ...(isLeftOut("stsEndpoint")
      ? [{ path: "stsEndpoint", rule: "is required where there are fallbacks for it" }]
      : []),
    ...(isLeftOut("stsRegion") && isLeftOut("region")
      ? [
          {
            path: "stsRegion",
            rule: "is required where there are fallbacks and no region: Vault counts as many regions as endpoints, and reads no credentials else",
          },
        ]
      : []),
  ];
}

/** Vault takes any template and fails when the first credentials are read. */
function templateRules(template: unknown): Issue[] {
  if (typeof template !== "string" || template === "" || !isKnown(template)) {
    return [];
  }
  return templateProblems(template).map((rule) => ({ path: "usernameTemplate", rule, actual: template }));
}

function rotationRules(config: Values): Issue[] {
  const set = (name: string) => mayBeSet(rootConfigFields, config, name);
  const { rotationSchedule: schedule } = config;
  const issues = secondsBetween(config, "rotationWindow", 3600, Infinity, "Vault takes no shorter one.");
  const problem =
    typeof schedule === "string" && isKnown(schedule) && schedule !== "" ? cronProblem(schedule) : undefined;
  if (problem !== undefined) {
    issues.push({
      path: "rotationSchedule",
      rule: problem,
      actual: schedule,
      fix: 'Write "0 3 * * SAT" for Saturdays at 03:00 UTC.',
    });
  }
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
    ...kindRules([...leaseFields, ...adoptionSettings], config),
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
    ...kindRules([...staticRoleFields, ...adoptionSettings], role),
    ...requiredText(role, "username", "Name the IAM user whose key Vault shall rotate."),
  ];
  if ((role.rotationPeriod ?? undefined) === undefined) {
    issues.push({ path: "rotationPeriod", rule: "is required", fix: 'Say how often the key shall change: "24h".' });
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

/** The rules of credentials that are read from a role. */
export function credentialsRules(credentials: Values): Issue[] {
  const issues = [
    ...mountPathRules(credentials, "mount"),
    ...objectNameRules(credentials, "role"),
    ...kindRules([...credentialFields, ...credentialSettings], credentials),
    ...iamArnRules("roleArn", credentials.roleArn, "role"),
    ...secondsBetween(credentials, "ttl", 900, 129_600, "AWS grants session credentials no other lifetime."),
    ...keyReadinessRules(credentials),
  ];
  const { ttl, reissueBefore } = credentials;
  if (isGiven(ttl) && isGiven(reissueBefore)) {
    const [life, before] = [durationSeconds(ttl), durationSeconds(reissueBefore)];
    if (life !== undefined && life > 0 && before !== undefined && before >= life) {
      issues.push({
        path: "reissueBefore",
        rule: `must be shorter than ttl (${life} seconds)`,
        actual: reissueBefore,
        fix: "Every up would read new credentials.",
      });
    }
  }
  return issues;
}
