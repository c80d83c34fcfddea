import { createRequire } from "node:module";
import { afterEach, describe, expect, it } from "vitest";
import { failPreview, isProgramRunner } from "../../../../src/internal/validation/failPreview.js";

describe("isProgramRunner", () => {
  it("knows the SDK's program runner, by the path that the language host starts", () => {
    const runner = createRequire(__filename).resolve("@pulumi/pulumi/cmd/run");
    expect(runner).toMatch(/cmd\/run\/index\.js$/);
    expect(isProgramRunner(runner)).toBe(true);
    expect(isProgramRunner("/app/node_modules/@pulumi/pulumi/cmd/run")).toBe(true);
    expect(isProgramRunner("C:\\app\\node_modules\\@pulumi\\pulumi\\cmd\\run\\index.js")).toBe(true);
  });

  it.each([
    undefined,
    "/app/deploy.js",
    "/app/cmd/runner/index.js",
    "/app/node_modules/@pulumi/pulumi/cmd/dynamic-provider/index.js",
  ])("does not take %s for it", (script) => {
    expect(isProgramRunner(script)).toBe(false);
  });
});

describe("failPreview", () => {
  const { argv, exitCode } = process;
  afterEach(() => {
    process.argv = argv;
    process.exitCode = exitCode;
  });

  it("sets the exit code of the program runner, and keeps one that is set", () => {
    process.argv = [argv[0] ?? "", "/app/node_modules/@pulumi/pulumi/cmd/run"];
    failPreview();
    expect(process.exitCode).toBe(32);
    process.exitCode = 7;
    failPreview();
    expect(process.exitCode).toBe(7);
  });

  it("leaves the exit code of other processes alone, such as a tool that runs inline programs", () => {
    process.exitCode = undefined;
    failPreview();
    expect(process.exitCode).toBeUndefined();
  });
});
