import path from "node:path";
import ts from "typescript";
import { codeBlocks, type CodeBlock } from "./codeBlocks.js";
import { namedImports, namespaceImports, placeholders } from "./prelude.js";

/** Type-checks every TypeScript block of README, docs, examples and doc comments against the built package. */
const root = path.join(__dirname, "..", "..");

function main(): void {
  const config = ts.getParsedCommandLineOfConfigFile(
    path.join(root, "tsconfig.json"),
    { noEmit: true },
    {
      ...ts.sys,
      onUnRecoverableConfigFileDiagnostic: (diagnostic) => {
        throw new Error(ts.flattenDiagnosticMessageText(diagnostic.messageText, "\n"));
      },
    },
  );
  if (config === undefined) {
    throw new Error("tsconfig.json cannot be read");
  }
  const exported = exportedNames(config.options);
  const sources = new Map(
    codeBlocks(root).map((block, index) => {
      // In a folder of the package, so that the package finds itself by its name, as its examples do.
      const file = path.join(root, "examples", `documentation-${index}.mts`);
      return [file, { block, ...withImports(block, exported) }] as const;
    }),
  );
  const host = ts.createCompilerHost(config.options);
  const files = { ...host };
  host.fileExists = (file) => sources.has(file) || files.fileExists(file);
  host.readFile = (file) => sources.get(file)?.text ?? files.readFile(file);
  host.getSourceFile = (file, version, ...rest) => {
    const source = sources.get(file);
    return source === undefined
      ? files.getSourceFile(file, version, ...rest)
      : ts.createSourceFile(file, source.text, version);
  };
  const program = ts.createProgram([...sources.keys()], { ...config.options, noUnusedLocals: false }, host);
  const problems = [...sources].flatMap(([file, { block, addedLines }]) => {
    const source = program.getSourceFile(file);
    const diagnostics = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
    return diagnostics.map((diagnostic) => {
      const { line } = ts.getLineAndCharacterOfPosition(source!, diagnostic.start ?? 0);
      const message = ts.flattenDiagnosticMessageText(diagnostic.messageText, "\n  ");
      return `${block.file}:${block.line + line - addedLines}: ${message}`;
    });
  });
  for (const problem of problems) {
    console.error(problem);
  }
  console.log(`${sources.size} code blocks type-checked, ${problems.length} problems`);
  process.exitCode = problems.length === 0 && sources.size > 0 ? 0 : 1;
}

function exportedNames(options: ts.CompilerOptions): string[] {
  const entry = path.join(root, "dist", "index.d.ts");
  const program = ts.createProgram([entry], options);
  const source = program.getSourceFile(entry);
  if (source === undefined) {
    throw new Error('the package is not built: run "npm run build" first');
  }
  const checker = program.getTypeChecker();
  return checker.getExportsOfModule(checker.getSymbolAtLocation(source)!).map(({ name }) => name);
}

/** The block with what it uses and does not declare put in front of it. */
function withImports(block: CodeBlock, exported: readonly string[]): { text: string; addedLines: number } {
  const declares = (name: string) =>
    [
      `\\bimport\\b[^;]*\\b${name}\\b[^;]*\\bfrom\\b`,
      `\\b(?:const|let|class|function|interface|type) ${name}\\b`,
      `\\bconst \\{[^}]*\\b${name}\\b[^}]*\\} =`,
    ].some((pattern) => new RegExp(pattern).test(block.code));
  const pick = (names: readonly string[], code: string) =>
    names.filter((name) => new RegExp(`\\b${name}\\b`).test(code) && !declares(name));
  const declared = pick(Object.keys(placeholders), block.code).map(
    (name) => `declare const ${name}: ${placeholders[name]};`,
  );
  const code = `${block.code}\n${declared.join("\n")}`;
  const own = block.file.startsWith("src/") ? exportsOfFile(block.file).filter((name) => !exported.includes(name)) : [];
  const lines = [
    ...pick(Object.keys(namespaceImports), code).map((name) => `import * as ${name} from "${namespaceImports[name]}";`),
    ...pick(Object.keys(namedImports), code).map((name) => `import { ${name} } from "${namedImports[name]}";`),
    `import { ${pick(exported, code).join(", ")} } from "pulumi-kubevault-aws";`,
    `import { ${pick(own, code).join(", ")} } from "../${block.file.replace(/\.ts$/, ".js")}";`,
    ...declared,
  ].filter((line) => !line.startsWith("import {  }"));
  return { text: `${lines.join("\n")}\n${block.code}\nexport {};\n`, addedLines: lines.length };
}

/** An example of something that the package does not export takes it from its source. */
function exportsOfFile(file: string): string[] {
  const text = ts.sys.readFile(path.join(root, file)) ?? "";
  return [...text.matchAll(/^export (?:abstract |async )*(?:const|class|function|interface|type) (\w+)/gm)].flatMap(
    ([, name]) => name ?? [],
  );
}

main();
