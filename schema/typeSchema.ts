import ts from "typescript";
import type { JsonObject } from "./packageSchema.js";

/** A link to a declaration, with or without a title. */
const linkTag = /\{@link\s+(\S+?)(?:\s+([^}]*\S))?\s*\}/g;

/**
 * Arguments that are any value in the schema: JSON documents, and Kubernetes' own large types. Their rules are checked by the plugin, which
 * names the path of what is wrong.
 */
const anyValue =
  /\.(?:policyDocument|policy|trustPolicy|trustPolicies\{\}|extraStatements|podTemplate|serviceTemplates?|dataSources|env|resources|securityContext)$/;

/** Arguments that are secret in every program. */
const secretNames = [
  "secretKey",
  "token",
  "secretId",
  "jwt",
  "kubeconfig",
  "clientKey",
  "proxyAddress",
  "secretAccessKey",
  "sessionToken",
];

export interface Properties {
  readonly properties: Record<string, JsonObject>;
  readonly required: string[];
}

/** Turns TypeScript types into types of a Pulumi package schema. */
export class TypeSchema {
  /** Object types that were met, by their name. */
  readonly types: Record<string, JsonObject> = {};
  private readonly names = new Map<ts.Type, string>();

  constructor(
    private readonly checker: ts.TypeChecker,
    private readonly packageName: string,
    /** Names of the types that the package exports: they keep their name in the schema. */
    private readonly exported: ReadonlySet<string>,
  ) {}

  /** The documentation of a declaration; a default stands at its end. */
  documentation(symbol: ts.Symbol | undefined): JsonObject {
    if (symbol === undefined) {
      return {};
    }
    const text = ts.displayPartsToString(symbol.getDocumentationComment(this.checker));
    const tags = symbol.getJsDocTags(this.checker);
    const tag = (name: string) => tags.find((candidate) => candidate.name === name);
    const defaultValue = tag("default");
    const standard =
      defaultValue === undefined ? "" : `\n\nDefault: ${ts.displayPartsToString(defaultValue.text).replace(/^- /, "")}`;
    const description = (
      text.replace(linkTag, (_, name: string, title?: string) => title ?? `\`${name}\``) + standard
    ).trim();
    const deprecated = tag("deprecated");
    return {
      ...(description === "" ? {} : { description }),
      ...(deprecated === undefined
        ? {}
        : { deprecationMessage: ts.displayPartsToString(deprecated.text) || "deprecated" }),
    };
  }

  /** The properties of an object type. Functions are left out: no other language can pass them. */
  properties(type: ts.Type, at: string): Properties {
    const properties: Record<string, JsonObject> = {};
    const required: string[] = [];
    for (const symbol of this.checker.getPropertiesOfType(type)) {
      const declared = this.checker.getTypeOfSymbol(symbol);
      const spec = symbol.name === "transform" ? undefined : this.schemaOf(declared, `${at}.${symbol.name}`);
      if (spec === undefined) {
        continue;
      }
      const { values, ...rest } = spec;
      const { description, ...documentation } = this.documentation(symbol) as { description?: string } & JsonObject;
      const valuesText = Array.isArray(values) ? `One of: ${values.join(", ")}.` : undefined;
      const text = [description, valuesText].filter((part): part is string => part !== undefined).join("\n\n");
      properties[symbol.name] = {
        ...rest,
        ...documentation,
        ...(text === "" ? {} : { description: text }),
        ...(secretNames.includes(symbol.name) ? { secret: true } : {}),
      };
      const isOptional =
        (symbol.flags & ts.SymbolFlags.Optional) !== 0 ||
        (declared.isUnion() && declared.types.some((member) => (member.flags & ts.TypeFlags.Undefined) !== 0));
      if (!isOptional) {
        required.push(symbol.name);
      }
    }
    return { properties, required };
  }

  /** The schema of a value; undefined where nothing of it can be passed from another language. */
  schemaOf(type: ts.Type, at: string): JsonObject | undefined {
    if (anyValue.test(at)) {
      return { $ref: "pulumi.json#/Any" };
    }
    const { members, isInput } = withoutWrappers(type);
    const plain = isInput ? {} : { plain: true };
    const alternatives = this.alternatives(members, at);
    const [first] = alternatives;
    if (first === undefined) {
      return undefined;
    }
    if (alternatives.some(({ $ref }) => $ref === "pulumi.json#/Any")) {
      return { $ref: "pulumi.json#/Any" };
    }
    if (alternatives.length === 1) {
      return { ...first, ...plain };
    }
    return { oneOf: alternatives.map(({ values: _, ...rest }) => rest), ...this.discriminator(members), ...plain };
  }

  private alternatives(members: readonly ts.Type[], at: string): JsonObject[] {
    const found: JsonObject[] = [];
    if (members.some(isBoolean)) {
      found.push({ type: "boolean" });
    }
    // Strings in every language; the values stand in the description.
    const literals = members.filter((member) => member.isStringLiteral());
    if (literals.length > 0) {
      found.push({ type: "string", values: literals.map(({ value }) => value) });
    }
    for (const member of members.filter((candidate) => !candidate.isStringLiteral() && !isBoolean(candidate))) {
      const schema = this.single(member, at);
      if (schema !== undefined && !found.some((other) => JSON.stringify(other) === JSON.stringify(schema))) {
        found.push(schema);
      }
    }
    return found;
  }

