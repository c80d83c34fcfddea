import type { PolicyDocument, PolicyStatement } from "../../aws/policyDocument.js";
import { policySizeLimits } from "../../aws/policySizeLimits.js";
import { asList, policyDocument, statementsOf } from "./statements.js";

/** A policy is longer than AWS takes, and cannot be split. */
export class PolicySizeError extends RangeError {
  /** Name of the error's class. */
  override readonly name = "PolicySizeError";
}

/** The length of a policy document as AWS counts it: white space outside of strings is free. */
export function policySize(document: PolicyDocument): number {
  return JSON.stringify(document).length;
}

/**
 * Rejects a policy document that is longer than AWS takes.
 *
 * @param what how the error names the document: `trust policy of role "deploy"`
 * @throws PolicySizeError with both lengths
 */
export function checkPolicySize(what: string, document: PolicyDocument, kind: keyof typeof policySizeLimits): void {
  const size = policySize(document);
  const limit = policySizeLimits[kind];
  if (size > limit) {
    throw new PolicySizeError(`${what}: ${size} characters, AWS takes at most ${limit}`);
  }
}

/**
 * A policy as several managed policies, where it is too long for one. Together they allow and deny what the whole did.
 *
 * @param atLeast how many documents to make even where fewer would do. A number that is fixed before all values are known keeps the
 * number of resources stable.
 * @throws PolicySizeError where one action on one resource is too long by itself
 */
export function splitPolicy(document: PolicyDocument, atLeast = 1): PolicyDocument[] {
  const documents: PolicyStatement[][] = [];
  let current: PolicyStatement[] = [];
  for (const statement of statementsOf(document).flatMap(fitting)) {
    if (current.length > 0 && policySize(policyDocument([...current, statement])) > policySizeLimits.managed) {
      documents.push(current);
      current = [];
    }
    current.push(statement);
  }
  if (current.length > 0) {
    documents.push(current);
  }
  while (documents.length > 0 && documents.length < atLeast) {
    const sizes = documents.map((statements) => policySize(policyDocument(statements)));
    const largest = sizes.indexOf(Math.max(...sizes));
    documents.splice(largest, 1, ...parted(documents[largest] ?? []));
  }
  return documents.map(policyDocument);
}

/** The statement, in as many parts as it takes for each to fit into a document of its own. */
function fitting(statement: PolicyStatement): PolicyStatement[] {
  if (policySize(policyDocument([statement])) <= policySizeLimits.managed) {
    return [statement];
  }
  const halves = halved(statement);
  if (halves === undefined) {
    const sid = statement.Sid === undefined ? "a statement" : `statement ${statement.Sid}`;
    throw new PolicySizeError(`${sid} is too long for a managed policy of ${policySizeLimits.managed} characters`);
  }
  return halves.flatMap(fitting);
}

/** Operators that hold where one value of the policy matches, so that a statement for each value means the same. */
const anyOfOperators = ["ArnEquals", "ArnLike", "StringEquals", "StringLike"];

/** The statement in two that mean the same together, by its longest list; undefined where it lists nothing that can be parted. */
function halved(statement: PolicyStatement): [PolicyStatement, PolicyStatement] | undefined {
  const lists = [
    ...(["Resource", "Action"] as const).map((key) => ({
      values: asList(statement[key]),
      with: (values: readonly ConditionPart[]): PolicyStatement => ({ ...statement, [key]: values }),
    })),
    ...Object.entries(statement.Condition ?? {})
      .filter(([operator]) => anyOfOperators.includes(operator))
      .flatMap(([operator, keys]) =>
        Object.entries(keys).map(([key, values]) => ({
          values: asList<ConditionPart>(values),
          with: (part: readonly ConditionPart[]): PolicyStatement => ({
            ...statement,
            Condition: { ...statement.Condition, [operator]: { ...keys, [key]: part } },
          }),
        })),
      ),
  ].filter(({ values }) => values.length > 1);
  const sizes = lists.map(({ values }) => JSON.stringify(values).length);
  const longest = lists[sizes.indexOf(Math.max(...sizes))];
  if (longest === undefined) {
    return undefined;
  }
  const middle = Math.ceil(longest.values.length / 2);
  return [
    { ...longest.with(longest.values.slice(0, middle)), ...numbered(statement, "A") },
    { ...longest.with(longest.values.slice(middle)), ...numbered(statement, "B") },
  ];
}

type ConditionPart = string | number | boolean;

/** Sids must differ within a document. */
function numbered(statement: PolicyStatement, suffix: string): { Sid?: string } {
  return statement.Sid === undefined ? {} : { Sid: `${statement.Sid}${suffix}` };
}

/** The statements in two lists; where that cannot be, the same list twice, which grants nothing more. */
function parted(statements: readonly PolicyStatement[]): [PolicyStatement[], PolicyStatement[]] {
  const middle = Math.ceil(statements.length / 2);
  const [first] = statements;
  if (statements.length > 1 || first === undefined) {
    return [statements.slice(0, middle), statements.slice(middle)];
  }
  const halves = halved(first);
  return halves === undefined ? [[first], [first]] : [[halves[0]], [halves[1]]];
}
