/**
 * What the names that a `username_template` of Vault makes can begin with, as far as the template says it in plain text: one text for
 * each of its branches. Where a branch begins with a value that only Vault knows, its text is empty.
 *
 * @example
 * leadingTexts('{{ printf "vault-%s" (random 20) }}') // ["vault-"]
 * @see https://developer.hashicorp.com/vault/docs/concepts/username-templating
 */
export function leadingTexts(template: string): string[] {
  return [...new Set(leadingOf(partsOf(template)))];
}

type Part = { readonly text: string } | { readonly action: string };

/** The template cut into plain text and `{{ actions }}`; `{{-` and `-}}` take the white space beside them away. */
function partsOf(template: string): Part[] {
  const parts: Part[] = [];
  let trimNext = false;
  let from = 0;
  for (const match of template.matchAll(/\{\{(- )?([\s\S]*?)( -)?\}\}/g)) {
    let text = template.slice(from, match.index);
    text = trimNext ? text.trimStart() : text;
    parts.push({ text: match[1] === undefined ? text : text.trimEnd() });
    parts.push({ action: (match[2] ?? "").trim() });
    trimNext = match[3] !== undefined;
    from = match.index + match[0].length;
  }
  const rest = template.slice(from);
  parts.push({ text: trimNext ? rest.trimStart() : rest });
  return parts.filter((part) => !("text" in part) || part.text !== "");
}

/** The texts that a run of parts can begin with. */
function leadingOf(parts: readonly Part[]): string[] {
  const [first, ...rest] = parts;
  if (first === undefined) {
    return [""];
  }
  if ("text" in first) {
    return leadingOf(rest).map((text) => first.text + text);
  }
  if (/^if\b/.test(first.action)) {
    const { branches, after } = branchesOf(rest);
    return branches.flatMap((branch) => leadingOf([...branch, ...after]));
  }
  if (first.action.startsWith("/*") || /^\$\w+\s*:?=/.test(first.action)) {
    return leadingOf(rest);
  }
  const output = textOf(first.action);
  return output.whole ? leadingOf(rest).map((text) => output.text + text) : [output.text];
}

/** The branches of an `if` whose opening was read, and what comes after its `end`. */
function branchesOf(parts: readonly Part[]): { branches: Part[][]; after: Part[] } {
  const branches: Part[][] = [[]];
  let depth = 0;
  let hasElse = false;
  for (const [index, part] of parts.entries()) {
    const action = "action" in part ? part.action : "";
    if (/^(if|range|with)\b/.test(action)) {
      depth += 1;
    } else if (action === "end") {
      if (depth === 0) {
        return { branches: hasElse ? branches : [...branches, []], after: parts.slice(index + 1) };
      }
      depth -= 1;
    } else if (depth === 0 && /^else\b/.test(action)) {
      hasElse ||= action === "else";
      branches.push([]);
      continue;
    }
    branches.at(-1)?.push(part);
  }
  return { branches, after: [] };
}

/** The plain text that an action's output begins with, and whether that is all of it. */
function textOf(action: string): { text: string; whole: boolean } {
  const [source = "", ...filters] = pipelineOf(action);
  const literal = /^"((?:[^"\\]|\\.)*)"$/.exec(source) ?? /^`([^`]*)`$/.exec(source);
  const format = /^printf\s+"((?:[^"\\]|\\.)*)"/.exec(source);
  let text = literal?.[1] ?? format?.[1]?.split("%")[0] ?? "";
  for (const filter of filters) {
    const truncate = /^truncate\s+(\d+)$/.exec(filter);
    if (truncate !== null) {
      text = text.slice(0, Number(truncate[1]));
    } else if (filter === "uppercase") {
      text = text.toUpperCase();
    } else if (filter === "lowercase") {
      text = text.toLowerCase();
    } else {
      return { text: "", whole: false };
    }
  }
  return { text, whole: literal !== null };
}

/** The steps of a pipeline; a `|` within brackets or quotes belongs to its step. */
function pipelineOf(action: string): string[] {
  const steps = [""];
  let depth = 0;
  for (const [token] of action.matchAll(/"(?:[^"\\]|\\.)*"|`[^`]*`|[\s\S]/g)) {
    depth += token === "(" ? 1 : token === ")" ? -1 : 0;
    if (token === "|" && depth === 0) {
      steps.push("");
    } else {
      steps.push((steps.pop() ?? "") + token);
    }
  }
  return steps.map((step) => step.trim());
}
