/** How much of what a text stands for a pattern matches. */
export type Coverage = "all" | "some" | "none";

/** One place of a pattern: a character, one character of any kind (`?`), or any run of characters (`*`). */
type Token = string | typeof anyOne | typeof anyRun;
const anyOne = Symbol("?");
const anyRun = Symbol("*");

/** What the variables of a policy stand for: undefined where a variable has no value. */
export type Variables = (name: string) => string | undefined;

/** A text of a policy, in which `*` and `?` are wildcards, taken apart. */
export type Pattern = readonly Token[];

/** Patterns without variables, by their texts: a policy's texts are looked at again for every request. */
const known = new Map<string, Pattern>();
const mostKnown = 10_000;

const noVariables: Variables = () => undefined;

/**
 * Takes a text of a policy apart. Policy variables (`${aws:username}`) are put in as they are, wildcards within their values match only
 * themselves; `${*}`, `${?}` and `${$}` are the characters.
 *
 * @returns undefined where a variable has neither value nor default: AWS then matches nothing
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
 */
export function patternOf(text: string, variables: Variables = noVariables): Pattern | undefined {
  if (text.includes("${")) {
    return read(text, variables);
  }
  let pattern = known.get(text);
  if (pattern === undefined) {
    pattern = read(text, noVariables) ?? [];
    if (known.size >= mostKnown) {
      known.clear();
    }
    known.set(text, pattern);
  }
  return pattern;
}

function read(text: string, variables: Variables): Pattern | undefined {
  const tokens: Token[] = [];
  for (const [part, variable] of text.matchAll(/\$\{([^}]*)\}|[\s\S]/gu)) {
    if (variable === undefined) {
      tokens.push(part === "*" ? anyRun : part === "?" ? anyOne : part);
      continue;
    }
    const value = valueOfVariable(variable, variables);
    if (value === undefined) {
      return undefined;
    }
    tokens.push(...value);
  }
  return tokens;
}

function valueOfVariable(variable: string, variables: Variables): string | undefined {
  if (variable === "*" || variable === "?" || variable === "$") {
    return variable;
  }
  const [, name = "", otherwise] = /^([^,]*?)\s*(?:,\s*'([^']*)')?$/.exec(variable) ?? [];
  return variables(name) ?? otherwise;
}

/** A text without wildcards, as a pattern. */
export function literal(text: string): Pattern {
  return [...text];
}

/** Whether the pattern matches all, some, or none of the texts that the other pattern stands for. */
export function coverage(pattern: Pattern, subject: Pattern): Coverage {
  if (differAtAnEnd(pattern, subject)) {
    return "none";
  }
  if (matches(pattern, subject, coversStep)) {
    return "all";
  }
  return matches(pattern, subject, meetsStep) ? "some" : "none";
}

/** Whether the characters before the first wildcard, or those after the last, already tell the patterns apart: most are told so. */
function differAtAnEnd(pattern: Pattern, subject: Pattern): boolean {
  const differ = (left: Token | undefined, right: Token | undefined) =>
    typeof left === "string" && typeof right === "string" ? left !== right : undefined;
  const length = Math.min(pattern.length, subject.length);
  for (let index = 0; index < length; index += 1) {
    const answer = differ(pattern[index], subject[index]);
    if (answer !== false) {
      if (answer === true) {
        return true;
      }
      break;
    }
  }
  for (let index = 1; index <= length; index += 1) {
    const answer = differ(pattern.at(-index), subject.at(-index));
    if (answer !== false) {
      return answer === true;
    }
  }
  return false;
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
