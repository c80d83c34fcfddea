import { defaultUsernameTemplate, singleLineTemplate } from "../../vaultresource/fields.js";
import { parseTemplate, TemplateSyntaxError, type Operand, type Pipeline, type TemplateNode } from "./goTemplate.js";
import { templateFunctions } from "./templateFunctions.js";
import { exactText, firstUnknown, leadingText, opaque, plain, shortest, type TemplateValue } from "./templateValue.js";

/** What a name is for: `IAM` users and the sessions of assumed roles, or `STS` federation tokens. Vault sets `.Type` to it. */
export type NameType = "IAM" | "STS";

/** The longest names that AWS takes. Vault rejects longer ones when credentials are read. */
export const nameLengthLimits: Readonly<Record<NameType, number>> = { IAM: 64, STS: 32 };

/** A name that a template can make. */
export interface TemplateName {
  /** The plain text that it begins with. */
  readonly lead: string;
  /** What follows: who logs in (`login`), random characters and digits (`generated`), or what is not followed (`opaque`). */
  readonly then: "login" | "generated" | "opaque" | undefined;
  /** How long it is at least. */
  readonly minLength: number;
  /** The plain text in it. */
  readonly text: string;
}

/**
 * The names that a `username_template` of Vault can make: one for each of its branches. Line breaks are removed first, as `AwsRootConfig`
 * does before it sends a template.
 *
 * @param type what the name is for; branches on `.Type` are decided by it
 * @throws TemplateSyntaxError where Go cannot parse the template or has no such function
 * @example
 * namesOf('{{ printf "vault-%s" (random 20) }}', "IAM") // [{ lead: "vault-", then: "generated", minLength: 26, text: "vault-" }]
 * @see https://developer.hashicorp.com/vault/docs/concepts/username-templating
 */
export function namesOf(template: string, type: NameType): TemplateName[] {
  const nodes = parseTemplate(singleLineTemplate(template));
  checkNodes(nodes);
  const names = evaluateNodes(nodes, { type, dot: undefined, variables: new Map() }).map(({ value }) => ({
    lead: leadingText(value),
    then: firstUnknown(value),
    minLength: shortest(value),
    text: value.map((part) => ("text" in part ? part.text : "")).join(""),
  }));
  return [...new Map(names.map((name) => [JSON.stringify(name), name])).values()];
}

/** What the names of a template begin with in all its branches, in plain text. Undefined or empty: Vault's own template. */
export function literalPrefixOf(template: string | undefined): string {
  try {
    const leads = namesOf(template === undefined || template === "" ? defaultUsernameTemplate : template, "IAM");
    return leads.map(({ lead }) => lead).reduce((left, right) => commonPrefix(left, right));
  } catch (error) {
    if (error instanceof TemplateSyntaxError) {
      return "";
    }
    throw error;
  }
}

/**
 * What makes a template fail whatever it is used for, each as a rule.
 *
 * @example
 * templateProblems("vault-{{ randomize 8 }}") // ['must be a template that Vault can parse: function "randomize" not defined']
 */
export function templateProblems(template: string): string[] {
  try {
    const types: readonly NameType[] = ["IAM", "STS"];
    const problems = types.map((type) => namesOf(template, type).flatMap((name) => nameProblems(name, type)));
    const [forUsers = [], forTokens = []] = problems;
    return forUsers.length > 0 && forTokens.length > 0 ? [...new Set(forUsers)] : [];
  } catch (error) {
    if (error instanceof TemplateSyntaxError) {
      return [`must be a template that Vault can parse: ${error.message}`];
    }
    throw error;
  }
}

/** What makes a name impossible. */
export function nameProblems({ text, minLength }: TemplateName, type: NameType): string[] {
  const [character] = /[^\w+=,.@-]/.exec(text) ?? [];
  const limit = nameLengthLimits[type];
  return [
    ...(character === undefined
      ? []
      : [`must not put ${JSON.stringify(character)} into names: IAM takes letters, digits and _+=,.@- only`]),
    ...(minLength <= limit
      ? []
      : [`must not make names of more than ${limit} characters (type ${type}): these have at least ${minLength}`]),
  ];
}

function commonPrefix(left: string, right: string): string {
  let length = 0;
  while (length < left.length && left[length] === right[length]) {
    length += 1;
  }
  return left.slice(0, length);
}

interface Scope {
  readonly type: NameType;
  /** What `.` is within `with`; undefined outside, where it holds the fields. */
  readonly dot: TemplateValue | undefined;
  readonly variables: ReadonlyMap<string, TemplateValue>;
}

/** One way through the nodes: what it writes, and its variables. */
interface Outcome {
  readonly value: TemplateValue;
  readonly scope: Scope;
}

/** More branches than any real template has: beyond, the rest is not followed. */
const mostOutcomes = 64;

function evaluateNodes(nodes: readonly TemplateNode[], scope: Scope): Outcome[] {
  return nodes.reduce<Outcome[]>(
    (outcomes, node) => {
      const next = outcomes.flatMap((before) =>
        evaluateNode(node, before.scope).map(({ value, scope: after }) => ({
          value: [...before.value, ...value],
          scope: after,
        })),
      );
      return next.length <= mostOutcomes
        ? next
        : outcomes.map(({ value }) => ({ value: [...value, ...opaque], scope }));
    },
    [{ value: [], scope }],
  );
}

