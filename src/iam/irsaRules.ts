import { parseArn } from "../aws/arns.js";
import type { Issue } from "../internal/validation/issues.js";
import { isKnown } from "../internal/validation/known.js";
import type { IrsaSubject } from "./policies/irsaTrustPolicy.js";

/** What is wrong with the ServiceAccount that may assume a role, and with the OIDC provider that vouches for it. */
export function irsaSubjectIssues(subject: Partial<IrsaSubject>): Issue[] {
  return [
    ...oidcProviderIssues("oidcProviderArn", subject.oidcProviderArn),
    ...nameIssues("namespace", subject.namespace, /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/),
    ...nameIssues("serviceAccountName", subject.serviceAccountName, /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/),
  ];
}

function oidcProviderIssues(path: string, arn: unknown): Issue[] {
  if (!isKnown(arn)) {
    return [];
  }
  const parsed = typeof arn === "string" ? parseArn(arn) : undefined;
  if (
    parsed?.service === "iam" &&
    /^\d{12}$/.test(parsed.accountId) &&
    /^oidc-provider\/[^\s*?]+$/.test(parsed.resource)
  ) {
    return [];
  }
  const isUrl = typeof arn === "string" && /^https?:/.test(arn);
  return [
    {
      path,
      rule: "must be the ARN of an IAM OIDC provider, arn:aws:iam::ACCOUNT:oidc-provider/HOST/PATH",
      actual: arn,
      ...(isUrl
        ? { fix: "It is the issuer's URL. Give the ARN of the provider that is registered in IAM for it." }
        : {}),
    },
  ];
}

function nameIssues(path: string, name: unknown, pattern: RegExp): Issue[] {
  return !isKnown(name) || (typeof name === "string" && pattern.test(name))
    ? []
    : [{ path, rule: "must be the name of a Kubernetes object", actual: name }];
}
