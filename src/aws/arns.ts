/**
 * The AWS partitions: the public cloud, China, GovCloud in the US, the European Sovereign Cloud, and the isolated ones. Each writes its ARNs with its
 * own name.
 */
export type Partition =
  "aws" | "aws-cn" | "aws-us-gov" | "aws-eusc" | "aws-iso" | "aws-iso-b" | "aws-iso-e" | "aws-iso-f";

/** The parts of an ARN. */
export interface Arn {
  readonly partition: string;
  readonly service: string;
  /** Empty for global services such as IAM. */
  readonly region: string;
  /** The account's 12 digits, `aws` for policies that AWS manages, empty where a service names no account. */
  readonly accountId: string;
  /** All after the fifth colon: `user/vault/deploy`, `table/vault-data`. */
  readonly resource: string;
}

/**
 * Splits an ARN into its parts.
 *
 * @returns undefined where the text is no ARN
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
 */
export function parseArn(text: string): Arn | undefined {
  const match = /^arn:([^:]+):([^:]+):([^:]*):([^:]*):(.+)$/s.exec(text);
  if (match === null) {
    return undefined;
  }
  const [partition = "", service = "", region = "", accountId = "", resource = ""] = match.slice(1);
  return { partition, service, region, accountId, resource };
}

/** The ARN of an IAM entity: `iamArn("aws", "123456789012", "user/deploy")`. */
export function iamArn(partition: string, accountId: string, resource: string): string {
  return `arn:${partition}:iam::${accountId}:${resource}`;
}

/** An IAM path as ARNs need it: `/` where nothing is given, else as it is. */
export function pathOrRoot(path: string | undefined): string {
  return path === undefined || path === "" ? "/" : path;
}
