import * as pulumi from "@pulumi/pulumi";
import { assumedRoleIssues, assumedRoleWarnings } from "../iam/sessionRules.js";
import { mapRecord } from "../internal/records.js";
import { findingReporter } from "../internal/validation/reportFindings.js";
import { validateInputs, whenKnownAtPreview } from "../internal/validation/validateInputs.js";
import { connectionIssues } from "./connectionIssues.js";
import { platformRoles } from "./scope.js";
import type { VaultPlatformArgs } from "./vaultPlatformArgs.js";
import { templateIssues } from "./identityRules.js";
import { protectionIssues } from "./protectionRules.js";

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
    ];
    report.pass(assumedRoleWarnings(known.roles, known.assumableRoles), undefined);
    if (issues.length > 0) {
      report.reject(issues);
    }
  };
  whenKnownAtPreview(compared, check);
  pulumi.output(compared).apply(check);
}

/** The arguments with an address that never resolves to one that breaks a rule: the connection is not created with it. */
export function withCheckedAddress(
  resource: pulumi.Resource,
  name: string,
  args: VaultPlatformArgs,
): VaultPlatformArgs {
  const { vaultAddress } = args;
  if (vaultAddress === undefined || typeof vaultAddress === "string") {
    return args;
  }
  const subject = `VaultPlatform ${JSON.stringify(name)}`;
  const checked = validateInputs(resource, subject, { vaultAddress }, connectionIssues);
  return { ...args, vaultAddress: checked.vaultAddress };
}