  private single(type: ts.Type, at: string): JsonObject | undefined {
    if ((type.flags & ts.TypeFlags.StringLike) !== 0) {
      return { type: "string" };
    }
    if ((type.flags & ts.TypeFlags.NumberLike) !== 0) {
      return { type: "number" };
    }
    if ((type.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown)) !== 0) {
      return { $ref: "pulumi.json#/Any" };
    }
    if (type.getCallSignatures().length > 0) {
      return undefined;
    }
    if (this.checker.isArrayType(type)) {
      const [item] = this.checker.getTypeArguments(type as ts.TypeReference);
      const items = item === undefined ? undefined : this.schemaOf(item, `${at}[]`);
      return items === undefined ? undefined : { type: "array", items };
    }
    const index = this.checker.getIndexTypeOfType(type, ts.IndexKind.String);
    if (index !== undefined && this.checker.getPropertiesOfType(type).length === 0) {
      const additionalProperties = this.schemaOf(index, `${at}{}`);
      return additionalProperties === undefined ? undefined : { type: "object", additionalProperties };
    }
    const name = this.objectType(type, at);
    return name === undefined ? undefined : { $ref: `#/types/${this.packageName}:index:${name}` };
  }

  /** A union of objects that differ in their `kind`. */
  private discriminator(members: readonly ts.Type[]): JsonObject {
    const mapping: Record<string, string> = {};
    for (const member of members) {
      const kind = this.kindOf(member);
      const name = this.names.get(member);
      if (kind === undefined || name === undefined) {
        return {};
      }
      mapping[kind] = `#/types/${this.packageName}:index:${name}`;
    }
    return { discriminator: { propertyName: "kind", mapping } };
  }

  private kindOf(type: ts.Type): string | undefined {
    const kind = this.checker.getPropertyOfType(type, "kind");
    const literal = kind === undefined ? undefined : this.checker.getTypeOfSymbol(kind);
    return literal?.isStringLiteral() === true ? literal.value : undefined;
  }

  /** The name of an object type, which is added to the schema's types; undefined where it holds functions only. */
  private objectType(type: ts.Type, at: string): string | undefined {
    const known = this.names.get(type);
    if (known !== undefined) {
      return known;
    }
    const base = this.nameOf(type, at);
    let name = base;
    for (let count = 2; name in this.types; count += 1) {
      name = `${base}${count}`;
    }
    // Before its properties, since a type can hold itself.
    this.names.set(type, name);
    this.types[name] = {};
    const { properties, required } = this.properties(type, name);
    if (Object.keys(properties).length === 0) {
      delete this.types[name];
      this.names.delete(type);
      return this.checker.getPropertiesOfType(type).length === 0 ? this.emptyType(type, name) : undefined;
    }
    this.types[name] = {
      type: "object",
      ...this.documentation([type.aliasSymbol, type.symbol].find((symbol) => this.exported.has(symbol?.name ?? ""))),
      properties,
      ...(required.length === 0 ? {} : { required }),
    };
    return name;
  }

  private emptyType(type: ts.Type, name: string): string {
    this.names.set(type, name);
    this.types[name] = { type: "object", properties: {} };
    return name;
  }

  /** An exported type keeps its name, a member of a union is named by its kind, and any other type by its place. SDKs add `Args` themselves. */
  private nameOf(type: ts.Type, at: string): string {
    const declared = type.aliasSymbol?.name ?? type.symbol?.name;
    if (declared !== undefined && this.exported.has(declared)) {
      return declared.replace(/Args$/, "");
    }
    const kind = this.kindOf(type);
    if (kind !== undefined) {
      return `${capitalized(kind)}${capitalized(at.split(".").at(-1) ?? "").replace(/\[\]|\{\}/g, "")}`;
    }
    return at
      .replace(/Args(?=\.|$)/g, "")
      .replace(/\[\]|\{\}/g, "Item")
      .split(".")
      .map(capitalized)
      .join("");
  }
}

/** The members of a type without `undefined`, promises and outputs, and whether it takes outputs. */
function withoutWrappers(type: ts.Type): { members: ts.Type[]; isInput: boolean } {
  const parts = type.isUnion() ? type.types : [type];
  const isEmpty = ({ flags }: ts.Type) => (flags & (ts.TypeFlags.Undefined | ts.TypeFlags.Null)) !== 0;
  const isWrapper = ({ symbol }: ts.Type) => ["OutputInstance", "Output", "Promise"].includes(symbol?.name ?? "");
  return {
    members: parts.filter((part) => !isEmpty(part) && !isWrapper(part)),
    isInput: parts.some(({ symbol }) => symbol?.name === "OutputInstance"),
  };
}

function isBoolean({ flags }: ts.Type): boolean {
  return (flags & ts.TypeFlags.BooleanLike) !== 0;
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
