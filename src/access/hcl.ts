/** A value of HCL; an object is its items, since keys may repeat. */
export type HclValue = string | number | boolean | readonly HclValue[] | HclObject;

export interface HclObject {
  readonly items: readonly HclItem[];
}

/** `path "aws/creds/deploy" { … }` has the keys `path` and `aws/creds/deploy`. */
export interface HclItem {
  readonly keys: readonly string[];
  readonly value: HclValue;
}

/** Text that is not HCL as policies are written in it. */
export class HclError extends Error {
  override readonly name = "HclError";
}

interface Token {
  readonly kind: "word" | "text" | "number" | "sign" | "end";
  readonly text: string;
  readonly line: number;
}

/** No token holds a NUL character, which Vault rejects in comments and texts, too. */
const tokenPattern =
  /(?<space>\s+)|(?<comment>#[^\n\0]*|\/\/[^\n\0]*|\/\*[^\0]*?\*\/)|(?<text>"(?:[^"\\\n\0]|\\[^\n\0])*")|(?<number>-?\d+(?:\.\d+)?(?![\w.]))|(?<word>[A-Za-z_][\w.-]*)|(?<sign>[{}[\]=,])/y;

function tokensOf(source: string): Token[] {
  const tokens: Token[] = [];
  const pattern = new RegExp(tokenPattern);
  let line = 1;
  let position = 0;
  while (position < source.length) {
    pattern.lastIndex = position;
    const match = pattern.exec(source);
    if (match === null) {
      throw new HclError(`line ${line}: unexpected ${JSON.stringify(source.slice(position, position + 12))}`);
    }
    const { text, number, word, sign } = match.groups ?? {};
    if (text !== undefined) {
      tokens.push({ kind: "text", text: unquoted(text, line), line });
    } else if (number !== undefined) {
      tokens.push({ kind: "number", text: number, line });
    } else if (word !== undefined) {
      tokens.push({ kind: "word", text: word, line });
    } else if (sign !== undefined) {
      tokens.push({ kind: "sign", text: sign, line });
    }
    line += match[0].split("\n").length - 1;
    position = pattern.lastIndex;
  }
  tokens.push({ kind: "end", text: "the end", line });
  return tokens;
}

function unquoted(text: string, line: number): string {
  try {
    return JSON.parse(text) as string;
  } catch {
    throw new HclError(`line ${line}: ${text} has an escape that is not known`);
  }
}

/**
 * Reads the part of HCL 1 that policies of Vault are written in: items with keys, texts, numbers, booleans, lists, objects and comments. Vault's
 * other forms (heredocs) say nothing in a policy that these cannot say.
 *
 * @throws HclError that names the line
 */
export function parseHcl(source: string): HclObject {
  const parser = new Parser(tokensOf(source));
  const items = parser.items();
  parser.expect("end");
  return { items };
}

class Parser {
  private position = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  items(): HclItem[] {
    const items: HclItem[] = [];
    while (this.next.kind === "word" || this.next.kind === "text") {
      items.push(this.item());
      this.skip(",");
    }
    return items;
  }

  expect(kind: Token["kind"], text?: string): Token {
    const token = this.next;
    if (token.kind !== kind || (text !== undefined && token.text !== text)) {
      throw new HclError(`line ${token.line}: expected ${text ?? kind}, found ${describe(token)}`);
    }
    this.position += 1;
    return token;
  }

  private item(): HclItem {
    const keys: string[] = [];
    while (this.next.kind === "word" || this.next.kind === "text") {
      keys.push(this.next.text);
      this.position += 1;
    }
    if (this.skip("=")) {
      return { keys, value: this.value() };
    }
    return { keys, value: this.object() };
  }

  private value(): HclValue {
    const token = this.next;
    if (token.kind === "sign" && token.text === "{") {
      return this.object();
    }
    if (token.kind === "sign" && token.text === "[") {
      return this.list();
    }
    this.position += 1;
    switch (token.kind) {
      case "text":
        return token.text;
      case "number":
        return Number(token.text);
      case "word":
        if (token.text === "true" || token.text === "false") {
          return token.text === "true";
        }
    }
    throw new HclError(`line ${token.line}: expected a value, found ${describe(token)}`);
  }

  private list(): HclValue[] {
    this.expect("sign", "[");
    const values: HclValue[] = [];
    while (!this.at("]")) {
      values.push(this.value());
      if (!this.skip(",")) {
        break;
      }
    }
    this.expect("sign", "]");
    return values;
  }

  private object(): HclObject {
    this.expect("sign", "{");
    const items = this.items();
    this.expect("sign", "}");
    return { items };
  }

  private skip(sign: string): boolean {
    const found = this.at(sign);
    this.position += found ? 1 : 0;
    return found;
  }

  private at(sign: string): boolean {
    return this.next.kind === "sign" && this.next.text === sign;
  }

  private get next(): Token {
    const token = this.tokens[this.position];
    if (token === undefined) {
      throw new HclError("unexpected end");
    }
    return token;
  }
}

function describe(token: Token): string {
  return token.kind === "end" ? token.text : JSON.stringify(token.text);
}
