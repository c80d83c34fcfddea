import { actionsOfService } from "../../aws/iamActions.js";
import type { PolicyDocument } from "../../aws/policyDocument.js";
import type { Finding } from "../../internal/validation/findings.js";
import { nearest } from "../../internal/validation/nearest.js";
import { asList } from "../policies/statements.js";
import { coverage, literal, patternOf } from "./wildcards.js";

/**
 * Warnings of actions that IAM and STS do not have. AWS stores such a policy silently, and the statement does nothing: an Allow lacks what
 * it was written for, a Deny denies nothing.
 *
 * @param path the argument that gives the document
 */
export function actionNameFindings(
  path: string,
  document: PolicyDocument,
  more: Pick<Finding, "role"> = {},
): Finding[] {
  return asList(document.Statement).flatMap((statement, index) =>
    (["Action", "NotAction"] as const).flatMap((element) =>
      asList(statement[element]).flatMap((action): Finding[] => {
        const found = unknownAction(action);
        const at = Array.isArray(document.Statement) ? `Statement[${index}]` : "Statement";
        return found === undefined
          ? []
          : [
              {
                ...more,
                severity: "warning",
                path: `${path}.${at}.${element}`,
                action,
                problem: `${action} is no action of ${found.service.toUpperCase()} as AWS's reference lists them, and has no effect`,
                fix: found.meant === undefined ? "Correct it." : `Did you mean ${found.service}:${found.meant}?`,
              },
            ];
      }),
    ),
  );
}

function unknownAction(action: string): { service: "iam" | "sts"; meant?: string } | undefined {
  const [, service, name] = /^(iam|sts):(.+)$/i.exec(action) ?? [];
  if (service === undefined || name === undefined) {
    return undefined;
  }
  const of = service.toLowerCase() as "iam" | "sts";
  const pattern = patternOf(name.toLowerCase());
  const isKnown = actionsOfService[of].some((one) => coverage(pattern, literal(one.toLowerCase())) === "all");
  return isKnown ? undefined : { service: of, meant: nearest(name, actionsOfService[of]) };
}
