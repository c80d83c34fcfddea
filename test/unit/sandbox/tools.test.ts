import { spawnSync } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { buildTool, builtToolPath } from "../../../sandbox/tools/buildTool.js";
import { findTool, pythonEnvironment } from "../../../sandbox/tools/index.js";

let folder: string;

/** Puts a shell script on the otherwise empty PATH. */
function command(name: string, script: string): string {
  const file = path.join(folder, "bin", name);
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return file;
}

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "tools-"));
  mkdirSync(path.join(folder, "bin"));
  vi.stubEnv("PATH", path.join(folder, "bin"));
  vi.stubEnv("KUBEBUILDER_ASSETS", undefined);
  vi.stubEnv("KUBEVAULT_AWS_CACHE", path.join(folder, "cache"));
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

describe("findTool", () => {
  it("takes what is on PATH", async () => {
    const file = command("etcd", "exit 0");
    expect(await findTool("etcd")).toEqual({ path: file, source: "PATH" });
  });

  it("prefers KUBEBUILDER_ASSETS, as controller-runtime does", async () => {
    command("etcd", "exit 0");
    const assets = path.join(folder, "assets");
    mkdirSync(assets);
    writeFileSync(path.join(assets, "etcd"), "", { mode: 0o755 });
    vi.stubEnv("KUBEBUILDER_ASSETS", assets);
    expect(await findTool("etcd")).toEqual({ path: path.join(assets, "etcd"), source: "KUBEBUILDER_ASSETS" });
  });

  it("takes what was built before", async () => {
    const built = builtToolPath("etcd");
    mkdirSync(path.dirname(built), { recursive: true });
    writeFileSync(built, "", { mode: 0o755 });
    expect(await findTool("etcd")).toEqual({ path: built, source: "cache", version: "3.6.5" });
  });

  it("says what to install where there is no Go", async () => {
    await expect(findTool("vault", { buildTools: true })).rejects.toThrow(
      "vault is not on this machine and cannot be built: there is no Go. Install Go 1.26 or newer, or put 1.18.0 of vault on PATH.",
    );
  });

  it("says what to install where Go is too old", async () => {
    command("go", "echo go1.21.3");
    await expect(findTool("vault", { buildTools: true })).rejects.toThrow(
      "vault is not on this machine and building it needs Go 1.26 or newer; this is go1.21.3. Install Go 1.26 or newer, or put 1.18.0 of vault on PATH.",
    );
  });
});

describe("buildTool", () => {
  const goThat = (build: string) =>
    command("go", `case "$1" in env) echo go1.26.0;; list) echo one; echo two;; build) ${build};; esac`);

  it("leaves the cache as it was when the build fails", async () => {
    goThat('echo "no space left on device" >&2; exit 1');
    await expect(buildTool("etcd", () => undefined)).rejects.toThrow(
      "go build ended with code 1:\nno space left on device",
    );
    expect(readdirSync(path.join(folder, "cache"))).toEqual([]);
  });

  it("removes what a killed build left, and nothing of a build that runs", async () => {
    const ended = spawnSync("/bin/true").pid;
    const running = `.building-${process.ppid}-abc`;
    for (const leftover of [`.building-${ended}-abc`, running]) {
      mkdirSync(path.join(folder, "cache", leftover), { recursive: true });
    }
    goThat("exit 1");
    await expect(buildTool("etcd", () => undefined)).rejects.toThrow("go build ended with code 1");
    expect(readdirSync(path.join(folder, "cache"))).toEqual([running]);
  });

  it("waits for another process that builds the same tool, and takes what that has built", async () => {
    goThat("echo built twice >&2; exit 1");
    const tool = path.dirname(builtToolPath("etcd"));
    const theirs = path.join(folder, "cache", `.building-${process.ppid}-${path.basename(tool)}-abc123`);
    mkdirSync(theirs, { recursive: true });
    writeFileSync(path.join(theirs, "etcd"), "", { mode: 0o755 });
    const lines: string[] = [];
    const found = findTool("etcd", { buildTools: true, log: (line) => lines.push(line) });
    await vi.waitFor(() => expect(lines).toEqual(["etcd 3.6.5: another process builds it, waiting"]));
    renameSync(theirs, tool);
    expect((await found).path).toBe(builtToolPath("etcd"));
  });

  it("puts the files that a program wants beside it there", async () => {
    const module = path.join(folder, "module");
    mkdirSync(path.join(module, "python", "cmd"), { recursive: true });
    writeFileSync(path.join(module, "python", "cmd", "pulumi-language-python-exec"), "the executor", { mode: 0o444 });
    command(
      "go",
      `case "$*" in "env "*) echo go1.26.0;; *" -m "*) echo '${module}';; build*) shift $(($# - 2)); : > "$1"; /bin/chmod 755 "$1";; esac`,
    );
    const { path: host } = await findTool("pulumi-language-python", { buildTools: true });
    const executor = path.join(path.dirname(host), "pulumi-language-python-exec");
    expect(readFileSync(executor, "utf8")).toBe("the executor");
    expect(statSync(executor).mode & 0o777).toBe(0o755);
  });

  it("puts the tool into the cache and tells each step", async () => {
    // go build … -o FILE PACKAGE
    goThat('shift $(($# - 2)); : > "$1"; /bin/chmod 755 "$1"');
    const lines: string[] = [];
    await buildTool("etcd", (line) => lines.push(line.replace(/\d+ s/, "N s")));
    expect(lines).toEqual([
      "etcd 3.6.5: downloading sources",
      "etcd 3.6.5: compiling 2 packages (downloaded after N s)",
      "etcd 3.6.5: built in N s",
    ]);
    expect(await findTool("etcd")).toEqual({ path: builtToolPath("etcd"), source: "cache", version: "3.6.5" });
  });
});

describe("pythonEnvironment", () => {
  it("says what to install where there is no Python", async () => {
    await expect(pythonEnvironment()).rejects.toThrow(
      "The sandbox needs Python 3.11 or newer with its venv module as python3 on PATH. Install it.",
    );
  });

  it("says what to install where Python is too old", async () => {
    command("python3", "echo 3.9.2");
    await expect(pythonEnvironment()).rejects.toThrow(
      "The sandbox needs Python 3.11 or newer; python3 on PATH is 3.9.2. Install a newer one.",
    );
  });

  it("leaves nothing half-made when packages cannot be installed", async () => {
    const python = `#!/bin/sh\necho "no network" >&2; exit 1`;
    command(
      "python3",
      `if [ "$1" = -c ]; then echo 3.11.7; else /bin/mkdir -p "$3/bin"; /bin/echo '${python}' > "$3/bin/python"; /bin/chmod 755 "$3/bin/python"; fi`,
    );
    await expect(pythonEnvironment()).rejects.toThrow("no network");
    expect(readdirSync(path.join(folder, "cache"))).toEqual([]);
  });
});
