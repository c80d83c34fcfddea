import { readFileSync } from "node:fs";
import path from "node:path";

interface Field {
  readonly type: string;
  readonly required: boolean;
  readonly allowed?: readonly string[];
  readonly pattern?: RegExp;
}

/** The fields of a custom resource, as its definition has them: one a line, `spec.path string required`. */
export interface Schema {
  readonly apiVersion: string;
  readonly kind: string;
  readonly fields: ReadonlyMap<string, Field>;
}

export function readSchema(name: string): Schema {
  const text = readFileSync(path.join(__dirname, "schemas", `${name}.fields.txt`), "utf8");
  const [head = "", ...lines] = text.trim().split("\n");
  const [apiVersion = "", kind = ""] = head.split(" ");
  const fields = lines.map((line): [string, Field] => {
    const [field = "", type = "", ...marks] = line.split(" ");
    const mark = (mark: string) => marks.find((one) => one.startsWith(`${mark}=`))?.slice(mark.length + 1);
    const pattern = mark("pattern");
    return [
      field,
      {
        type,
        required: marks.includes("required"),
        allowed: mark("enum")?.split("|"),
        pattern: pattern === undefined ? undefined : new RegExp(pattern),
      },
    ];
  });
  return { apiVersion, kind, fields: new Map(fields) };
}

/** What an API server would prune from an object, or reject it for. */
export function problemsOf(schema: Schema, object: Readonly<Record<string, unknown>>): string[] {
  const { apiVersion, kind, spec } = object;
  const head =
    apiVersion === schema.apiVersion && kind === schema.kind ? [] : [`is ${String(apiVersion)} ${String(kind)}`];
  return [...head, ...problemsAt(schema, "spec", spec)];
}

function problemsAt(schema: Schema, at: string, value: unknown): string[] {
  const field = schema.fields.get(at);
  if (field === undefined) {
    return [`${at} is not a field`];
  }
  const type = Array.isArray(value) ? "array" : Number.isInteger(value) ? "integer" : typeof value;
  if (type !== field.type) {
    return [`${at} is of type ${type}, not ${field.type}`];
  }
  if (typeof value === "string") {
    const fits = (field.allowed?.includes(value) ?? true) && (field.pattern?.test(value) ?? true);
    return fits ? [] : [`${at} must not be ${value}`];
  }
  if (Array.isArray(value)) {
    return value.flatMap((item) => problemsAt(schema, `${at}[]`, item));
  }
  if (typeof value !== "object" || value === null) {
    return [];
  }
  const anyKey = schema.fields.has(`${at}{}`);
  const missing = [...schema.fields]
    .filter(([name, { required }]) => required && name.startsWith(`${at}.`) && !/[.[{]/.test(name.slice(at.length + 1)))
    .filter(([name]) => !(name.slice(at.length + 1) in value))
    .map(([name]) => `${name} is missing`);
  const inside = Object.entries(value).flatMap(([key, part]: [string, unknown]) =>
    problemsAt(schema, anyKey ? `${at}{}` : `${at}.${key}`, part),
  );
  return [...missing, ...inside];
}
