import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { packageSchema } from "../../../schema/packageSchema.js";

const root = path.join(__dirname, "..", "..", "..");
const read = (file: string) => JSON.parse(readFileSync(path.join(root, file), "utf8")) as Record<string, unknown>;

it("schema/schema.json is what the exported types say: run npm run schema", { timeout: 120_000 }, () => {
  const { version } = read("package.json");
  expect(JSON.parse(JSON.stringify(packageSchema(version as string)))).toEqual(read("schema/schema.json"));
});
