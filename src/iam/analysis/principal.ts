import { parseArn } from "../../aws/arns.js";
import type { RequestContext } from "./conditions.js";

/** What is known of every call that Vault makes itself, over https, rather than a service of AWS on behalf of somebody. */
export const directCallContext: RequestContext = {
  "aws:ViaAWSService": "false",
  "aws:PrincipalIsAWSService": "false",
  "aws:PrincipalServiceName": null,
  "aws:PrincipalServiceNamesList": null,
  "aws:CalledVia": null,
  "aws:CalledViaFirst": null,
  "aws:CalledViaLast": null,
  "aws:SourceArn": null,
  "aws:SourceAccount": null,
  "aws:SourceOrgID": null,
  "aws:SourceOrgPaths": null,
  "aws:SecureTransport": "true",
};

/** Keys that requests carry only where they are signed with temporary credentials. */
const absentFromLongTermKeys: RequestContext = {
  "aws:MultiFactorAuthPresent": null,
  "aws:MultiFactorAuthAge": null,
  "aws:TokenIssueTime": null,
  "aws:FederatedProvider": null,
  "aws:SourceIdentity": null,
  "aws:AssumedRoot": null,
  "aws:userid": { like: "AIDA*" },
};

/**
 * What is known of the requests that an IAM user or role signs, by condition key. Left out is what only AWS knows: `aws:SourceIp`,
 * `aws:PrincipalOrgID`, `aws:PrincipalTag/...`, and the time.
 *
 * @param principalArn ARN of an IAM user or role, or of a role's session
 * @returns nothing for another ARN
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
 */
export function principalContext(principalArn: string): RequestContext {
  const arn = parseArn(principalArn);
  const [, kind, name] = /^(user|role|assumed-role)\/(?:.*\/)?([^/]+)$/.exec(arn?.resource ?? "") ?? [];
  if (arn === undefined || kind === undefined || name === undefined) {
    return {};
  }
  const common: RequestContext = { ...directCallContext, "aws:PrincipalAccount": arn.accountId };
  if (kind === "user") {
    return {
      ...common,
      ...absentFromLongTermKeys,
      "aws:PrincipalArn": principalArn,
      "aws:PrincipalType": "User",
      "aws:username": name,
    };
  }
  return {
    ...common,
    // A session's requests carry the ARN of its role, whose path the session's ARN does not show.
    ...(kind === "role" ? { "aws:PrincipalArn": principalArn } : {}),
    "aws:PrincipalType": "AssumedRole",
    "aws:username": null,
    "aws:userid": { like: "AROA*:*" },
  };
}
