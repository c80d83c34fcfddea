import { globalConditionKeys, globalTagKeys } from "../../aws/globalConditionKeys.js";
import type { PolicyDocument } from "../../aws/policyDocument.js";
import { pathOf } from "../../internal/validation/issues.js";
import type { Finding } from "../../internal/validation/findings.js";
import { nearest } from "../../internal/validation/nearest.js";
import { asList } from "../policies/statements.js";

/**
 * Warnings of misspelt global condition keys. AWS stores such a policy silently, and no request has the key: a condition on it never holds, or with
 * `IfExists` and the negated operators always. A key that looks like none of AWS's is not judged: AWS adds keys.
 *
 * @param path the argument that gives the document
 */
export function conditionKeyFindings(
  path: string,
  document: PolicyDocument,
  more: Pick<Finding, "role"> = {},
): Finding[] {
  return asList(document.Statement).flatMap((statement, index) => {
    const at = `${path}.${Array.isArray(document.Statement) ? `Statement[${index}]` : "Statement"}.Condition`;
    return Object.entries(statement.Condition ?? {}).flatMap(([operator, keys]) =>
      Object.keys(keys).flatMap((key): Finding[] => {
        const meant = meantKey(key);
        return meant === undefined
          ? []
          : [
              {
                ...more,
                severity: "warning",
                path: pathOf(pathOf(at, operator), key),
                problem: `${key} is no condition key of AWS's, and no request has it`,
                fix: `Did you mean ${meant}?`,
              },
            ];
      }),
    );
  });
}

/** The key that a misspelt one is meant to be. */
function meantKey(key: string): string | undefined {
  const [, name, tag] = /^aws:([^/]+)(\/.*)?$/i.exec(key) ?? [];
  if (name === undefined) {
    return undefined;
  }
  const isOne = (names: readonly string[]) => names.some((known) => known.toLowerCase() === name.toLowerCase());
  if (tag === undefined ? isOne(globalConditionKeys) : isOne(globalTagKeys)) {
    return undefined;
  }
  const near = nearest(name, tag === undefined ? [...globalConditionKeys, ...globalTagKeys] : globalTagKeys);
  return near === undefined ? undefined : `aws:${near}${globalTagKeys.includes(near) ? (tag ?? "/team") : ""}`;
}
