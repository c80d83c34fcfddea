import { pathOf, type Issue } from "../internal/validation/issues.js";
import { isKnown } from "../internal/validation/known.js";
import { nameAdvice } from "../internal/validation/nearest.js";
import { conditionIssues } from "./policyConditions.js";
import { parsePolicyText } from "./policyText.js";
import { resourceProblem } from "./policyResources.js";

/**
 * What a policy is attached to.
 *
 * - `identity`: a user, role or session: it names no principal
 * - `trust`: a role, as its trust policy: it names principals, and no resource but the role
 * - `resource`: a resource, such as a KMS key: it names principals and resources
 */
export type PolicyKind = "identity" | "trust" | "resource";

const documentElements = ["Version", "Id", "Statement"];
const statementElements = [
  "Sid",
  "Effect",
  "Principal",
  "NotPrincipal",
  "Action",
  "NotAction",
  "Resource",
  "NotResource",
  "Condition",
];
const principalKinds = ["AWS", "Service", "Federated", "CanonicalUser"];

/**
 * What is wrong with a policy by IAM's grammar: what AWS would refuse when the policy is first used, or silently read as something else. Parts that
 * are not known yet, and policy variables, are left out.
 *
 * @param path where the policy is, as the user wrote it: `roles.deploy.policyDocument`
 * @param policy a policy document as an object or as JSON text; undefined where none is given
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
 */
export function policyIssues(path: string, policy: unknown, kind: PolicyKind = "identity"): Issue[] {
  if (policy === undefined || policy === null || !isKnown(policy)) {
    return [];
  }
  if (typeof policy !== "string") {
    return documentIssues(path, policy, kind);
  }
  const text = parsePolicyText(path, policy);
  return text.issues === undefined ? documentIssues(path, text.value, kind) : [...text.issues];
}

/** {@link policyIssues} of statements without a document around them. */
export function statementIssues(path: string, statements: unknown, kind: PolicyKind = "identity"): Issue[] {
  if (statements === undefined || !isKnown(statements)) {
    return [];
  }
  if (!Array.isArray(statements)) {
    return oneStatementIssues(path, statements, kind);
  }
  return [
    ...statements.flatMap((statement: unknown, index) => oneStatementIssues(pathOf(path, index), statement, kind)),
    ...repeatedSids(path, statements),
  ];
}

function documentIssues(path: string, policy: unknown, kind: PolicyKind): Issue[] {
  if (!isObject(policy)) {
    return [{ path, rule: "must be a policy document: a JSON object", actual: policy }];
  }
  const { Version: version, Id: id, Statement: statement } = policy;
  const issues = unknownElements(path, policy, documentElements, "a policy document");
  if (version === undefined) {
    issues.push({ path: `${path}.Version`, rule: "is missing", fix: 'Add "Version": "2012-10-17".' });
  } else if (isKnown(version) && version !== "2012-10-17" && version !== "2008-10-17") {
    issues.push({ path: `${path}.Version`, rule: 'must be "2012-10-17"', actual: version });
  }
  if (id !== undefined && typeof id !== "string") {
    issues.push({ path: `${path}.Id`, rule: "must be a text", actual: id });
  }
  if (statement === undefined) {
    issues.push({ path: `${path}.Statement`, rule: "is missing" });
  } else if (Array.isArray(statement) && statement.length === 0) {
    issues.push({ path: `${path}.Statement`, rule: "must hold at least one statement", actual: statement });
  }
  return [...issues, ...statementIssues(`${path}.Statement`, statement, kind)];
}

function unknownElements(
  path: string,
  value: Readonly<Record<string, unknown>>,
  known: readonly string[],
  owner: string,
): Issue[] {
  return Object.keys(value)
    .filter((name) => value[name] !== undefined && !known.includes(name))
    .map((name) => ({ path: pathOf(path, name), rule: `is not an element of ${owner}`, fix: nameAdvice(name, known) }));
}

function oneStatementIssues(path: string, statement: unknown, kind: PolicyKind): Issue[] {
  if (!isKnown(statement)) {
    return [];
  }
  if (!isObject(statement)) {
    return [{ path, rule: "must be an object", actual: statement }];
  }
  const { Sid: sid, Effect: effect } = statement;
  const issues = unknownElements(path, statement, statementElements, "a statement");
  if (
    sid !== undefined &&
    isKnown(sid) &&
    !(typeof sid === "string" && (kind === "resource" || /^[A-Za-z0-9]*$/.test(sid)))
  ) {
    issues.push({ path: `${path}.Sid`, rule: "must have letters and digits only", actual: sid });
  }
  if (isKnown(effect) && effect !== "Allow" && effect !== "Deny") {
    issues.push({ path: `${path}.Effect`, rule: 'must be "Allow" or "Deny"', actual: effect });
  }
  return [
    ...issues,
    ...principalIssues(path, statement, kind),
    ...actionIssues(path, statement, kind),
    ...resourceIssues(path, statement, kind),
    ...conditionIssues(`${path}.Condition`, statement.Condition),
  ];
}

function repeatedSids(path: string, statements: readonly unknown[]): Issue[] {
  const seen = new Set<unknown>();
  return statements.flatMap((statement, index): Issue[] => {
    const sid = isObject(statement) ? statement.Sid : undefined;
    if (sid === undefined || sid === "" || !isKnown(sid)) {
      return [];
    }
    const repeated = seen.has(sid);
    seen.add(sid);
    return repeated
      ? [{ path: `${pathOf(path, index)}.Sid`, rule: "must be unique within the policy", actual: sid }]
      : [];
  });
}

