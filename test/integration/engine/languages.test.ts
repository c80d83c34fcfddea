import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findLanguages, type Language } from "../../../sandbox/engine/index.js";
import { startTestEngine, type TestEngine } from "./support.js";

const repository = path.join(__dirname, "..", "..", "..");

interface Program {
  readonly language: Language;
  readonly files: Readonly<Record<string, string>>;
  /** Written where the program is to fail, and what its error has to say. */
  readonly broken: { readonly files: Readonly<Record<string, string>>; readonly says: string };
}

/** Each returns a plain and a secret value of its configuration, and warns. */
const programs: readonly Program[] = [
  {
    language: "nodejs",
    files: {
      "Pulumi.yaml": "name: program\nruntime: nodejs\nmain: index.ts\n",
      "package.json": "{}",
      "tsconfig.json":
        '{ "compilerOptions": { "strict": true, "module": "node16", "target": "es2022", "types": ["node"] } }',
      "index.ts": `import * as pulumi from "@pulumi/pulumi";
const config = new pulumi.Config();
void pulumi.log.warn("take care");
// One of the newer calls, which a host that is older than the SDK would not pass on to the engine.
new pulumi.ResourceHook("hook", async () => {});
export const open: string = config.require("open");
export const hidden: pulumi.Output<string> = config.requireSecret("hidden");
`,
    },
    broken: { files: { "index.ts": 'throw new Error("broken on purpose");\n' }, says: "broken on purpose" },
  },
  {
    language: "yaml",
    files: {
      "Pulumi.yaml": `name: program
runtime: yaml
config:
  open: { type: string }
  hidden: { type: string, secret: true }
outputs:
  open: \${open}
  hidden: \${hidden}
`,
    },
    broken: {
      files: { "Pulumi.yaml": "name: program\nruntime: yaml\noutputs:\n  none: ${nothing}\n" },
      says: 'resource or variable named "nothing" could not be found',
    },
  },
  {
    language: "python",
    files: {
      "Pulumi.yaml": "name: program\nruntime: python\n",
      "__main__.py": `import pulumi
import helper
config = pulumi.Config()
pulumi.warn("take care")
pulumi.export("open", helper.same(config.require("open")))
pulumi.export("hidden", config.require_secret("hidden"))
`,
      "modules/helper.py": "def same(value):\n    return value\n",
    },
    broken: { files: { "__main__.py": 'raise Exception("broken on purpose")\n' }, says: "broken on purpose" },
  },
];

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "languages-"));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Each stack's file holds what its engine encrypts with. */
function empty(): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
}

function write(files: Readonly<Record<string, string>>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), content);
  }
}

describe.each(programs)("a program in $language", ({ language, files, broken }) => {
  let engine: TestEngine;

  beforeAll(async () => {
    empty();
    write(files);
    symlinkSync(path.join(repository, "node_modules"), path.join(folder, "node_modules"));
    const support = await findLanguages([language]);
    engine = await startTestEngine({ ...support, env: { ...support.env, PYTHONPATH: path.join(folder, "modules") } });
    await engine.run(["stack", "init", "dev"], folder);
    await engine.run(["config", "set", "open", "seen by all"], folder);
    await engine.run(["config", "set", "--secret", "hidden", "hunter2"], folder);
  });

  afterAll(() => engine.remove());

  it("is run from its Pulumi.yaml, with its configuration", async () => {
    const printed = await engine.run(["up", "--yes", "--skip-preview", "--non-interactive"], folder);
    if (language !== "yaml") {
      expect(printed).toContain("warning: take care");
    }
    const outputs = JSON.parse(await engine.run(["stack", "output", "--json"], folder)) as unknown;
    expect(outputs).toEqual({ open: "seen by all", hidden: "[secret]" });
    const shown = await engine.run(["stack", "output", "hidden", "--show-secrets"], folder);
    expect(shown).toBe("hunter2");
  });

  it("is previewed without a change the second time", async () => {
    const printed = await engine.run(["preview", "--non-interactive"], folder);
    expect(printed).toContain("1 unchanged");
  });

  it("tells what is wrong when it fails", async () => {
    write(broken.files);
    await expect(engine.run(["up", "--yes", "--skip-preview", "--non-interactive"], folder)).rejects.toThrow(
      broken.says,
    );
  });
});

describe("an engine without a language host", () => {
  it("says so, and downloads nothing", async () => {
    empty();
    write({ "Pulumi.yaml": "name: program\nruntime: yaml\n" });
    const engine = await startTestEngine({});
    try {
      await engine.run(["stack", "init", "dev"], folder);
      const failing = engine.run(["preview", "--non-interactive"], folder);
      await expect(failing).rejects.toThrow("no language plugin 'pulumi-language-yaml' found in the workspace");
    } finally {
      await engine.remove();
    }
  });
});
