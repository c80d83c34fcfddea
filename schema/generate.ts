import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { format } from "prettier";
import { packageSchema } from "./packageSchema.js";

/** Writes schema/schema.json: `npm run schema`. */
async function main(): Promise<void> {
  const { version } = JSON.parse(readFileSync(path.join(__dirname, "..", "package.json"), "utf8")) as {
    version: string;
  };
  const schema = packageSchema(version);
  writeFileSync(
    path.join(__dirname, "schema.json"),
    await format(JSON.stringify(schema), { parser: "json", printWidth: 120 }),
  );
  console.log(
    `schema.json: ${Object.keys(schema.resources as object).length} resources, ${Object.keys(schema.types as object).length} types`,
  );
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
