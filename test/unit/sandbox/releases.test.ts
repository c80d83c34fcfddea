import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer, type Server } from "node:http";
import { createServer, type AddressInfo, type Server as TcpServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { c as createTar } from "tar";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { redirectTarget, timeouts } from "../../../sandbox/tools/download.js";
import { publishedSum } from "../../../sandbox/tools/fetchRelease.js";
import { findTool, findTools, type ToolName } from "../../../sandbox/tools/index.js";
import { thisPlatform, type Platform } from "../../../sandbox/tools/release.js";
import { toolCatalog, type Tool } from "../../../sandbox/tools/toolCatalog.js";

/** A ZIP archive as HashiCorp publishes it: LICENSE.txt, and `vault` (mode 755), a script. */
const vaultZip = Buffer.from(
  "UEsDBBQAAAAIAAAAIViKXnDsCgAAAGQAAAALAAAATElDRU5TRS50eHRLK0pN5UqjLQEAUEsDBBQAAAAIAAAAIVhL9ZqqHwAAAB0AAAAFAAAAdmF1bHRTVtRPyszTL87gSk3OyFcISyzNKVEoM9Qz" +
    "tNAz4AIAUEsBAhQDFAAAAAgAAAAhWIpecOwKAAAAZAAAAAsAAAAAAAAAAAAAAKSBAAAAAExJQ0VOU0UudHh0UEsBAhQDFAAAAAgAAAAhWEv1mqofAAAAHQAAAAUAAAAAAAAAAAAAAO2BMwAAAHZh" +
    "dWx0UEsFBgAAAAACAAIAbAAAAHUAAAAAAA==",
  "base64",
);
const vaultScript = "#!/bin/sh\necho Vault v1.18.0\n";

const platform = thisPlatform() as Platform;
const vaultFile = `vault_1.18.0_${platform.os}_${platform.cpu}.zip`;
const vaultFolder = "/releases.hashicorp.com/vault/1.18.0";

let folder: string;
let server: Server | TcpServer;
let mirror: string;
let files: Map<string, Buffer | string>;
let requests: string[];
let lines: string[];

const log = (line: string): void => void lines.push(line.replaceAll(mirror, "MIRROR").replace(/\d+ s$/, "N s"));
const sha256 = (content: Buffer | string): string => createHash("sha256").update(content).digest("hex");
const cache = (): string[] => readdirSync(path.join(folder, "cache"));
const find = (name: ToolName) => findTool(name, { log });

async function listen(started: Server | TcpServer): Promise<void> {
  server = started;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  mirror = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  vi.stubEnv("KUBEVAULT_AWS_RELEASES", `${mirror}/`);
}

async function close(): Promise<void> {
  if ("closeAllConnections" in server) {
    server.closeAllConnections();
  }
  await new Promise<void>((resolve) => server.close(() => resolve()));
}

/** A `go` that "builds" by writing a marked file: what is built instead of fetched can be told apart. */
function goThatBuilds(): void {
  const script =
    'case "$1" in env) echo go1.26.0;; list) echo one;; build) shift $(($# - 2)); echo built > "$1"; /bin/chmod 755 "$1";; esac';
  writeFileSync(path.join(folder, "bin", "go"), `#!/bin/sh\n${script}\n`);
  chmodSync(path.join(folder, "bin", "go"), 0o755);
}

function publishVault(archive: Buffer, sums = `${sha256(archive)}  ${vaultFile}\n`): void {
  files.set(`${vaultFolder}/${vaultFile}`, archive);
  files.set(`${vaultFolder}/vault_1.18.0_SHA256SUMS`, `${"0".repeat(64)}  vault_1.18.0_windows_386.zip\n${sums}`);
}

async function tarball(contents: Readonly<Record<string, string>>): Promise<Buffer> {
  const source = mkdtempSync(path.join(folder, "tar-"));
  for (const [file, content] of Object.entries(contents)) {
    mkdirSync(path.dirname(path.join(source, file)), { recursive: true });
    writeFileSync(path.join(source, file), content, { mode: 0o755 });
  }
  const archive = path.join(folder, "archive.tar.gz");
  await createTar({ gzip: true, file: archive, cwd: source }, readdirSync(source));
  return readFileSync(archive);
}

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "releases-"));
  mkdirSync(path.join(folder, "bin"));
  files = new Map();
  requests = [];
  lines = [];
  for (const name of ["HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "KUBEBUILDER_ASSETS"]) {
    vi.stubEnv(name, undefined);
  }
  vi.stubEnv("PATH", path.join(folder, "bin"));
  vi.stubEnv("KUBEVAULT_AWS_CACHE", path.join(folder, "cache"));
  await listen(
    createHttpServer((request, response) => {
      const url = request.url ?? "";
      requests.push(url);
      const content = files.get(url);
      if (typeof content === "string" && content.startsWith("redirect:")) {
        response.writeHead(302, { location: content.slice("redirect:".length) }).end();
      } else {
        response.writeHead(content === undefined ? 404 : 200).end(content ?? "no such file");
      }
    }),
  );
});

