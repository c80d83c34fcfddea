import type { Issue } from "../internal/validation/issues.js";
import { isKnown } from "../internal/validation/known.js";

/**
 * The rules for what the names of SSM parameters begin with. KubeVault's unsealer puts it before the names as it is, and Vault's identity gets rights on
 * everything below it.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html
 */
export function parameterPrefixIssues(path: string, prefix: unknown): Issue[] {
  if (prefix === undefined || !isKnown(prefix)) {
    return [];
  }
  const issue = (rule: string, fix: string): Issue[] => [{ path, rule, actual: prefix, fix }];
  if (typeof prefix !== "string" || !/^\/(.*\/)?$/s.test(prefix)) {
    return issue(
      "must start and end with a slash: the unsealer puts it before the parameters' names as it is",
      `Write ${typeof prefix === "string" && prefix !== "" ? JSON.stringify(`/${prefix.replace(/^\/+|\/+$/g, "")}/`) : '"/vault/"'}.`,
    );
  }
  if (/^\/+$/.test(prefix)) {
    return issue(
      "must not be / alone: Vault would get rights on every SSM parameter of the account",
      'Write "/vault/".',
    );
  }
  if (!/^(\/[\w.-]+)+\/$/.test(prefix)) {
    return issue(
      "must consist of letters, digits, underscores, hyphens and dots between slashes",
      'Write "/vault/prod/".',
    );
  }
  if (/^\/(aws|ssm)/i.test(prefix)) {
    return issue("must not begin with /aws or /ssm, which AWS reserves", 'Write "/vault/prod/".');
  }
  if (prefix.split("/").length - 2 > levelQuota - 1) {
    return issue(
      `must have at most ${levelQuota - 1} levels: SSM takes ${levelQuota}, and the parameters' names are the last`,
      'Write "/vault/prod/".',
    );
  }
  return prefix.length > lengthQuota - nameLength
    ? issue(
        `must be at most ${lengthQuota - nameLength} characters long: SSM takes ${lengthQuota}, and the parameters' names follow`,
        'Write "/vault/prod/".',
      )
    : [];
}

/** The greatest number of levels of a parameter's name, and its greatest length. */
const levelQuota = 15;
const lengthQuota = 1011;
/** Kept free for the names that KubeVault makes of cluster, namespace and VaultServer. */
const nameLength = 311;
