import { rolePath, type Finding } from "../../internal/validation/findings.js";
import type { AwsSecretsRoleSpec } from "../../secretsengine/roleSpec.js";
import type { RequestContext } from "./conditions.js";
import type { AccessRequest } from "./evaluate.js";
import type { RootPolicies } from "./rootPolicies.js";

/**
 * What whoever reads a session token of the root user has: all of its rights, whatever Vault's policies say. AWS refuses such tokens only IAM, unless
 * they were asked for with MFA, and most of STS.
 *
 * @param assumedRoles ARNs of the roles that the root credential is to assume
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html
 */
export function sessionTokenFindings(
  policies: RootPolicies,
  assumedRoles: readonly string[],
  name: string,
  { credentialType, mfaSerialNumber }: AwsSecretsRoleSpec,
): Finding[] {
  if (credentialType !== "session_token") {
    return [];
  }
  const hasMfa = mfaSerialNumber !== undefined && mfaSerialNumber !== "";
  // A token's requests carry what those of the user's key lack.
  const context: RequestContext = {
    "aws:MultiFactorAuthPresent": String(hasMfa),
    "aws:MultiFactorAuthAge": hasMfa ? { like: "*" } : null,
    "aws:TokenIssueTime": { like: "*" },
  };
  const isAllowed = (decide: "decide" | "decideService", request: AccessRequest): "all" | "some" | undefined => {
    const { verdict } = policies[decide]({ ...request, context });
    return verdict === "allowed" ? "all" : verdict === "conditional" || verdict === "partial" ? "some" : undefined;
  };
  const inServices = isAllowed("decideService", { action: "*", resource: "*", exceptActions: ["iam:*", "sts:*"] });
  const roles = [...new Set(assumedRoles)].filter((arn) =>
    isAllowed("decide", { action: "sts:AssumeRole", resource: arn }),
  );
  const unread = policies.unreadArnsForServices;
  const texts = [
    ...(inServices === undefined
      ? []
      : [
          inServices === "all"
            ? "do everything in all services but IAM and STS"
            : "do what its policies allow in other services",
        ]),
    ...(roles.length === 0 ? [] : [`assume ${roles.join(", ")}`]),
    ...(unread.length === 0 ? [] : [`do what ${unread.join(", ")} allows`]),
    ...(hasMfa && isAllowed("decide", { action: "iam:*", resource: "*" })
      ? ["call IAM, since the token is asked for with MFA"]
      : []),
  ];
  return texts.length === 0
    ? []
    : [
        {
          severity: "warning",
          path: rolePath(name),
          role: name,
          problem: `whoever reads these credentials has the rights of the root credential itself: they can ${texts.join("; ")}`,
          fix: "Give session_token roles a mount and a RootCredential of their own, which may do what the sessions need and no more.",
        },
      ];
}
