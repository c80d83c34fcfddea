import type { PolicyDocument, PolicyStatement } from "../../../../src/aws/policyDocument.js";
import { asList, policyDocument, statementsOf } from "../../../../src/iam/policies/statements.js";

/** A policy with something taken away. */
export interface Mutant {
  /** What was taken away: `CreateUsers iam:CreateUser`. */
  readonly without: string;
  /** The action that was taken away; undefined where a statement names none. */
  readonly action?: string;
  readonly policy: PolicyDocument;
}

/** The policy with one action less, for each action of each statement; a statement that names none is left out whole. */
export function mutantsOf(policy: PolicyDocument): Mutant[] {
  const statements = statementsOf(policy);
  return statements.flatMap((statement, index): Mutant[] => {
    const sid = statement.Sid ?? String(index);
    const replaced = (...replacement: PolicyStatement[]) =>
      policyDocument([...statements.slice(0, index), ...replacement, ...statements.slice(index + 1)]);
    const actions = asList(statement.Action);
    if (actions.length === 0) {
      return [{ without: sid, policy: replaced() }];
    }
    return actions.map((action): Mutant => {
      const rest = actions.filter((other) => other !== action);
      const without = `${sid} ${action}`;
      return { without, action, policy: rest.length === 0 ? replaced() : replaced({ ...statement, Action: rest }) };
    });
  });
}
