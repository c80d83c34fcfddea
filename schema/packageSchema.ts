import path from "node:path";
import ts from "typescript";
import { componentOutputs } from "../src/plugin/provider/componentOutputs.js";
import { functions } from "../src/plugin/provider/functions.js";
import { kinds } from "../src/plugin/provider/kinds.js";
import { TypeSchema } from "./typeSchema.js";

export type JsonObject = { [key: string]: unknown };

const root = path.join(__dirname, "..");
const packageName = "kubevault-aws";

/** Inputs that are no outputs: the state's outputs hold digests of them. */
const inputsOnly: Readonly<Record<string, readonly string[]>> = {
  AwsRootConfig: ["secretKey"],
  AwsSecretsRoles: ["roles"],
};

/** The schema of the Pulumi package, from the exported types and their doc comments. */
export function packageSchema(version: string): JsonObject {
  const program = programOf("src/index.ts");
  const checker = program.getTypeChecker();
  const entry = program.getSourceFile(path.join(root, "src/index.ts"));
  const module = entry === undefined ? undefined : checker.getSymbolAtLocation(entry);
  if (module === undefined) {
    throw new Error("src/index.ts is not a module");
  }
  const exported = new Map(
    checker
      .getExportsOfModule(module)
      .map((symbol) => [
        symbol.name,
        (symbol.flags & ts.SymbolFlags.Alias) === 0 ? symbol : checker.getAliasedSymbol(symbol),
      ]),
  );
  const schema = new TypeSchema(checker, packageName, new Set(exported.keys()));
  const symbolOf = (name: string): ts.Symbol => {
    const symbol = exported.get(name);
    if (symbol === undefined) {
      throw new Error(`src/index.ts does not export ${name}, which the plugin serves`);
    }
    return symbol;
  };
  const argumentsOf = (name: string) => {
    const [signature] = checker.getTypeOfSymbol(symbolOf(name)).getConstructSignatures();
    const parameter = signature?.parameters[1];
    if (parameter === undefined) {
      throw new Error(`the constructor of ${name} takes no arguments`);
    }
    return schema.properties(checker.getNonNullableType(checker.getTypeOfSymbol(parameter)), `${name}Args`);
  };
  const outputOf = (name: string, output: string): ts.Symbol | undefined =>
    checker.getPropertyOfType(checker.getDeclaredTypeOfSymbol(symbolOf(name)), output);

  const documented = Object.entries(kinds).filter(([, { isInternal }]) => isInternal !== true);
  const resources = documented.map(([name, kind]): [string, JsonObject] => {
    const { properties, required } = argumentsOf(name);
    const computed = kind.computed.map((output): [string, JsonObject] => {
      const symbol = outputOf(name, output);
      const value = symbol === undefined ? undefined : outputSchema(checker, schema, symbol, `${name}.${output}`);
      const secret = kind.secretOutputs.includes(output) ? { secret: true } : {};
      return [output, { type: "string", ...value, ...schema.documentation(symbol), ...secret }];
    });
    const isStored = (property: string) => inputsOnly[name]?.includes(property) !== true;
    const stored = Object.entries(properties).filter(([property]) => isStored(property));
    return [
      `${packageName}:index:${name}`,
      {
        ...schema.documentation(symbolOf(name)),
        aliases: [{ type: `pulumi-nodejs:dynamic/${packageName}:${name}` }],
        inputProperties: withoutPlain(properties),
        requiredInputs: required,
        properties: withoutPlain(Object.fromEntries([...stored, ...computed])),
        required: [...required.filter(isStored), ...kind.computed],
      },
    ];
  });
  const components = Object.entries(componentOutputs).map(([name, outputs]): [string, JsonObject] => {
    const { properties, required } = argumentsOf(name);
    const values = outputs.map((output): [string, JsonObject] => {
      const symbol = outputOf(name, output);
      if (symbol === undefined) {
        throw new Error(`${name} has no output ${output}`);
      }
      const value = outputSchema(checker, schema, symbol, `${name}.${output}`);
      return [
        output,
        { ...(withoutPlain(value ?? { type: "string" }) as JsonObject), ...schema.documentation(symbol) },
      ];
    });
    const always = outputs.filter((output) => !isOptionalOutput(checker, outputOf(name, output)));
    return [
      `${packageName}:index:${name}`,
      {
        isComponent: true,
        ...schema.documentation(symbolOf(name)),
        inputProperties: properties,
        requiredInputs: required,
        properties: Object.fromEntries(values),
        required: always,
      },
    ];
  });
  const readFunctions = Object.entries(functions).map(([name, secrets]): [string, JsonObject] => {
    const symbol = symbolOf(name);
    const [signature] = checker.getTypeOfSymbol(symbol).getCallSignatures();
    const [parameter] = signature?.parameters ?? [];
    const output = signature === undefined ? undefined : outputValue(checker, signature.getReturnType());
    const result = output === undefined ? undefined : checker.getNonNullableType(output);
    if (parameter === undefined || result === undefined) {
      throw new Error(`${name} must be a function with arguments that returns an output`);
    }
    const inputs = schema.properties(checker.getTypeOfSymbol(parameter), `${name}Args`);
    // Functions return objects in every language; what is a list in TypeScript is a property there.
    const { properties, required } = checker.isArrayType(result)
      ? { properties: { names: schema.schemaOf(result, `${name}.names`) ?? {} }, required: ["names"] }
      : schema.properties(result, `${name}Result`);
    const marked = Object.entries(properties).map(([property, spec]) => [
      property,
      { ...spec, ...(secrets.includes(property) ? { secret: true } : {}) },
    ]);
    return [
      `${packageName}:index:${name}`,
      {
        ...schema.documentation(symbol),
        inputs: { type: "object", properties: withoutPlain(inputs.properties), required: inputs.required },
        outputs: { type: "object", properties: withoutPlain(Object.fromEntries(marked)), required },
      },
    ];
  });
  const connection = argumentsOf("VaultConnection");
  return {
    name: packageName,
    version,
    displayName: "KubeVault AWS",
    description: "HashiCorp Vault on Kubernetes (KubeVault) with DynamoDB storage and a configured AWS secrets engine",
    keywords: ["vault", "kubevault", "aws", "category/infrastructure", "kind/component"],
    license: "Apache-2.0",
    config: { variables: withoutPlain(connection.properties) },
    provider: {
      ...schema.documentation(symbolOf("VaultConnection")),
      inputProperties: withoutPlain(connection.properties),
      requiredInputs: connection.required,
      properties: {},
    },
    resources: Object.fromEntries([...resources, ...components].sort(([one], [other]) => (one < other ? -1 : 1))),
    functions: Object.fromEntries(readFunctions),
    types: Object.fromEntries(
      Object.entries(schema.types)
        .sort(([one], [other]) => (one < other ? -1 : 1))
        .map(([name, type]) => [`${packageName}:index:${name}`, type]),
    ),
    language: {
      nodejs: { respectSchemaVersion: true },
      python: { respectSchemaVersion: true, pyproject: { enabled: true } },
      // Without the extra input types, the SDK lacks the types of objects inside maps and does not compile.
      go: {
        respectSchemaVersion: true,
        generateExtraInputTypes: true,
        importBasePath: "example.com/pulumi-kubevault-aws/sdk/go/kubevaultaws",
      },
    },
  };
}

