import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";

const repository = path.join(__dirname, "..", "..", "..");
const files = execFileSync("git", ["ls-files", "*.github/workflows/*.yml"], { cwd: repository, encoding: "utf8" })
  .trim()
  .split("\n");

interface Step {
  readonly uses?: string;
  readonly run?: string;
}
interface Workflow {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, { readonly "runs-on": string; readonly steps: readonly Step[] }>>;
}

const stepsOf = (file: string) =>
  Object.values((parse(readFileSync(path.join(repository, file), "utf8")) as Workflow).jobs).flatMap(
    ({ steps }) => steps,
  );

describe("workflows", () => {
  it("are those of this repository and of examples/preview-in-ci", () => {
    expect(files).toEqual([
      ".github/workflows/ci.yml",
      ".github/workflows/release.yml",
      "examples/preview-in-ci/.github/workflows/preview.yml",
    ]);
  });

  it.each(files)(
    "%s: says what it may do; each step either runs something or uses an action by its major version",
    (file) => {
      const { permissions } = parse(readFileSync(path.join(repository, file), "utf8")) as Workflow;
      expect(permissions).toHaveProperty("contents");
      for (const { uses, run } of stepsOf(file)) {
        expect([uses, run].filter((part) => part !== undefined)).toHaveLength(1);
        expect(uses ?? "owner/action@v1").toMatch(/^[\w-]+\/[\w-]+@v\d+$/);
        // Values of the code host would be read as shell code: they come by the environment.
        expect(run ?? "").not.toContain("${{");
        expect(spawnSync("bash", ["-n"], { input: run ?? "" }).status).toBe(0);
      }
    },
  );
});

describe(".ci/release", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "release-"));
    cpSync(path.join(repository, ".ci"), path.join(folder, ".ci"), { recursive: true });
    writeFileSync(path.join(folder, "package.json"), JSON.stringify({ version: "1.2.3" }));
    write("# Changelog\n\n## 1.2.3 - 2030-01-31\n\n### Added\n\n- this\n\n## 1.2.2 - 2030-01-01\n\n- that\n");
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const write = (changelog: string) => writeFileSync(path.join(folder, "CHANGELOG.md"), changelog);
  function release(...args: string[]): {
    readonly status: number | null;
    readonly stdout: string;
    readonly stderr: string;
  } {
    const { status, stdout, stderr } = spawnSync(path.join(folder, ".ci", "release"), args, {
      cwd: folder,
      encoding: "utf8",
    });
    return { status, stdout, stderr };
  }

  it("takes a tag of the package's version with a section of its own", () => {
    expect(release("check", "v1.2.3")).toEqual({ status: 0, stdout: "", stderr: "" });
  });

  it("prints the section of the tag, and no other", () => {
    expect(release("notes", "v1.2.3").stdout).toBe("\n### Added\n\n- this\n\n");
    expect(release("notes", "v1.2.2").stdout).toBe("\n- that\n");
  });

  it("rejects another tag, an unreleased section, and none", () => {
    expect(release("check", "v1.2.4")).toMatchObject({
      status: 1,
      stderr: "The tag is v1.2.4, but the version in package.json is 1.2.3.\n",
    });
    write("# Changelog\n\n## 1.2.3 (unreleased)\n\n- this\n");
    expect(release("check", "v1.2.3")).toMatchObject({
      status: 1,
      stderr: "CHANGELOG.md says that 1.2.3 is unreleased.\n",
    });
    write("# Changelog\n\n## 1.2.30\n\n- this\n");
    expect(release("check", "v1.2.3")).toMatchObject({ status: 1, stderr: "CHANGELOG.md has no section for 1.2.3.\n" });
    expect(release("check")).toMatchObject({ status: 1 });
    expect(release("other", "v1.2.3")).toMatchObject({ status: 2 });
  });
});
