/** A part of a Go template. */
export type TemplateNode =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "output"; readonly pipeline: Pipeline }
  | { readonly kind: "assign"; readonly variable: string; readonly pipeline: Pipeline }
  | {
      readonly kind: "if" | "with";
      readonly pipeline: Pipeline;
      readonly then: readonly TemplateNode[];
      readonly otherwise: readonly TemplateNode[];
    }
  /** A construct that is not looked into: `range`, `define`, `template`, `block`. */
  | { readonly kind: "opaque" };

/** Commands of which each gets the result of the one before as its last argument. */
export type Pipeline = readonly (readonly Operand[])[];

/** A word of a command. */
export type Operand =
  | { readonly kind: "literal"; readonly text: string; readonly isString: boolean }
  /** `.DisplayName` is ["DisplayName"], `.` is []. */
  | { readonly kind: "field"; readonly names: readonly string[]; readonly ofRoot: boolean }
  | { readonly kind: "variable"; readonly name: string }
  | { readonly kind: "function"; readonly name: string }
  | { readonly kind: "pipeline"; readonly pipeline: Pipeline };

/** A template that Go cannot parse. */
export class TemplateSyntaxError extends Error {
  override readonly name = "TemplateSyntaxError";
}

/**
 * Parses a template of Go's `text/template`, as far as Vault's username templates need it.
 *
 * @throws TemplateSyntaxError
 * @see https://pkg.go.dev/text/template
 */
export function parseTemplate(template: string): TemplateNode[] {
  const parts = partsOf(template);
  const reader = new NodeReader(parts);
  const { nodes, end } = reader.read();
  if (end !== undefined) {
    throw new TemplateSyntaxError(`{{ ${end} }} closes nothing`);
  }
  return nodes;
}

type Part = { readonly text: string } | { readonly action: string };

