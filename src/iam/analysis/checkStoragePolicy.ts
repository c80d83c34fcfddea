import type { RequestContext } from "./conditions.js";
import { awsManagedPolicy } from "./awsManagedPolicies.js";
import { documentProblems, problemFindings } from "./documentProblems.js";
import { evaluate } from "./evaluate.js";
import { directCallContext } from "./principal.js";
import type { Finding } from "../../internal/validation/findings.js";
import type { PolicyDocument } from "../../aws/policyDocument.js";
import { storagePolicy, type StoragePolicyOptions } from "../policies/storagePolicy.js";
import { asList, statementsOf } from "../policies/statements.js";

/** What {@link checkStoragePolicy} looks at. */
export interface StoragePolicyCheck extends StoragePolicyOptions {
  /** The policies attached to the identity that Vault reaches DynamoDB with. */
  readonly policies: readonly PolicyDocument[];
  /** ARNs of policies attached to it whose text is not at hand. Default: none. */
  readonly unreadPolicyArns?: readonly string[];
}

/** Which argument asks for which statement of the storage policy. */
const reasons: Readonly<Record<string, { readonly path: string; readonly why: string }>> = {
  VaultData: { path: "table", why: "Vault reads and writes its data" },
  VaultHaLock: { path: "haEnabled", why: "Vault's nodes take and give up the HA lock" },
  VaultCreatesTable: { path: "createsTable", why: "Vault creates the table" },
  VaultUpdatesTable: { path: "updatesTable", why: "Vault changes the table's capacity" },
  TableKey: { path: "kmsKeyArn", why: "DynamoDB uses the table's key" },
};

/**
 * Checks that an identity may do what Vault's `storage "dynamodb"` does, such as the HA lock's two actions that a policy written for a
 * single node lacks.
 *
 * @returns what is missing; empty where nothing is missing
 * @example
 * checkStoragePolicy({ tableArn, haEnabled: true, policies: [storagePolicy({ tableArn })] })
 * // two errors: dynamodb:DeleteItem, dynamodb:UpdateItem
 */
export function checkStoragePolicy({ policies, unreadPolicyArns = [], ...options }: StoragePolicyCheck): Finding[] {
  const managed = unreadPolicyArns.map((arn) => ({ arn, found: awsManagedPolicy(arn) }));
  const unread = managed.filter(({ found }) => found?.coversIamOnly !== false).map(({ arn }) => arn);
  const read = [
    ...policies,
    ...managed.flatMap(({ found }) => (found?.coversIamOnly === false ? [found.document] : [])),
  ];
  const invalid = policies.flatMap((document, index) =>
    problemFindings(`policies[${index}]`, documentProblems(document, "identity")),
  );
  if (invalid.length > 0) {
    return invalid;
  }
  return statementsOf(storagePolicy(options)).flatMap((needed) => {
    const { path, why } = reasons[needed.Sid ?? ""] ?? { path: "table", why: "Vault needs it" };
    const [resource = "*"] = asList(needed.Resource);
    return asList(needed.Action).flatMap((action): Finding[] => {
      const via = asList(needed.Condition?.["StringEquals"]?.["kms:ViaService"]).map(String);
      const context: RequestContext =
        via.length === 0 ? directCallContext : { ...viaDynamoDbContext, "kms:ViaService": via };
      const decision = evaluate({ action, resource, context, contextIsPartial: true }, { policies: read });
      const { verdict, statement, unknownKeys } = decision;
      if (verdict === "allowed") {
        return [];
      }
      const isDenied = statement?.Effect === "Deny";
      const isSure = verdict !== "conditional" && (isDenied || unread.length === 0);
      const doubt = unknownKeys.length > 0 ? `: it depends on ${unknownKeys.join(", ")}` : "";
      const lack = isDenied ? "is denied to" : "is not granted to";
      return [
        {
          severity: isSure ? "error" : "warning",
          path,
          action,
          resource,
          problem: `${action} on ${resource} (${why}) ${lack} Vault's storage identity${doubt}`,
          fix: isSure
            ? isDenied
              ? "Remove the Deny statement."
              : "Grant it, as storagePolicy() does."
            : verdict === "conditional"
              ? "Make sure that Vault's calls meet these conditions."
              : "Make sure that it is granted by the policies that are not at hand.",
        },
      ];
    });
  });
}

/** What is known of the calls that DynamoDB makes to KMS for Vault. */
const viaDynamoDbContext: RequestContext = { "aws:ViaAWSService": "true", "aws:SecureTransport": "true" };
