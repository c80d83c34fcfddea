import { existsSync, readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";

const repository = path.join(__dirname, "..", "..", "..");
const examples = path.join(repository, "examples");

interface Project {
  readonly config?: Readonly<Record<string, { readonly type?: string; readonly description?: string }>>;
}

const projects = [
  ["the root project", path.join(repository, "Pulumi.yaml"), path.join(examples, "platform")] as const,
  ...readdirSync(examples).flatMap((name) => {
    const file = path.join(examples, name, "Pulumi.yaml");
    return existsSync(file) && existsSync(path.join(examples, name, "index.ts"))
      ? [[name, file, path.join(examples, name)] as const]
      : [];
  }),
];

describe("configuration of the examples", () => {
  it.each(projects)("%s: each entry has a type and a description, and the program reads it", (_name, file, folder) => {
    const { config = {} } = parse(readFileSync(file, "utf8")) as Project;
    const program = readFileSync(path.join(folder, "index.ts"), "utf8");
    for (const [key, entry] of Object.entries(config)) {
      expect({ key, ...entry }).toMatchObject({
        type: expect.stringMatching(/^(string|integer|boolean)$/) as string,
        description: expect.stringMatching(/^[A-Z].{10,}[^.]$/) as string,
      });
      expect(program).toMatch(new RegExp(`config\\.(?:get|require)\\w*\\("${key}"\\)`));
    }
  });

  it.each(projects)("%s: what the program requires is declared", (_name, file, folder) => {
    const { config = {} } = parse(readFileSync(file, "utf8")) as Project;
    const required = [
      ...readFileSync(path.join(folder, "index.ts"), "utf8").matchAll(/config\.require\w*\("(\w+)"\)/g),
    ].map(([, key]) => key);
    expect(required.filter((key) => !(key! in config))).toEqual([]);
  });
});
