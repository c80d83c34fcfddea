import { pathOf, type Issue } from "../internal/validation/issues.js";
import { isKnown } from "../internal/validation/known.js";

const longest = { key: 128, value: 256, count: 50 };

/**
 * What is wrong with tags by the rules of IAM and of session tags, which most services share.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html
 */
export function tagIssues(path: string, tags: unknown): Issue[] {
  if (tags === undefined || !isKnown(tags)) {
    return [];
  }
  if (tags === null || typeof tags !== "object" || Array.isArray(tags)) {
    return [{ path, rule: "must be an object of texts", actual: tags, fix: 'Write { team: "payments" }.' }];
  }
  const entries = Object.entries(tags as Readonly<Record<string, unknown>>);
  const seen = new Map<string, string>();
  const issues = entries.flatMap(([key, value]): Issue[] => {
    const tagPath = pathOf(path, key);
    const twin = seen.get(key.toLowerCase());
    seen.set(key.toLowerCase(), key);
    return [
      ...keyIssues(tagPath, key),
      ...(twin === undefined
        ? []
        : [{ path: tagPath, rule: `must differ from ${JSON.stringify(twin)} in more than upper and lower case` }]),
      ...valueIssues(tagPath, value),
    ];
  });
  return entries.length > longest.count
    ? [...issues, { path, rule: `must be at most ${longest.count} tags`, actual: entries.length }]
    : issues;
}

function keyIssues(path: string, key: string): Issue[] {
  if (key === "" || key.length > longest.key || key.toLowerCase().startsWith("aws:")) {
    return [{ path, rule: `must have a key of 1 to ${longest.key} characters that does not start with "aws:"` }];
  }
  return hasTagCharacters(key) ? [] : [{ path, rule: `must have a key out of ${allowed}`, actual: key }];
}

function valueIssues(path: string, value: unknown): Issue[] {
  if (value === undefined || !isKnown(value)) {
    return [];
  }
  if (typeof value !== "string") {
    return [{ path, rule: "must be a text", actual: value }];
  }
  if (value.length > longest.value) {
    return [{ path, rule: `must be at most ${longest.value} characters long`, actual: value }];
  }
  return hasTagCharacters(value) ? [] : [{ path, rule: `must have a value out of ${allowed}`, actual: value }];
}

const allowed = "letters, digits, spaces and _.:/=+-@";

function hasTagCharacters(text: string): boolean {
  return /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u.test(text);
}
