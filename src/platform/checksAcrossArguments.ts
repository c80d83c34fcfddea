import * as pulumi from "@pulumi/pulumi";
import { assumedRoleIssues, assumedRoleWarnings } from "../iam/sessionRules.js";
import { mapRecord } from "../internal/records.js";
import { findingReporter } from "../internal/validation/reportFindings.js";
import { validateInputs, whenKnownAtPreview } from "../internal/validation/validateInputs.js";
import { platformRoles } from "./scope.js";
import type { VaultPlatformArgs } from "./vaultPlatformArgs.js";
import { clusterRegionIssues, templateIssues } from "./identityRules.js";
import { protectionIssues } from "./protectionRules.js";
import { platformIssues } from "./vaultPlatformRules.js";
import type { Issue } from "../internal/validation/issues.js";
import { maskUnknowns } from "../internal/validation/maskUnknowns.js";
import type { Values } from "../vaultresource/fields.js";

/**
 * Compares arguments of a platform whose values are outputs with each other, which none of its children can: at preview each value as soon as it is
 * known, in an update all of them.
 */
export function checkAcrossArguments(resource: pulumi.Resource, name: string, args: VaultPlatformArgs): void {
  const report = findingReporter(resource, `VaultPlatform ${JSON.stringify(name)}`);
  const compared = {
    roles: mapRecord(
      platformRoles(args),
      (_, { credentialType, assumableRoles, externalId, sessionTags, defaultStsTtl, maxStsTtl }) => ({
        credentialType,
        assumableRoles,
        externalId,
        sessionTags,
        defaultStsTtl,
        maxStsTtl,
      }),
    ),
    assumableRoles: mapRecord(args.assumableRoles ?? {}, (_, { externalId, sessionTags, maxSessionDuration }) => ({
      externalId,
      sessionTags,
      maxSessionDuration,
    })),
    rootConfig: { usernameTemplate: args.rootConfig?.usernameTemplate },
    rootCredential: { usernameTemplate: args.rootCredential?.usernameTemplate },
    irsa: { ...args.irsa },
    protectData: args.protectData,
    vaultServer: { terminationPolicy: args.vaultServer.terminationPolicy },
  };
  const check = (resolved: unknown): void => {
    // What is not known yet is `unknownValue` here, which the rules leave out.
    const known = resolved as { [Part in keyof typeof compared]: never };
    const issues = [
      ...assumedRoleIssues(known.roles, known.assumableRoles),
      ...templateIssues(known),
      ...protectionIssues(known),
      ...clusterRegionIssues(known.irsa),
    ];
    report.pass(assumedRoleWarnings(known.roles, known.assumableRoles), undefined);
    if (issues.length > 0) {
      report.reject(issues);
    }
  };
  whenKnownAtPreview(compared, check);
  pulumi.output(compared).apply(check);
}

/**
 * The arguments, in which those that are outputs never resolve to what breaks a rule: the error is shown once, under the platform's own name, and not by
 * each child that the argument is handed to. Outputs within arguments are checked by the children.
 */
export function withCheckedOutputs(
  resource: pulumi.Resource,
  name: string,
  args: VaultPlatformArgs,
): VaultPlatformArgs {
  const subject = `VaultPlatform ${JSON.stringify(name)}`;
  const plain = maskUnknowns(args) as Values;
  const outputs = Object.entries(args).filter(
    ([, value]) => pulumi.Output.isInstance(value) || value instanceof Promise,
  );
  const checked = outputs.map(([key, value]: [string, unknown]) => {
    const isOwn = ({ path }: Issue) => path === key || path.startsWith(`${key}.`) || path.startsWith(`${key}[`);
    const rules = (given: unknown) => platformIssues(name, { ...plain, [key]: (given as Values).value }).filter(isOwn);
    const gated: pulumi.Output<unknown> = validateInputs<object>(resource, subject, { value }, rules);
    return [key, gated.apply((given) => (given as Values).value)] as const;
  });
  return { ...args, ...(Object.fromEntries(checked) as Partial<VaultPlatformArgs>) };
}
