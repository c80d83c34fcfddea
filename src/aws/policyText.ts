import { pathOf, type Issue } from "../internal/validation/issues.js";

/** What a policy's JSON text holds, or why it cannot be read. */
export type PolicyText =
  { readonly value: unknown; readonly issues?: undefined } | { readonly issues: readonly Issue[] };

/**
 * Reads a policy's JSON text. A key that is given twice is an error: JSON readers keep only the last one, which can drop a restriction.
 *
 * @param path where the text is, as the user wrote it: `roles.deploy.policyDocument`
 */
export function parsePolicyText(path: string, text: string): PolicyText {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { issues: [{ path, rule: "must be JSON", actual: text, ...hintOf(text) }] };
  }
  const repeated = repeatedKeys(text);
  return repeated.length === 0
    ? { value }
    : {
        issues: repeated.map((keyPath) => ({
          path: pathBelow(path, keyPath),
          rule: "is given twice: JSON keeps only the last of them",
          fix: "Merge the two.",
        })),
      };
}

/** What makes the text unreadable, where it cannot be seen in a message. */
function hintOf(text: string): { readonly fix?: string } {
  if (text.startsWith("\uFEFF")) {
    return { fix: "It begins with a byte order mark (BOM). Save the file as UTF-8 without BOM." };
  }
  if (/^@?[\w./\\-]+\.json$/.test(text.trim())) {
    return { fix: 'It is the name of a file. Give the file\'s content: fs.readFileSync(path, "utf8").' };
  }
  if (/"[^"\n]*\r?\n/.test(text)) {
    return { fix: "A line break within a text must be written as \\n. Look for a text that is not closed." };
  }
  return {};
}

type KeyPath = readonly (string | number)[];

/** The keys that an object of a JSON text has twice, by their paths, in the order of the text. */
export function repeatedKeys(json: string): KeyPath[] {
  const found: KeyPath[] = [];
  // The text is valid JSON, so its tokens alone tell where a key is.
  const open: { readonly keys?: Set<string>; key: string | number }[] = [];
  let afterKey = false;
  for (const [token] of json.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],:]/g)) {
    const innermost = open.at(-1);
    if (token === "{") {
      open.push({ keys: new Set(), key: "" });
      afterKey = false;
    } else if (token === "[") {
      open.push({ key: 0 });
    } else if (token === "}" || token === "]") {
      open.pop();
      afterKey = false;
    } else if (token === ":") {
      afterKey = true;
    } else if (token === ",") {
      afterKey = false;
      if (typeof innermost?.key === "number") {
        innermost.key += 1;
      }
    } else if (innermost?.keys !== undefined && !afterKey) {
      innermost.key = JSON.parse(token) as string;
      if (innermost.keys.has(innermost.key)) {
        found.push(open.map(({ key }) => key));
      }
      innermost.keys.add(innermost.key);
    }
  }
  return found;
}

function pathBelow(path: string, keys: KeyPath): string {
  return keys.reduce<string>(pathOf, path);
}
