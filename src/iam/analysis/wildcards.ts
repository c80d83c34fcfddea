/** How much of what a text stands for a pattern matches. */
export type Coverage = "all" | "some" | "none";

/** One place of a pattern: a character, one character of any kind (`?`), or any run of characters (`*`). */
type Token = string | typeof anyOne | typeof anyRun;
const anyOne = Symbol("?");
const anyRun = Symbol("*");

/** The value of a policy variable that may or may not have one: nothing is known of it. */
export const unknownVariable = Symbol("unknown variable");

/** The values of a policy's variables: undefined where a variable has no value. */
export type Variables = (name: string) => string | undefined | typeof unknownVariable;

/** A text of a policy, in which `*` and `?` are wildcards, taken apart. */
export type Pattern = readonly Token[];

/** How a text of a policy is read. */
export interface Reading {
  /** Whether `*` and `?` are wildcards. Default: true. */
  readonly wildcards?: boolean;
  /** The values of `${...}`. Undefined: the document has no variables, `${...}` is plain text. */
  readonly variables?: Variables;
}

/** A text of a policy as read for one request. */
export interface ReadText {
  /** Undefined where a variable has neither value nor default: the text then matches nothing. An unknown variable counts as `*`. */
  readonly pattern: Pattern | undefined;
  /** The variables of which nothing is known. */
  readonly unknownVariables: readonly string[];
}

/** Patterns of texts without variables: a policy's texts are read again for every request. */
const cache = new Map<string, ReadText>();
const cacheSize = 10_000;

/**
 * Reads a text of a policy. Values of policy variables (`${aws:username}`) are plain text: a `*` in a value matches only itself. `${*}`,
 * `${?}` and `${$}` are the characters.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
 */
export function readText(text: string, { wildcards = true, variables }: Reading = {}): ReadText {
  if (variables !== undefined && text.includes("${")) {
    return readVariables(text, wildcards, variables);
  }
  if (!wildcards) {
    return { pattern: literal(text), unknownVariables: [] };
  }
  let result = cache.get(text);
  if (result === undefined) {
    result = { pattern: [...text].map(wildcardOf), unknownVariables: [] };
    if (cache.size >= cacheSize) {
      cache.clear();
    }
    cache.set(text, result);
  }
  return result;
}

/** A text without variables, in which `*` and `?` are wildcards. */
export function patternOf(text: string): Pattern {
  return readText(text).pattern ?? [];
}

function wildcardOf(character: string): Token {
  return character === "*" ? anyRun : character === "?" ? anyOne : character;
}

function readVariables(text: string, wildcards: boolean, variables: Variables): ReadText {
  const tokens: Token[] = [];
  const unknownVariables: string[] = [];
  let matchesNothing = false;
  for (const [part, variable] of text.matchAll(/\$\{([^}]*)\}|[\s\S]/gu)) {
    if (variable === undefined) {
      tokens.push(wildcards ? wildcardOf(part) : part);
      continue;
    }
    const { name, value } = variableOf(variable, variables);
    if (value === unknownVariable) {
      unknownVariables.push(name);
      tokens.push(anyRun);
    } else if (value === undefined) {
      matchesNothing = true;
    } else {
      tokens.push(...value);
    }
  }
  return matchesNothing ? { pattern: undefined, unknownVariables: [] } : { pattern: tokens, unknownVariables };
}

function variableOf(variable: string, variables: Variables): { name: string; value: ReturnType<Variables> } {
  if (variable === "*" || variable === "?" || variable === "$") {
    return { name: variable, value: variable };
  }
  const [, name = "", otherwise] = /^\s*([^,]*?)\s*(?:,\s*'([^']*)'\s*)?$/.exec(variable) ?? [];
  return { name, value: variables(name) ?? otherwise };
}

/** A text without wildcards, as a pattern. */
export function literal(text: string): Pattern {
  return [...text];
}

/** The six parts of an ARN; fewer where it is none. The sixth may hold colons. */
export function arnParts(pattern: Pattern): Pattern[] {
  const parts: Token[][] = [[]];
  for (const token of pattern) {
    if (token === ":" && parts.length < 6) {
      parts.push([]);
    } else {
      parts.at(-1)?.push(token);
    }
  }
  return parts;
}

/** Whether the pattern matches all, some, or none of the texts that the other pattern stands for. */
export function coverage(pattern: Pattern, subject: Pattern): Coverage {
  if (pattern === subject) {
    return "all";
  }
  const rests = withoutEqualEnds(pattern, subject);
  if (rests === undefined) {
    return "none";
  }
  const [rest, subjectRest] = rests;
  if (matches(rest, subjectRest, coversStep)) {
    return "all";
  }
  return matches(rest, subjectRest, meetsStep) ? "some" : "none";
}

/**
 * The patterns without the characters before their first wildcards, and after their last, that are the same in both: this decides most pairs of
 * patterns. Undefined where such characters differ.
 */
function withoutEqualEnds(left: Pattern, right: Pattern): readonly [Pattern, Pattern] | undefined {
  const areCharacters = (one: Token | undefined, other: Token | undefined) =>
    typeof one === "string" && typeof other === "string";
  const shorter = Math.min(left.length, right.length);
  let start = 0;
  while (start < shorter && areCharacters(left[start], right[start])) {
    if (left[start] !== right[start]) {
      return undefined;
    }
    start += 1;
  }
  let end = 0;
  while (end < shorter - start && areCharacters(left[left.length - 1 - end], right[right.length - 1 - end])) {
    if (left[left.length - 1 - end] !== right[right.length - 1 - end]) {
      return undefined;
    }
    end += 1;
  }
  return [left.slice(start, left.length - end), right.slice(start, right.length - end)];
}

/** The pairs of places that a pair of places leads to. */
type Step = (pattern: Token | undefined, subject: Token | undefined) => readonly (readonly [number, number])[];

/** The pattern has to match whatever the subject's wildcards stand for. */
const coversStep: Step = (pattern, subject) => {
  if (pattern === anyRun) {
    return subject === undefined
      ? [[1, 0]]
      : [
          [1, 0],
          [0, 1],
        ];
  }
  if (pattern === undefined || subject === undefined || subject === anyRun) {
    return [];
  }
  return pattern === anyOne || pattern === subject ? [[1, 1]] : [];
};

/** There has to be one text that both match. */
const meetsStep: Step = (pattern, subject) => {
  const steps: (readonly [number, number])[] = [];
  if (pattern === anyRun) {
    steps.push([1, 0]);
    if (subject !== undefined) {
      steps.push([0, 1]);
    }
  }
  if (subject === anyRun) {
    steps.push([0, 1]);
    if (pattern !== undefined) {
      steps.push([1, 0]);
    }
  }
  if (steps.length === 0 && pattern !== undefined && subject !== undefined) {
    if (pattern === anyOne || subject === anyOne || pattern === subject) {
      steps.push([1, 1]);
    }
  }
  return steps;
};

/** Whether some way of steps leads through both patterns to their ends. */
function matches(pattern: Pattern, subject: Pattern, step: Step): boolean {
  const width = subject.length + 1;
  const seen = new Set<number>([0]);
  const open: [number, number][] = [[0, 0]];
  for (let place = open.pop(); place !== undefined; place = open.pop()) {
    const [at, of] = place;
    if (at === pattern.length && of === subject.length) {
      return true;
    }
    for (const [ahead, along] of step(pattern[at], subject[of])) {
      const next: [number, number] = [at + ahead, of + along];
      const key = next[0] * width + next[1];
      if (!seen.has(key)) {
        seen.add(key);
        open.push(next);
      }
    }
  }
  return false;
}
