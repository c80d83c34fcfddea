import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import path from "node:path";
import { execa } from "execa";

/** An npm registry that has this package as if it were published; everything else comes from the registry that npm uses. */
export interface NpmRegistry {
  readonly url: string;
  readonly stop: () => void;
}

interface Packument {
  readonly "dist-tags": Readonly<Record<string, string>>;
}

const json = "application/json";

/**
 * @param repository whose package is served, as `npm pack` packs it
 * @param latest versions that are the newest of their packages here
 */
export async function startNpmRegistry(
  repository: string,
  folder: string,
  latest: Readonly<Record<string, string>>,
): Promise<NpmRegistry> {
  const pack = await execa("npm", ["pack", "--ignore-scripts", "--pack-destination", folder], { cwd: repository });
  const tarball = readFileSync(path.join(folder, pack.stdout.trim().split("\n").at(-1) ?? ""));
  const manifest = JSON.parse(readFileSync(path.join(repository, "package.json"), "utf8")) as {
    readonly name: string;
    readonly version: string;
  };
  const upstream = (await execa("npm", ["config", "get", "registry"], { cwd: repository })).stdout.trim();
  const integrity = `sha512-${createHash("sha512").update(tarball).digest("base64")}`;

  async function answer(at: string): Promise<{ readonly type: string; readonly body: string | Buffer }> {
    if (at === "/own.tgz") {
      return { type: "application/octet-stream", body: tarball };
    }
    const name = decodeURIComponent(at.slice(1));
    if (name === manifest.name) {
      const dist = { tarball: `${url}/own.tgz`, integrity };
      const versions = { [manifest.version]: { ...manifest, dist } };
      return { type: json, body: JSON.stringify({ name, "dist-tags": { latest: manifest.version }, versions }) };
    }
    const found = await fetch(new URL(at.slice(1), upstream), { headers: { accept: json } });
    if (!found.ok) {
      throw new Error(`${name}: ${found.status}`);
    }
    const packument = (await found.json()) as Packument;
    const version = latest[name];
    const tags = version === undefined ? {} : { "dist-tags": { ...packument["dist-tags"], latest: version } };
    return { type: json, body: JSON.stringify({ ...packument, ...tags }) };
  }

  const server = createServer((request, response) => {
    answer(request.url ?? "/").then(
      ({ type, body }) => response.setHeader("content-type", type).end(body),
      (error: unknown) => {
        response.statusCode = 502;
        response.end(String(error));
      },
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
  return {
    url,
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
