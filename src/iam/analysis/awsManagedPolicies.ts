import { parseArn } from "../../aws/arns.js";
import type { PolicyDocument, PolicyStatement } from "../../aws/policyDocument.js";
import { policyDocument } from "../policies/statements.js";

/** A managed policy of AWS whose text is known. */
export interface AwsManagedPolicy {
  readonly document: PolicyDocument;
  /** Whether the document holds what the policy says of IAM and STS only, and leaves other services out. */
  readonly coversIamOnly: boolean;
}

const onAll = (...actions: string[]): PolicyStatement => ({ Effect: "Allow", Action: actions, Resource: "*" });

const iamReads = ["iam:Get*", "iam:List*", "iam:SimulateCustomPolicy", "iam:SimulatePrincipalPolicy"];

const whole: Readonly<Record<string, readonly PolicyStatement[]>> = {
  AdministratorAccess: [onAll("*")],
  AWSDenyAll: [{ Effect: "Deny", Action: "*", Resource: "*" }],
  IAMFullAccess: [onAll("iam:*", "organizations:Describe*", "organizations:List*")],
  IAMReadOnlyAccess: [onAll("iam:GenerateCredentialReport", "iam:GenerateServiceLastAccessedDetails", ...iamReads)],
  PowerUserAccess: [
    { Effect: "Allow", NotAction: ["iam:*", "organizations:*", "account:*"], Resource: "*" },
    onAll("iam:CreateServiceLinkedRole", "iam:DeleteServiceLinkedRole", "iam:ListRoles"),
    onAll("organizations:DescribeOrganization", "account:ListRegions", "account:GetAccountInformation"),
  ],
};

const ofIamOnly: Readonly<Record<string, readonly PolicyStatement[]>> = {
  ReadOnlyAccess: [
    onAll("iam:Generate*", "iam:Get*", "iam:List*", "iam:Simulate*"),
    onAll("sts:GetAccessKeyInfo", "sts:GetCallerIdentity", "sts:GetSessionToken"),
  ],
  SecurityAudit: [
    onAll("iam:GenerateCredentialReport", "iam:GenerateServiceLastAccessedDetails", ...iamReads),
    onAll("sts:GetAccessKeyInfo"),
  ],
  ViewOnlyAccess: [onAll("iam:GetAccountSummary", "iam:GetLoginProfile", "iam:List*")],
};

const known: ReadonlyMap<string, AwsManagedPolicy> = new Map(
  [
    [whole, false],
    [ofIamOnly, true],
  ].flatMap(([table, coversIamOnly]) =>
    Object.entries(table as typeof whole).map(([name, statements]) => [
      name,
      { document: policyDocument(statements), coversIamOnly: coversIamOnly as boolean },
    ]),
  ),
);

/** Whether AWS manages the policy: `arn:aws:iam::aws:policy/ReadOnlyAccess`. */
export function isAwsManaged(policyArn: string): boolean {
  const arn = parseArn(policyArn);
  return arn?.service === "iam" && arn.accountId === "aws" && arn.resource.startsWith("policy/");
}

/**
 * What a managed policy of AWS allows, where it is one of those that matter most to Vault's identity. The others are taken to grant
 * nothing that Vault calls in IAM and STS.
 *
 * @returns undefined where the text is not known
 * @see https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html
 */
export function awsManagedPolicy(policyArn: string): AwsManagedPolicy | undefined {
  return isAwsManaged(policyArn) ? known.get(nameOf(policyArn)) : undefined;
}

const passesRoles = "hand any role to a service that it starts, and so use the role's rights";

/** Other policies of AWS by which their holder certainly gains rights, and how. A test searches all of AWS's policies for them. */
const escalating: ReadonlyMap<string, string> = new Map([
  ["AWSElasticBeanstalkService", passesRoles],
  ["AdministratorAccess-Amplify", "create a role with any right, and name itself in its trust policy"],
  ["AmazonDynamoDBFullAccesswithDataPipeline", passesRoles],
  ["AmazonElasticMapReduceFullAccess", passesRoles],
  ["AmazonElasticMapReduceRole", passesRoles],
  ["SystemAdministrator", "make SSH keys of any user"],
]);

/** What the holder of a managed policy of AWS could do to gain rights, where the policy's text is not known here: `make SSH keys of any user`. */
export function managedEscalation(policyArn: string): string | undefined {
  return isAwsManaged(policyArn) ? escalating.get(nameOf(policyArn)) : undefined;
}

/** The name without the path, which some have: `policy/job-function/ViewOnlyAccess`. */
function nameOf(policyArn: string): string {
  return policyArn.split("/").at(-1) ?? "";
}
