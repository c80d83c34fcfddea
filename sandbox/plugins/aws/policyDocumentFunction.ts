import { isObject, type PropertyObject, type PropertyValue } from "../../../src/plugin/server/propertyValues.js";

type Principal = { type: string; identifiers: string[] };
type Condition = { test: string; variable: string; values: string[] };

/** `aws:iam/getPolicyDocument`: statements as the provider spells them, to IAM's JSON. */
export function policyDocument(args: PropertyObject): PropertyObject {
  const given = Array.isArray(args.statements) ? args.statements.filter(isObject) : [];
  const document = withoutEmpty({
    Version: args.version ?? "2012-10-17",
    Id: args.policyId,
    Statement: given.map((element) => statement(element as { [key: string]: unknown })),
  });
  return {
    id: "policy-document",
    json: JSON.stringify(document, undefined, 2),
    minifiedJson: JSON.stringify(document),
  };
}

function statement(given: { [key: string]: unknown }): unknown {
  return withoutEmpty({
    Sid: given.sid,
    Effect: given.effect ?? "Allow",
    Principal: principals(given.principals),
    NotPrincipal: principals(given.notPrincipals),
    Action: oneOrMany(given.actions),
    NotAction: oneOrMany(given.notActions),
    Resource: oneOrMany(given.resources),
    NotResource: oneOrMany(given.notResources),
    Condition: conditions(given.conditions),
  });
}

function principals(given: unknown): unknown {
  const list = (given ?? []) as Principal[];
  if (list.length === 0) {
    return undefined;
  }
  const isEveryone = list.length === 1 && list[0]?.type === "*";
  return isEveryone ? "*" : Object.fromEntries(list.map(({ type, identifiers }) => [type, oneOrMany(identifiers)]));
}

function conditions(given: unknown): unknown {
  const result: Record<string, Record<string, unknown>> = {};
  for (const { test, variable, values } of (given ?? []) as Condition[]) {
    result[test] = { ...result[test], [variable]: oneOrMany(values) };
  }
  return Object.keys(result).length === 0 ? undefined : result;
}

function oneOrMany(given: unknown): PropertyValue | undefined {
  const list = (given ?? []) as string[];
  return list.length <= 1 ? list[0] : list;
}

function withoutEmpty(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