/** The template cut into plain text and `{{ actions }}`; `{{- ` and ` -}}` remove the adjacent white space. */
function partsOf(template: string): Part[] {
  const action = /\{\{(-(?=\s))?((?:\/\*[\s\S]*?\*\/|"(?:[^"\\\n]|\\.)*"|`[^`]*`|[^"`])*?)((?<=\s)-)?\}\}/g;
  const parts: Part[] = [];
  let trimNext = false;
  let from = 0;
  const addText = (text: string, trimEnd: boolean) => {
    const started = trimNext ? text.trimStart() : text;
    const trimmed = trimEnd ? started.trimEnd() : started;
    if (trimmed !== "") {
      parts.push({ text: trimmed });
    }
  };
  for (const match of template.matchAll(action)) {
    addText(template.slice(from, match.index), match[1] !== undefined);
    parts.push({ action: (match[2] ?? "").trim() });
    trimNext = match[3] !== undefined;
    from = match.index + match[0].length;
  }
  const rest = template.slice(from);
  if (rest.includes("{{")) {
    throw new TemplateSyntaxError("{{ is not closed by }}");
  }
  addText(rest, false);
  return parts;
}

class NodeReader {
  private at = 0;

  constructor(private readonly parts: readonly Part[]) {}

  /** The nodes up to the next `else` or `end` that belongs to no block among them. */
  read(): { nodes: TemplateNode[]; end: string | undefined } {
    const nodes: TemplateNode[] = [];
    for (let part = this.parts[this.at]; part !== undefined; part = this.parts[this.at]) {
      this.at += 1;
      if ("text" in part) {
        nodes.push({ kind: "text", text: part.text });
        continue;
      }
      const { action } = part;
      if (/^(else|end)\b/.test(action)) {
        return { nodes, end: action };
      }
      if (!action.startsWith("/*")) {
        nodes.push(this.node(action));
      }
    }
    return { nodes, end: undefined };
  }

  private node(action: string): TemplateNode {
    const [, keyword, rest = ""] =
      /^(if|with|range|define|block|template|break|continue)\b([\s\S]*)$/.exec(action) ?? [];
    switch (keyword) {
      case "if":
      case "with":
        return this.branches(keyword, rest);
      case "range":
      case "define":
      case "block":
        this.skipBlock();
        return { kind: "opaque" };
      case "template":
      case "break":
      case "continue":
        return { kind: "opaque" };
      default: {
        const [, variable, value = ""] = /^(\$\w*)\s*:?=([\s\S]*)$/.exec(action) ?? [];
        return variable === undefined
          ? { kind: "output", pipeline: parsePipeline(action) }
          : { kind: "assign", variable, pipeline: parsePipeline(value) };
      }
    }
  }

  private branches(kind: "if" | "with", condition: string): TemplateNode {
    const { nodes: then, end } = this.read();
    // A variable that is set here is not followed.
    const pipeline = parsePipeline(condition.replace(/^\s*\$\w*\s*:?=/, ""));
    if (end === undefined) {
      throw new TemplateSyntaxError(`{{ ${kind} }} is not closed by {{ end }}`);
    }
    const [, next, rest = ""] = /^else\s+(if|with)\b([\s\S]*)$/.exec(end) ?? [];
    if (next === "if" || next === "with") {
      return { kind, pipeline, then, otherwise: [this.branches(next, rest)] };
    }
    if (end === "end") {
      return { kind, pipeline, then, otherwise: [] };
    }
    const { nodes: otherwise, end: closing } = this.read();
    if (closing !== "end") {
      throw new TemplateSyntaxError(`{{ ${kind} }} is not closed by {{ end }}`);
    }
    return { kind, pipeline, then, otherwise };
  }

  private skipBlock(): void {
    for (let { end } = this.read(); end !== "end"; { end } = this.read()) {
      if (end === undefined) {
        throw new TemplateSyntaxError("a block is not closed by {{ end }}");
      }
    }
  }
}

const token =
  /\s*("(?:[^"\\\n]|\\.)*"|`[^`]*`|'(?:[^'\\\n]|\\.)'|[()|]|\$?(?:\.\w+)+|\.|\$\w*|[-+]?\d[\w.]*|[A-Za-z_]\w*)/y;

function parsePipeline(text: string): Pipeline {
  const tokens: string[] = [];
  token.lastIndex = 0;
  while (text.slice(token.lastIndex).trim() !== "") {
    const at = token.lastIndex;
    const [, found] = token.exec(text) ?? [];
    if (found === undefined) {
      throw new TemplateSyntaxError(`unexpected ${JSON.stringify(text.slice(at).trim().slice(0, 20))}`);
    }
    tokens.push(found);
  }
  const { pipeline, next } = readPipeline(tokens, 0);
  if (next < tokens.length) {
    throw new TemplateSyntaxError('unexpected ")"');
  }
  return pipeline;
}

function readPipeline(tokens: readonly string[], from: number): { pipeline: Pipeline; next: number } {
  const commands: Operand[][] = [[]];
  let at = from;
  for (let current = tokens[at]; current !== undefined && current !== ")"; current = tokens[at]) {
    at += 1;
    if (current === "|") {
      commands.push([]);
    } else if (current === "(") {
      const inner = readPipeline(tokens, at);
      if (tokens[inner.next] !== ")") {
        throw new TemplateSyntaxError('"(" is not closed');
      }
      at = inner.next + 1;
      commands.at(-1)?.push({ kind: "pipeline", pipeline: inner.pipeline });
    } else {
      commands.at(-1)?.push(operandOf(current));
    }
  }
  if (commands.some((command) => command.length === 0)) {
    throw new TemplateSyntaxError("a command is missing");
  }
  return { pipeline: commands, next: at };
}

function operandOf(text: string): Operand {
  if (text.startsWith('"')) {
    return { kind: "literal", text: unquoted(text), isString: true };
  }
  if (text.startsWith("`")) {
    return { kind: "literal", text: text.slice(1, -1), isString: true };
  }
  if (/^[-+'\d]/.test(text) || /^(true|false|nil)$/.test(text)) {
    return { kind: "literal", text, isString: false };
  }
  if (text.startsWith(".") || text.startsWith("$.")) {
    return { kind: "field", names: text.split(".").slice(1).filter(Boolean), ofRoot: text.startsWith("$") };
  }
  return text.startsWith("$") ? { kind: "variable", name: text } : { kind: "function", name: text };
}

/** A quoted string of Go; escapes that JSON does not have are left as they are. */
function unquoted(text: string): string {
  try {
    return JSON.parse(text) as string;
  } catch {
    return text.slice(1, -1);
  }
}
