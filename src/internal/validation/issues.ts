/** One thing that is wrong with an argument, reported so that the reader can fix it without looking anything up. */
export interface Issue {
  /** Where the argument is, as the user wrote it: `roles.deploy.policyArns[2]`. */
  readonly path: string;
  /** The rule that is broken, as a statement: `must be at least 900 seconds`. */
  readonly rule: string;
  /** The value that was given. Left out where it is secret or where nothing was given. */
  readonly actual?: unknown;
  /** What to do about it: `Raise it, or leave it out for Vault's default of 3600.` */
  readonly fix?: string;
}

const longestValueShown = 120;

/** Forms of AWS secret access keys (40 characters of base64), tokens of Vault, JWTs, private keys, and passwords in URLs. */
const secretForms: readonly RegExp[] = [
  /(?<![A-Za-z0-9/+])(?=[A-Z0-9/+]*[a-z])(?=[a-z0-9/+]*[A-Z])(?=[A-Za-z/+]*\d)[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])/,
  /(?<!\w)(?:hv[sbr]|[sbr])\.[\w-]{20,}/,
  /(?<![\w-])eyJ[\w-]{5,}\.eyJ[\w-]+\.[\w-]/,
  /PRIVATE KEY-----/,
  /:\/\/[^/\s@:]*:[^/\s@]+@/,
];

/** Whether a text looks like a secret. */
export function looksSecret(text: string): boolean {
  return secretForms.some((form) => form.test(text));
}

/** A secret that was given in the place of another value must not end up in a log. */
function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  if (looksSecret(text)) {
    return "a value that is not shown, since it looks like a secret";
  }
  return text.length > longestValueShown ? `${text.slice(0, longestValueShown)}…` : text;
}

/**
 * One issue as a line of text.
 *
 * @example
 * formatIssue({ path: "replicas", rule: "must be at least 1", actual: 0, fix: "Leave it out for 1." })
 * // replicas: must be at least 1, got 0. Leave it out for 1.
 */
export function formatIssue(issue: Issue): string {
  const got = issue.actual === undefined ? "" : `, got ${show(issue.actual)}`;
  const fix = issue.fix === undefined ? "" : ` ${issue.fix}`;
  return `${issue.path}: ${issue.rule}${got}.${fix}`;
}

/**
 * All issues of one resource as one message: a single line where there is one, a list where there are more.
 *
 * @param subject what the arguments were given to: `VaultServer "vault"`
 */
export function formatIssues(subject: string, issues: readonly Issue[]): string {
  const [first, ...more] = issues.map(formatIssue);
  if (first === undefined) {
    throw new RangeError("formatIssues needs at least one issue");
  }
  if (more.length === 0) {
    return `${subject}: invalid argument: ${first}`;
  }
  return `${subject}: ${issues.length} invalid arguments:\n${[first, ...more].map((line) => `  - ${line}`).join("\n")}`;
}

/** The issues with every path put under `prefix`: `policyArns[2]` becomes `roles.deploy.policyArns[2]`. */
export function under(prefix: string, issues: readonly Issue[]): Issue[] {
  return issues.map((issue) => ({ ...issue, path: issue.path === "" ? prefix : joinPath(prefix, issue.path) }));
}

function joinPath(prefix: string, path: string): string {
  return path.startsWith("[") ? `${prefix}${path}` : `${prefix}.${path}`;
}

/** A property path with one key added; keys that are not identifiers are quoted, as Pulumi prints them. */
export function pathOf(prefix: string, key: string | number): string {
  if (typeof key === "number") {
    return `${prefix}[${key}]`;
  }
  if (!/^[A-Za-z_$][\w$-]*$/.test(key)) {
    return `${prefix}[${JSON.stringify(key)}]`;
  }
  return prefix === "" ? key : `${prefix}.${key}`;
}
