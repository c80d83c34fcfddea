import type { Partition } from "./arns.js";
import type { Issue } from "../internal/validation/issues.js";
import { isKnown } from "../internal/validation/known.js";

/** An ARN that names another partition than its region's: nothing has it. */
export function partitionIssues(path: string, arn: unknown, partition: unknown, region: unknown): Issue[] {
  if (
    typeof region !== "string" ||
    typeof partition !== "string" ||
    !isKnown(region) ||
    partition === partitionOfRegion(region)
  ) {
    return [];
  }
  return [
    {
      path,
      rule: `must be an ARN of the partition ${partitionOfRegion(region)}, which ${region} belongs to`,
      actual: arn,
    },
  ];
}

/** The shape of a region's name: AWS adds regions. */
export const regionPattern = /^[a-z]{2,}(?:-[a-z]+)+-\d+$/;

/** The rules for the name of an AWS region. */
export function regionRules(path: string, region: unknown): Issue[] {
  return region === undefined || !isKnown(region) || (typeof region === "string" && regionPattern.test(region))
    ? []
    : [{ path, rule: "must be the name of an AWS region, such as eu-west-1", actual: region }];
}

/**
 * The region of each partition that stands for it where none is given, what the names of its regions begin with, and the domain of its endpoints.
 *
 * @see https://github.com/aws/aws-sdk-go-v2/blob/main/internal/endpoints/awsrulesfn/partitions.json
 */
const partitions: readonly {
  readonly name: Partition;
  readonly prefix: string;
  readonly region: string;
  readonly domain: string;
}[] = [
  { name: "aws-cn", prefix: "cn-", region: "cn-north-1", domain: "amazonaws.com.cn" },
  { name: "aws-us-gov", prefix: "us-gov-", region: "us-gov-west-1", domain: "amazonaws.com" },
  { name: "aws-eusc", prefix: "eusc-", region: "eusc-de-east-1", domain: "amazonaws.eu" },
  { name: "aws-iso", prefix: "us-iso-", region: "us-iso-east-1", domain: "c2s.ic.gov" },
  { name: "aws-iso-b", prefix: "us-isob-", region: "us-isob-east-1", domain: "sc2s.sgov.gov" },
  { name: "aws-iso-e", prefix: "eu-isoe-", region: "eu-isoe-west-1", domain: "cloud.adc-e.uk" },
  { name: "aws-iso-f", prefix: "us-isof-", region: "us-isof-south-1", domain: "csp.hci.ic.gov" },
  { name: "aws", prefix: "", region: "us-east-1", domain: "amazonaws.com" },
];

/** The partition that a region belongs to: `aws-cn` for `cn-north-1`. */
export function partitionOfRegion(region: string): Partition {
  return partitions.find(({ prefix }) => region.startsWith(prefix))?.name ?? "aws";
}

/** The domain of a region's endpoints: `amazonaws.com.cn` for `cn-north-1`. */
export function endpointDomainOf(region: string): string {
  return partitions.find(({ prefix }) => region.startsWith(prefix))?.domain ?? "amazonaws.com";
}

/** The region to call a partition in where none is given: `cn-north-1` for `aws-cn`. */
export function defaultRegionOf(partition: string): string | undefined {
  return partitions.find(({ name }) => name === partition)?.region;
}