function evaluateNode(node: TemplateNode, scope: Scope): Outcome[] {
  switch (node.kind) {
    case "text":
      return [{ value: plain(node.text), scope }];
    case "output":
      return [{ value: evaluatePipeline(node.pipeline, scope), scope }];
    case "assign": {
      const variables = new Map(scope.variables).set(node.variable, evaluatePipeline(node.pipeline, scope));
      return [{ value: [], scope: { ...scope, variables } }];
    }
    case "if":
    case "with": {
      const truth = truthOf(node.pipeline, scope);
      const inner = node.kind === "with" ? { ...scope, dot: evaluatePipeline(node.pipeline, scope) } : scope;
      return [
        ...(truth === false ? [] : evaluateNodes(node.then, inner)),
        ...(truth === true ? [] : evaluateNodes(node.otherwise, scope)),
      ].map(({ value, scope: after }) => ({ value, scope: { ...after, dot: scope.dot } }));
    }
    case "opaque":
      return [{ value: opaque, scope }];
  }
}

/** Whether a condition holds; undefined where only Vault knows. */
function truthOf(pipeline: Pipeline, scope: Scope): boolean | undefined {
  const [command, ...more] = pipeline;
  if (command === undefined || more.length > 0) {
    return undefined;
  }
  const [first, ...operands] = command;
  if (first?.kind === "pipeline" && operands.length === 0) {
    return truthOf(first.pipeline, scope);
  }
  if (first?.kind === "function") {
    const truths = () => operands.map((operand) => truthOf([[operand]], scope));
    switch (first.name) {
      case "eq":
      case "ne": {
        const [left, ...others] = operands.map((operand) => exactText(evaluateOperand(operand, scope)));
        if (left === undefined || others.includes(undefined)) {
          return undefined;
        }
        return others.includes(left) === (first.name === "eq");
      }
      case "not": {
        const [truth] = truths();
        return truth === undefined ? undefined : !truth;
      }
      case "and":
        return truths().includes(false) ? false : truths().includes(undefined) ? undefined : true;
      case "or":
        return truths().includes(true) ? true : truths().includes(undefined) ? undefined : false;
    }
  }
  const value = evaluatePipeline(pipeline, scope);
  const text = exactText(value);
  return text === undefined
    ? shortest(value) > 0
      ? true
      : undefined
    : text !== "" && text !== "false" && text !== "0";
}

function evaluatePipeline(pipeline: Pipeline, scope: Scope): TemplateValue {
  return (
    pipeline.reduce<TemplateValue | undefined>((before, [first, ...operands]) => {
      const given = [
        ...operands.map((operand) => evaluateOperand(operand, scope)),
        ...(before === undefined ? [] : [before]),
      ];
      if (first?.kind === "function") {
        return templateFunctions.get(first.name)?.(given) ?? opaque;
      }
      return first === undefined || given.length > 0 ? opaque : evaluateOperand(first, scope);
    }, undefined) ?? []
  );
}

function evaluateOperand(operand: Operand, scope: Scope): TemplateValue {
  switch (operand.kind) {
    case "literal":
      return plain(operand.text);
    case "variable":
      return scope.variables.get(operand.name) ?? opaque;
    case "pipeline":
      return evaluatePipeline(operand.pipeline, scope);
    case "function":
      return templateFunctions.get(operand.name)?.([]) ?? opaque;
    case "field": {
      const [name] = operand.names;
      if (name === undefined) {
        return scope.dot ?? opaque;
      }
      if (scope.dot !== undefined && !operand.ofRoot) {
        return opaque;
      }
      return name === "Type" ? plain(scope.type) : [{ source: "login", min: 0, max: Infinity }];
    }
  }
}

/** Names and fields that Vault does not know make it fail when credentials are read. */
function checkNodes(nodes: readonly TemplateNode[], isWithin = false): void {
  for (const node of nodes) {
    if ("pipeline" in node) {
      checkPipeline(node.pipeline, isWithin);
    }
    if (node.kind === "if" || node.kind === "with") {
      checkNodes(node.then, isWithin || node.kind === "with");
      checkNodes(node.otherwise, isWithin);
    }
  }
}

const fields = ["Type", "DisplayName", "PolicyName"];

function checkPipeline(pipeline: Pipeline, isWithin: boolean): void {
  for (const operand of pipeline.flat()) {
    if (operand.kind === "pipeline") {
      checkPipeline(operand.pipeline, isWithin);
    } else if (operand.kind === "function" && !templateFunctions.has(operand.name)) {
      throw new TemplateSyntaxError(`function ${JSON.stringify(operand.name)} not defined`);
    } else if (operand.kind === "field" && (operand.ofRoot || !isWithin)) {
      const [name] = operand.names;
      if (name !== undefined && !fields.includes(name)) {
        throw new TemplateSyntaxError(`there is no field ${JSON.stringify(name)}; the fields are ${fields.join(", ")}`);
      }
    }
  }
}