afterEach(async () => {
  await close();
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

describe("a tool that the machine does not have", () => {
  it("is fetched from HashiCorp's ZIP archive, and is in the cache from then on", async () => {
    publishVault(vaultZip);
    const file = path.join(folder, "cache", `vault-1.18.0-${process.platform}-${process.arch}-release`, "vault");
    expect(await find("vault")).toEqual({ path: file, source: "fetched", version: "1.18.0" });
    expect(readFileSync(file, "utf8")).toBe(vaultScript);
    expect(statSync(file).mode & 0o777).toBe(0o755);
    expect(lines).toEqual([`vault 1.18.0: fetching MIRROR${vaultFolder}/${vaultFile}`, "vault 1.18.0: fetched in N s"]);

    requests.length = 0;
    expect(await find("vault")).toEqual({ path: file, source: "cache", version: "1.18.0" });
    expect(requests).toEqual([]);
    expect(cache()).toEqual([`vault-1.18.0-${process.platform}-${process.arch}-release`]);
  });

  it.runIf(platform.os === "linux")(
    "is fetched as Kubernetes publishes it: bare, its sum alone beside it",
    async () => {
      const file = `/dl.k8s.io/release/v1.35.4/bin/linux/${platform.cpu}/kube-apiserver`;
      // dl.k8s.io sends everybody on to its content network.
      files.set(file, "redirect:/cdn/kube-apiserver");
      files.set(`${file}.sha256`, "redirect:/cdn/kube-apiserver.sha256");
      files.set("/cdn/kube-apiserver", "a server");
      files.set("/cdn/kube-apiserver.sha256", sha256("a server"));
      const found = await find("kube-apiserver");
      expect(readFileSync(found.path, "utf8")).toBe("a server");
      expect(statSync(found.path).mode & 0o777).toBe(0o755);
      expect(requests).toEqual([`${file}.sha256`, "/cdn/kube-apiserver.sha256", file, "/cdn/kube-apiserver"]);
    },
  );

  it.runIf(platform.os === "linux")("is fetched from etcd's tar archive", async () => {
    const name = `etcd-v3.6.5-linux-${platform.cpu}`;
    const archive = await tarball({ [`${name}/etcd`]: "a store", [`${name}/README.md`]: "read" });
    files.set(`/github.com/etcd-io/etcd/releases/download/v3.6.5/${name}.tar.gz`, archive);
    files.set("/github.com/etcd-io/etcd/releases/download/v3.6.5/SHA256SUMS", `${sha256(archive)}  ${name}.tar.gz\n`);
    const found = await find("etcd");
    expect(readFileSync(found.path, "utf8")).toBe("a store");
    expect(path.basename(path.dirname(found.path))).toBe(name);
  });

  it("is fetched from Pulumi's archive, once for all that is in it", async () => {
    const archive = await tarball({ "pulumi/pulumi": "the CLI", "pulumi/pulumi-language-yaml": "a host" });
    const file = `pulumi-v3.250.0-${platform.os}-${platform.cpu === "amd64" ? "x64" : "arm64"}.tar.gz`;
    const release = "/github.com/pulumi/pulumi/releases/download/v3.250.0";
    files.set(`${release}/${file}`, archive);
    files.set(`${release}/pulumi-3.250.0-checksums.txt`, `${sha256(archive)}  ${file}\n`);
    const found = await findTools(["pulumi", "pulumi-language-yaml"], { log });
    expect(readFileSync(found.pulumi.path, "utf8")).toBe("the CLI");
    expect(readFileSync(found["pulumi-language-yaml"].path, "utf8")).toBe("a host");
    expect(found["pulumi-language-yaml"]).toMatchObject({ source: "fetched", version: "3.250.0" });
    expect(requests).toEqual([`${release}/pulumi-3.250.0-checksums.txt`, `${release}/${file}`]);
  });
});

describe("a release that is not to be had", () => {
  beforeEach(goThatBuilds);

  async function expectBuilt(reason: string): Promise<void> {
    const found = await find("vault");
    expect(found.source).toMatch(/^built in \d+ s$/);
    expect(readFileSync(found.path, "utf8")).toBe("built\n");
    expect(lines).toContain(
      `vault 1.18.0: the release is not to be had, it is built: ${reason.replaceAll(mirror, "MIRROR")}`,
    );
    // Nothing of the release is left, not even half of it.
    expect(cache()).toEqual([path.basename(path.dirname(found.path))]);
  }

  it("because its sum is another is neither unpacked nor kept", async () => {
    publishVault(vaultZip, `${sha256("another")}  ${vaultFile}\n`);
    await expectBuilt(
      `${mirror}${vaultFolder}/${vaultFile} has the SHA-256 sum ${sha256(vaultZip)}, but ${sha256("another")} is published`,
    );
  });

  it("because no sum of it is published", async () => {
    publishVault(vaultZip, "");
    await expectBuilt(`${mirror}${vaultFolder}/vault_1.18.0_SHA256SUMS has no SHA-256 sum of ${vaultFile}`);
    expect(requests).toEqual([`${vaultFolder}/vault_1.18.0_SHA256SUMS`]);
  });

  it("because its archive is truncated, though its sum is right", async () => {
    publishVault(vaultZip.subarray(0, vaultZip.length - 30));
    await expectBuilt(
      "End of central directory record signature not found. Either not a zip file, or file is truncated.",
    );
  });

  it.runIf(platform.os === "linux")("because its tar archive is truncated, though its sum is right", async () => {
    const name = `etcd-v3.6.5-linux-${platform.cpu}`;
    const archive = (await tarball({ [`${name}/etcd`]: "a store" })).subarray(0, -20);
    const release = "/github.com/etcd-io/etcd/releases/download/v3.6.5";
    files.set(`${release}/${name}.tar.gz`, archive);
    files.set(`${release}/SHA256SUMS`, `${sha256(archive)}  ${name}.tar.gz\n`);
    const found = await find("etcd");
    expect(readFileSync(found.path, "utf8")).toBe("built\n");
    expect(lines).toContain("etcd 3.6.5: the release is not to be had, it is built: zlib: unexpected end of file");
    expect(cache()).toEqual([path.basename(path.dirname(found.path))]);
  });

  it("because the connection breaks off in the middle", async () => {
    publishVault(vaultZip);
    await close();
    await listen(
      createHttpServer((request, response) => {
        const content = files.get(request.url ?? "") as Buffer;
        response.writeHead(200, { "content-length": Buffer.byteLength(content) });
        if (request.url?.endsWith(".zip") === true) {
          response.write(content.subarray(0, 100), () => response.destroy());
        } else {
          response.end(content);
        }
      }),
    );
    await expectBuilt(`${mirror}${vaultFolder}/${vaultFile} broke off: other side closed`);
  });

  it("because the vendor answers with an error", async () => {
    await expectBuilt(`${mirror}${vaultFolder}/vault_1.18.0_SHA256SUMS answered with status 404`);
  });

  it("because the host refuses connections, is asked for nothing else", async () => {
    await close();
    const { port } = new URL(mirror);
    await expectBuilt(`${mirror} cannot be reached: connect ECONNREFUSED 127.0.0.1:${port}`);
    // Should it come back: what a run has decided about a host holds for that run.
    server = createHttpServer((request, response) => {
      requests.push(request.url ?? "");
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(Number(port), "127.0.0.1", resolve));
    expect((await find("etcd")).source).toMatch(/^built/);
    expect(requests).toEqual([]);
  });

  it("because the host does not answer, costs its time limit once", async () => {
    await close();
    let connections = 0;
    const open = new Set<{ destroy: () => void }>();
    await listen(
      createServer((socket) => {
        connections += 1;
        open.add(socket.on("error", () => undefined));
      }),
    );
    const before = timeouts.headers;
    timeouts.headers = 300;
    try {
      await expectBuilt(`${mirror} cannot be reached: Headers Timeout Error`);
      expect((await find("etcd")).source).toMatch(/^built/);
      expect(connections).toBe(1);
    } finally {
      timeouts.headers = before;
      open.forEach((socket) => socket.destroy());
    }
  });

  it("because a redirect never ends", async () => {
    files.set(`${vaultFolder}/vault_1.18.0_SHA256SUMS`, `redirect:${vaultFolder}/vault_1.18.0_SHA256SUMS`);
    await expectBuilt(`${mirror}${vaultFolder}/vault_1.18.0_SHA256SUMS redirects more than 5 times`);
  });

  it("is part of the error where the tool cannot be built either", async () => {
    rmSync(path.join(folder, "bin", "go"));
    await expect(find("vault")).rejects.toThrow(
      "vault is not on this machine and cannot be built: there is no Go. Install Go 1.26 or newer, or put 1.18.0 of vault on PATH.\n" +
        `Its release could not be fetched: ${mirror}${vaultFolder}/vault_1.18.0_SHA256SUMS answered with status 404`,
    );
  });
});

describe("buildTools", () => {
  it("fetches nothing, and does not take what was fetched earlier", async () => {
    publishVault(vaultZip);
    await find("vault");
    requests.length = 0;
    goThatBuilds();
    const built = await findTool("vault", { buildTools: true });
    expect(readFileSync(built.path, "utf8")).toBe("built\n");
    expect(requests).toEqual([]);
    // What was asked for is what the next run takes.
    expect((await find("vault")).path).toBe(built.path);
  });
});

describe("findTools", () => {
  it("reports all that is not to be had together", async () => {
    await expect(findTools(["etcd", "vault"], { log, buildTools: true })).rejects.toThrow(
      /^etcd is not on this machine .*\nvault is not on this machine .*$/,
    );
  });
});

describe("the catalogue", () => {
  const urls = (on: Platform): Record<string, string | undefined> =>
    Object.fromEntries(
      Object.entries<Tool>(toolCatalog).map(([name, { release }]) => {
        const file = release?.file(on);
        return [name, file && `${release?.folder}/${file}`];
      }),
    );

  it("names the vendors' files for Linux", () => {
    expect(urls({ os: "linux", cpu: "amd64" })).toMatchObject({
      etcd: "https://github.com/etcd-io/etcd/releases/download/v3.6.5/etcd-v3.6.5-linux-amd64.tar.gz",
      pulumi: "https://github.com/pulumi/pulumi/releases/download/v3.250.0/pulumi-v3.250.0-linux-x64.tar.gz",
      "kube-apiserver": "https://dl.k8s.io/release/v1.35.4/bin/linux/amd64/kube-apiserver",
      vault: "https://releases.hashicorp.com/vault/1.18.0/vault_1.18.0_linux_amd64.zip",
      "vault-1.21": "https://releases.hashicorp.com/vault/1.21.0/vault_1.21.0_linux_amd64.zip",
    });
  });

  it("names the vendors' files for macOS, where Kubernetes has none", () => {
    expect(urls({ os: "darwin", cpu: "arm64" })).toMatchObject({
      etcd: "https://github.com/etcd-io/etcd/releases/download/v3.6.5/etcd-v3.6.5-darwin-arm64.zip",
      pulumi: "https://github.com/pulumi/pulumi/releases/download/v3.250.0/pulumi-v3.250.0-darwin-arm64.tar.gz",
      "kube-apiserver": undefined,
      vault: "https://releases.hashicorp.com/vault/1.18.0/vault_1.18.0_darwin_arm64.zip",
    });
  });
});

describe("redirectTarget", () => {
  const from = new URL("https://dl.example/release/tool");

  it("follows absolute and relative locations", () => {
    expect(redirectTarget(from, "https://cdn.example/tool").href).toBe("https://cdn.example/tool");
    expect(redirectTarget(from, "/other/tool").href).toBe("https://dl.example/other/tool");
  });

  it("refuses to leave HTTPS", () => {
    expect(() => redirectTarget(from, "http://cdn.example/tool")).toThrow(
      "https://dl.example/release/tool redirects to http://cdn.example, which is not HTTPS",
    );
  });
});

describe("publishedSum", () => {
  const sum = "ab".repeat(32);

  it.each([
    ["a list, for the file's name", `${"0".repeat(64)}  other.zip\n${sum}  tool.zip\n`, sum],
    ["a list with binary marks", `${sum} *tool.zip\n`, sum],
    ["capital digits", `${sum.toUpperCase()}  tool.zip`, sum],
    ["a sum alone", sum, sum],
    ["a list without the file", `${sum}  tool.zip.sig\n`, undefined],
    ["a page instead of sums", "<html>Sign in</html>", undefined],
    ["nothing", "", undefined],
  ])("reads %s", (_, sums, expected) => {
    expect(publishedSum(sums, "bin/tool.zip")).toBe(expected);
  });
});
