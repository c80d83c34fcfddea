import { isFullyKnown } from "../../internal/validation/known.js";
import type { Finding } from "../../internal/validation/findings.js";
import type { PolicyDocument, Principal } from "../../aws/policyDocument.js";
import { asList, statementsOf } from "../policies/statements.js";
import { problemFindings, readDocument } from "./documentProblems.js";

/**
 * Whether the trust policy of a RootCredential that is a role lets everybody in: whoever assumes it has all the rights of Vault.
 *
 * A condition on who asks, such as `aws:PrincipalOrgID`, makes it a warning.
 */
export function rootTrustFindings({ trustPolicy }: { readonly trustPolicy?: PolicyDocument | string }): Finding[] {
  if (trustPolicy === undefined || !isFullyKnown(trustPolicy)) {
    return [];
  }
  const { document, problems } = readDocument(trustPolicy, "trust");
  if (document === undefined) {
    return problemFindings("trustPolicy", problems);
  }
  return statementsOf(document).flatMap(({ Effect, Principal, Condition }, index): Finding[] =>
    Effect === "Allow" && isEveryone(Principal)
      ? [
          {
            severity: Object.keys(Condition ?? {}).length === 0 ? "error" : "warning",
            path: `trustPolicy.Statement[${index}].Principal`,
            problem: "lets every AWS account assume the role, and with it all the rights of Vault",
            fix: "Name who may assume it.",
          },
        ]
      : [],
  );
}

function isEveryone(principal: Principal | undefined): boolean {
  return principal === "*" || (typeof principal === "object" && asList(principal.AWS).includes("*"));
}
