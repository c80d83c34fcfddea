/** What the last part of an ARN of IAM begins with, unless it is `*`. */
const iamTypes = [
  "access-report/",
  "federated-user/",
  "group/",
  "instance-profile/",
  "mfa/",
  "oidc-provider/",
  "policy/",
  "report/",
  "role/",
  "saml-provider/",
  "server-certificate/",
  "sms-mfa/",
  "user/",
];

/** What the last part of an ARN of S3 begins with where it has a region: buckets and objects have none. */
const regionalS3Types = /^(?:access-?point|access-grants|async-request|job|storage-lens)/;

/**
 * What makes AWS reject a text of `Resource` or `NotResource`, as a rule; undefined where it takes it.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
 */
export function resourceProblem(resource: string): string | undefined {
  if (resource === "*") {
    return undefined;
  }
  const parts = resource.replace(/\$\{[^}]*\}/g, "${}").split(":");
  const [arn, partition = "", service = "", region = "", account = "", ...last] = parts;
  const isComplete = last.join("") !== "";
  // Parts that are left out after a wildcard are wildcards; an empty one before it is not.
  if (arn !== "arn" || !(isComplete || (resource.endsWith("*") && !/\s|::/.test(resource)))) {
    return 'must be an ARN or "*"';
  }
  if (!hasWildcard(partition) && !/^aws(?:-[a-z]+)*$/.test(partition)) {
    return "must be an ARN of a partition of AWS, such as aws or aws-cn";
  }
  if (!/^[A-Za-z0-9-]+$/.test(service)) {
    return "must name one service of AWS: AWS takes no wildcard or variable in its place";
  }
  if (/^\d+$/.test(account) && account.length !== 12) {
    return "must name an account by its 12 digits";
  }
  return ofService(service, region, last.join(":"));
}

function ofService(service: string, region: string, last: string): string | undefined {
  const hasRegion = region !== "" && !hasWildcard(region);
  if (service === "iam") {
    if (hasRegion) {
      return "must have no region: IAM has none";
    }
    return last === "" || last === "*" || last.startsWith("${") || iamTypes.some((type) => last.startsWith(type))
      ? undefined
      : `must be "*" after the fifth colon, or begin there with one of ${iamTypes.join(", ")}`;
  }
  return service === "s3" && hasRegion && last !== "" && !hasWildcard(last.slice(0, 1)) && !regionalS3Types.test(last)
    ? "must have no region: the ARNs of buckets and objects have none"
    : undefined;
}

function hasWildcard(text: string): boolean {
  return /[*?]/.test(text);
}
