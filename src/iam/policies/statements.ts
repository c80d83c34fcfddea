import type { ConditionValue, PolicyDocument, PolicyStatement } from "../../aws/policyDocument.js";

/** What {@link allow} makes a statement of. */
export interface Grant {
  /** Name of the statement: letters and digits only, unique in its document. */
  readonly sid: string;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly condition?: Readonly<Record<string, Readonly<Record<string, ConditionValue>>>>;
}

/**
 * One `Allow` statement. Actions and resources are sorted and taken once, so that the order in which roles were declared never shows as a
 * change of the policy.
 *
 * @returns no statement where there is nothing to allow it on: AWS rejects a statement with an empty `Resource`
 */
export function allow({ sid, actions, resources, condition }: Grant): PolicyStatement[] {
  if (actions.length === 0 || resources.length === 0) {
    return [];
  }
  return [
    {
      Sid: sid,
      Effect: "Allow",
      Action: sortedOnce(actions),
      Resource: sortedOnce(resources),
      ...(condition === undefined ? {} : { Condition: condition }),
    },
  ];
}

/** A policy document of these statements. */
export function policyDocument(statements: readonly PolicyStatement[]): PolicyDocument {
  return { Version: "2012-10-17", Statement: statements };
}

/** The values in code-unit order, each once. */
export function sortedOnce(values: readonly string[]): string[] {
  return [...new Set(values)].sort();
}

/** What may be written as one value or as a list, as a list. */
export function asList<T>(value: T | readonly T[] | undefined): readonly T[] {
  if (value === undefined) {
    return [];
  }
  return Array.isArray(value) ? (value as readonly T[]) : [value as T];
}

/** The statements of a document, which may hold one alone. */
export function statementsOf(document: PolicyDocument): readonly PolicyStatement[] {
  return asList(document.Statement);
}
