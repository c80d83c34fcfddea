import type { Finding } from "../../internal/validation/findings.js";
import { repeatedConditionKeys } from "../../aws/policyConditions.js";
import type { PolicyDocument } from "../../aws/policyDocument.js";
import { parsePolicyText } from "../../aws/policyText.js";
import { asList } from "../policies/statements.js";
import { conditionProblem } from "./conditions.js";

/** Something in a policy document that AWS rejects, so that the document cannot exist. */
export interface DocumentProblem {
  /** Where, within the document: `Statement[0].Condition.StringEqual`. Empty for the document itself. */
  readonly path: string;
  /** The rule that it breaks: `must be "Allow" or "Deny"`. */
  readonly rule: string;
  readonly actual?: unknown;
}

/** What a document is used for. Trust policies have principals, all others have resources. */
export type DocumentUse = "identity" | "trust";

/** The problems of documents already looked at: a document is evaluated for many requests. */
const known: Readonly<Record<DocumentUse, WeakMap<object, readonly DocumentProblem[]>>> = {
  identity: new WeakMap(),
  trust: new WeakMap(),
};

/**
 * What makes a policy document impossible to evaluate: AWS rejects such a document. The evaluator lets an invalid document allow nothing.
 *
 * It checks what an evaluation depends on (elements, effects, principals, operators and their values), not the complete grammar.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
 */
export function documentProblems(document: unknown, use: DocumentUse): readonly DocumentProblem[] {
  if (!isRecord(document)) {
    return [{ path: "", rule: "must be a policy document", actual: document }];
  }
  let problems = known[use].get(document);
  if (problems === undefined) {
    problems = problemsOf(document, use);
    known[use].set(document, problems);
  }
  return problems;
}

/**
 * A policy document that may be JSON text, and what is wrong with it.
 *
 * @returns no document where AWS would reject it
 */
export function readDocument(
  policy: unknown,
  use: DocumentUse,
): { readonly document?: PolicyDocument; readonly problems: readonly DocumentProblem[] } {
  const text = typeof policy === "string" ? parsePolicyText("", policy) : { value: policy };
  if (text.issues !== undefined) {
    return { problems: text.issues.map(({ path, rule, actual }) => ({ path, rule, actual })) };
  }
  const problems = documentProblems(text.value, use);
  return problems.length === 0 ? { document: text.value as PolicyDocument, problems } : { problems };
}

/** Problems as errors of the argument at `path`. */
export function problemFindings(
  path: string,
  problems: readonly DocumentProblem[],
  more: Pick<Finding, "role" | "resource"> = {},
): Finding[] {
  return problems.map(({ path: within, rule, actual }) => ({
    ...more,
    severity: "error",
    path: [path, within].filter((part) => part !== "").join("."),
    problem: actual === undefined ? rule : `${rule}, got ${JSON.stringify(actual)}`,
    fix: "AWS rejects such a policy. Correct it.",
  }));
}

function problemsOf(document: Record<string, unknown>, use: DocumentUse): DocumentProblem[] {
  const { Version, Statement } = document;
  const version =
    Version === undefined || Version === "2012-10-17" || Version === "2008-10-17"
      ? []
      : [{ path: "Version", rule: 'must be "2012-10-17" or "2008-10-17"', actual: Version }];
  if (!isRecord(Statement) && !Array.isArray(Statement)) {
    return [...version, { path: "Statement", rule: "must be a statement or a list of statements", actual: Statement }];
  }
  const statements = asList<unknown>(Statement);
  return [
    ...version,
    ...statements.flatMap((statement, index) => {
      const path = Array.isArray(Statement) ? `Statement[${index}]` : "Statement";
      return isRecord(statement)
        ? statementProblems(path, statement, use)
        : [{ path, rule: "must be a statement", actual: statement }];
    }),
  ];
}

function statementProblems(path: string, statement: Record<string, unknown>, use: DocumentUse): DocumentProblem[] {
  const problems: DocumentProblem[] = [];
  const add = (element: string, rule: string, actual: unknown) =>
    problems.push({ path: `${path}.${element}`, rule, actual });
  if (statement["Effect"] !== "Allow" && statement["Effect"] !== "Deny") {
    add("Effect", 'must be "Allow" or "Deny"', statement["Effect"]);
  }
  for (const element of ["Action", "NotAction", "Resource", "NotResource"]) {
    const value = statement[element];
    if (value !== undefined && !asList<unknown>(value).every((one) => typeof one === "string")) {
      add(element, "must be text or a list of texts", value);
    }
  }
  if (statement["Action"] === undefined && statement["NotAction"] === undefined) {
    add("Action", "is required, or NotAction", undefined);
  }
  if (use === "trust") {
    for (const element of ["Resource", "NotResource"]) {
      if (statement[element] !== undefined) {
        add(element, "has no place in a trust policy: the resource is the role", statement[element]);
      }
    }
    if (statement["NotPrincipal"] !== undefined) {
      add("NotPrincipal", "has no place in a trust policy: AWS rejects it", statement["NotPrincipal"]);
    } else if (!isPrincipal(statement["Principal"])) {
      add(
        "Principal",
        'must be "*" or principals by kind: AWS, Service, Federated, CanonicalUser',
        statement["Principal"],
      );
    }
  } else {
    for (const element of ["Principal", "NotPrincipal"]) {
      if (statement[element] !== undefined) {
        add(element, "has no place in the policy of an identity: the principal is the identity", statement[element]);
      }
    }
  }
  problems.push(...conditionProblems(`${path}.Condition`, statement["Condition"]));
  return problems;
}

function conditionProblems(path: string, condition: unknown): DocumentProblem[] {
  if (condition === undefined) {
    return [];
  }
  if (!isRecord(condition)) {
    return [{ path, rule: "must hold condition keys by operator", actual: condition }];
  }
  return Object.entries(condition).flatMap(([operator, keys]): DocumentProblem[] => {
    const at = `${path}.${operator}`;
    if (!isRecord(keys)) {
      return [{ path: at, rule: "must hold values by condition key", actual: keys }];
    }
    const entries = Object.entries(keys);
    const operatorProblem = conditionProblem(operator, []);
    if (operatorProblem !== undefined) {
      return [{ path: at, rule: operatorProblem.rule, actual: operator }];
    }
    const repeated = repeatedConditionKeys(keys);
    return entries.flatMap(([key, wanted]): DocumentProblem[] => {
      const same = repeated.get(key);
      if (same !== undefined) {
        return [{ path: `${at}["${key}"]`, rule: same }];
      }
      const problem = conditionProblem(operator, wanted);
      return problem === undefined ? [] : [{ path: `${at}["${key}"]`, rule: problem.rule, actual: problem.value }];
    });
  });
}

const principalKinds = ["AWS", "Service", "Federated", "CanonicalUser"];

function isPrincipal(principal: unknown): boolean {
  return (
    principal === "*" ||
    (isRecord(principal) &&
      Object.entries(principal).every(
        ([kind, names]) =>
          principalKinds.includes(kind) && asList<unknown>(names).every((name) => typeof name === "string"),
      ))
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