type Statement = Readonly<Record<string, unknown>>;

function actionIssues(path: string, statement: Statement, kind: PolicyKind): Issue[] {
  if ((statement.Action === undefined) === (statement.NotAction === undefined)) {
    return [{ path, rule: "needs either Action or NotAction" }];
  }
  return ["Action", "NotAction"].flatMap((name) =>
    eachText(pathOf(path, name), statement[name], (textPath, action) => {
      if (!/^(?:\*|\*:\*|[A-Za-z0-9-]+:[\w*?-]+)$/.test(action)) {
        return [
          { path: textPath, rule: 'must be "*" or a service and an action, such as s3:GetObject', actual: action },
        ];
      }
      return kind === "trust" && !/^(?:sts:|\*)/i.test(action)
        ? [{ path: textPath, rule: "must be an action of STS: a trust policy allows nothing else", actual: action }]
        : [];
    }),
  );
}

function resourceIssues(path: string, statement: Statement, kind: PolicyKind): Issue[] {
  const given = ["Resource", "NotResource"].filter((name) => statement[name] !== undefined);
  if (kind === "trust") {
    return given.map((name) => ({
      path: pathOf(path, name),
      rule: "must not be given: a trust policy is about its role",
    }));
  }
  if (given.length !== 1) {
    return [{ path, rule: "needs either Resource or NotResource" }];
  }
  return given.flatMap((name) =>
    eachText(pathOf(path, name), statement[name], (textPath, resource) => {
      const rule = resourceProblem(resource);
      return rule === undefined ? [] : [{ path: textPath, rule, actual: resource }];
    }),
  );
}

function principalIssues(path: string, statement: Statement, kind: PolicyKind): Issue[] {
  const { Principal: principal, NotPrincipal: notPrincipal } = statement;
  if (kind === "identity") {
    return principal === undefined && notPrincipal === undefined
      ? []
      : [{ path, rule: "must not name a Principal: the policy is the principal's own" }];
  }
  if (kind === "trust" && notPrincipal !== undefined) {
    return [
      { path: `${path}.NotPrincipal`, rule: "must not be used in the trust policy of a role", fix: "Write Principal." },
    ];
  }
  if ((principal === undefined) === (notPrincipal === undefined)) {
    return [{ path, rule: kind === "trust" ? "needs a Principal" : "needs either Principal or NotPrincipal" }];
  }
  const name = principal === undefined ? "NotPrincipal" : "Principal";
  return oneOfPrincipals(`${path}.${name}`, principal ?? notPrincipal);
}

function oneOfPrincipals(path: string, principal: unknown): Issue[] {
  if (!isKnown(principal) || principal === "*") {
    return [];
  }
  if (!isObject(principal)) {
    return [
      {
        path,
        rule: 'must be "*" or an object of principals by kind',
        actual: principal,
        fix: 'Write {"AWS": "arn:aws:iam::ACCOUNT:role/NAME"}.',
      },
    ];
  }
  if (Object.keys(principal).length === 0) {
    return [{ path, rule: "must name at least one principal" }];
  }
  return [
    ...unknownElements(path, principal, principalKinds, "a principal"),
    ...principalKinds.flatMap((kind) =>
      eachText(pathOf(path, kind), principal[kind], (textPath, text) => principalTextIssues(textPath, kind, text)),
    ),
  ];
}

function principalTextIssues(path: string, kind: string, text: string): Issue[] {
  if (text === "*" && kind === "AWS") {
    return [];
  }
  if (/[*?]/.test(text.replace(/\$\{[*?$]\}/g, ""))) {
    return [{ path, rule: "must not hold a wildcard: IAM matches principals literally", actual: text }];
  }
  switch (kind) {
    case "AWS":
      return /^(?:\d{12}|A[A-Z]{2}A[A-Z0-9]{12,}|arn:aws(?:-[a-z]+)*:(?:iam::\d{12}:(?:root|(?:user|role)\/\S+)|sts::\d{12}:(?:assumed-role|federated-user)\/\S+))$/.test(
        text,
      )
        ? []
        : [
            {
              path,
              rule: "must be an account's 12 digits, or the ARN of an account, user, role or session",
              actual: text,
            },
          ];
    case "Service":
      return /^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/.test(text)
        ? []
        : [{ path, rule: "must be the name of an AWS service, such as ec2.amazonaws.com", actual: text }];
    case "Federated":
      return /^(?:arn:[\w-]+:iam::\d{12}:(?:saml|oidc)-provider\/\S+|[a-z0-9-]+(?:\.[a-z0-9-]+)+)$/i.test(text)
        ? []
        : [{ path, rule: "must be the ARN of an identity provider, or its domain", actual: text }];
    default:
      return [];
  }
}

/** Checks a text, or each text of a list that must not be empty. */
function eachText(path: string, value: unknown, check: (path: string, text: string) => Issue[]): Issue[] {
  if (value === undefined || !isKnown(value)) {
    return [];
  }
  if (Array.isArray(value) && value.length === 0) {
    return [{ path, rule: "must not be an empty list", actual: value }];
  }
  const parts: readonly (readonly [string, unknown])[] = Array.isArray(value)
    ? value.map((part: unknown, index) => [pathOf(path, index), part] as const)
    : [[path, value]];
  return parts.flatMap(([partPath, part]) => {
    if (!isKnown(part)) {
      return [];
    }
    return typeof part === "string"
      ? check(partPath, part)
      : [{ path: partPath, rule: "must be a text", actual: part }];
  });
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
