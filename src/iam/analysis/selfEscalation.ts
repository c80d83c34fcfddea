import { evaluate } from "./evaluate.js";
import type { Finding } from "../../internal/validation/findings.js";
import type { PolicyDocument, PolicyStatement } from "../../aws/policyDocument.js";
import { asList } from "../policies/statements.js";

/** What lets an identity widen its own rights, or hand itself to others, where it is allowed on the identity itself. */
const selfChanges: Readonly<Record<"user" | "role", readonly string[]>> = {
  user: [
    "iam:AttachUserPolicy",
    "iam:PutUserPolicy",
    "iam:DetachUserPolicy",
    "iam:DeleteUserPolicy",
    "iam:PutUserPermissionsBoundary",
    "iam:DeleteUserPermissionsBoundary",
    "iam:CreateLoginProfile",
    "iam:CreateAccessKey",
    "iam:DeleteAccessKey",
    "iam:DeleteUser",
  ],
  role: [
    "iam:AttachRolePolicy",
    "iam:PutRolePolicy",
    "iam:DetachRolePolicy",
    "iam:DeleteRolePolicy",
    "iam:PutRolePermissionsBoundary",
    "iam:DeleteRolePermissionsBoundary",
    "iam:UpdateAssumeRolePolicy",
    "iam:DeleteRole",
  ],
};

/** What `config/rotate-root` needs on the user itself. It is no danger where the grant names that one user. */
const ownKey: readonly string[] = ["iam:CreateAccessKey", "iam:DeleteAccessKey"];

/** Whether Vault's identity falls into its own grant: then it could give itself any right. */
export function selfEscalationFindings(input: {
  readonly principalArn: string;
  readonly policies: readonly PolicyDocument[];
  readonly permissionsBoundary?: PolicyDocument;
}): Finding[] {
  const kind = input.principalArn.includes(":role/") ? "role" : "user";
  const identity = { policies: input.policies, boundary: input.permissionsBoundary };
  return selfChanges[kind].flatMap((action): Finding[] => {
    const request = { action, resource: input.principalArn, contextIsPartial: true };
    const { verdict, statement } = evaluate(request, identity);
    if (verdict !== "allowed" || (ownKey.includes(action) && namesOnly(statement, input.principalArn))) {
      return [];
    }
    const sid = statement?.Sid === undefined ? "a statement" : `statement ${statement.Sid}`;
    return [
      {
        severity: "error",
        path: "policies",
        action,
        resource: input.principalArn,
        problem: `${action} on ${input.principalArn} is granted to that very ${kind} by ${sid}: it could give itself any right`,
        fix: `Choose a name and path for the ${kind} that the grant does not match, or narrow the grant.`,
      },
    ];
  });
}

function namesOnly(statement: PolicyStatement | undefined, arn: string): boolean {
  const resources = asList(statement?.Resource);
  return resources.length === 1 && resources[0] === arn;
}