function programOf(file: string): ts.Program {
  const config = ts.getParsedCommandLineOfConfigFile(
    path.join(root, "tsconfig.build.json"),
    {},
    {
      ...ts.sys,
      onUnRecoverableConfigFileDiagnostic: ({ messageText }) => {
        throw new Error(ts.flattenDiagnosticMessageText(messageText, "\n"));
      },
    },
  );
  return ts.createProgram([path.join(root, file)], { ...config?.options, noEmit: true });
}

/** What an output resolves to. */
function outputSchema(
  checker: ts.TypeChecker,
  schema: TypeSchema,
  symbol: ts.Symbol,
  at: string,
): JsonObject | undefined {
  const value = outputValue(checker, checker.getTypeOfSymbol(symbol));
  const found = value === undefined ? undefined : schema.schemaOf(value, at);
  const { values: _, ...rest } = found ?? {};
  return found === undefined ? undefined : rest;
}

function outputValue(checker: ts.TypeChecker, type: ts.Type): ts.Type | undefined {
  const output = outputParts(type).find((part) => part.symbol?.name === "OutputInstance");
  return output === undefined ? undefined : checker.getTypeArguments(output as ts.TypeReference)[0];
}

function isOptionalOutput(checker: ts.TypeChecker, symbol: ts.Symbol | undefined): boolean {
  return (
    symbol === undefined ||
    outputParts(checker.getTypeOfSymbol(symbol)).some(({ flags }) => (flags & ts.TypeFlags.Undefined) !== 0)
  );
}

function outputParts(type: ts.Type): ts.Type[] {
  return type.isUnionOrIntersection() ? type.types.flatMap(outputParts) : [type];
}

/** Resources' own properties take outputs everywhere: only components have arguments that must be plain. */
function withoutPlain(schema: unknown): unknown {
  if (Array.isArray(schema)) {
    return schema.map(withoutPlain);
  }
  if (typeof schema !== "object" || schema === null) {
    return schema;
  }
  return Object.fromEntries(
    Object.entries(schema)
      .filter(([key, value]) => !(key === "plain" && value === true))
      .map(([key, value]) => [key, withoutPlain(value)]),
  );
}
