import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { pythonEnvironment } from "../../../sandbox/tools/index.js";

const folder = path.join(__dirname, "..", "..", "..", "sandbox", "python");

it("the parts of the sandbox's AWS that are pure pass their own tests", async () => {
  const python = await pythonEnvironment();
  const { stderr } = await promisify(execFile)(python, ["-B", "-m", "unittest", "discover", "-s", "tests", "-t", "."], {
    cwd: folder,
    timeout: 60_000,
  });
  const summary = /^Ran (\d+) tests in .*\n\nOK$/m.exec(stderr);
  expect(Number(summary?.[1] ?? 0), stderr).toBeGreaterThan(15);
});
