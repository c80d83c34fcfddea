import { execFileSync } from "node:child_process";
import path from "node:path";
import { expect, it } from "vitest";

const entry = path.join(__dirname, "..", "..", "..", "..", "src", "plugin", "dynamic", "entry.ts");

// Each dynamic provider process loads the entry, and every operation waits for it.
it("the plugin's side loads no Pulumi SDK, and no package before it is used", () => {
  const script = `
    const { provider } = require(${JSON.stringify(entry)});
    provider("AwsSecretsRole");
    console.log(JSON.stringify(Object.keys(require.cache)));
  `;
  const printed = execFileSync(process.execPath, ["--require", "tsx/cjs", "-e", script], {
    encoding: "utf8",
    timeout: 60_000,
    cwd: path.dirname(entry),
  });
  const loaded = JSON.parse(printed) as string[];
  const packages = new Set(
    loaded.flatMap((file) => /.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)/.exec(file)?.[1] ?? []),
  );
  expect(loaded).toContain(entry);
  const ofTheTest = ["esbuild", "tsx"];
  expect([...packages].filter((name) => !ofTheTest.includes(name)).sort()).toEqual([]);
}, 60_000);
