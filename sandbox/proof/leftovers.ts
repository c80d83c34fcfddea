import { paginateListTables } from "@aws-sdk/client-dynamodb";
import { paginateListPolicies, paginateListRoles, paginateListUsers } from "@aws-sdk/client-iam";
import { awsClients } from "./awsClients.js";
import { secretNames } from "./kubernetesSecrets.js";
import type { Subject } from "./subject.js";

/** Everything that a platform creates in AWS and in its namespace, by kind and name. */
export type Inventory = ReadonlySet<string>;

/** What is there now. Taken before `up` and after `destroy`, the two must be the same. */
export async function takeInventory(
  subject: Pick<Subject, "aws" | "kubeconfigPath">,
  namespace: string,
): Promise<Inventory> {
  const { dynamodb, iam, destroy } = awsClients(subject.aws, subject.aws.admin);
  const found = new Set<string>();
  try {
    for await (const page of paginateListTables({ client: dynamodb }, {})) {
      page.TableNames?.forEach((name) => found.add(`table ${name}`));
    }
    for await (const page of paginateListUsers({ client: iam }, {})) {
      page.Users?.forEach((user) => found.add(`user ${user.UserName}`));
    }
    for await (const page of paginateListRoles({ client: iam }, {})) {
      page.Roles?.forEach((role) => found.add(`role ${role.RoleName}`));
    }
    for await (const page of paginateListPolicies({ client: iam }, { Scope: "Local" })) {
      page.Policies?.forEach((policy) => found.add(`policy ${policy.PolicyName}`));
    }
  } finally {
    destroy();
  }
  for (const name of await secretNames(subject.kubeconfigPath, namespace)) {
    found.add(`Secret ${name}`);
  }
  return found;
}

/** What is in `after` and was not in `before`. */
export function leftovers(before: Inventory, after: Inventory): string[] {
  return [...after].filter((item) => !before.has(item)).sort();
}
