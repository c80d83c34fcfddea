import { existsSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { cacheFolder, removeAbandoned } from "./cacheFolder.js";
import { Downloads } from "./download.js";
import { thisPlatform, type Platform, type Release } from "./release.js";
import { unpack } from "./unpack.js";

/** Where the release's executable lies once it is fetched; `undefined` where there is none for this machine. */
export function fetchedToolPath(release: Release): string | undefined {
  const platform = thisPlatform();
  return platform && path.join(releaseFolder(release), release.executable(platform));
}

function releaseFolder({ id, version }: Release): string {
  return path.join(cacheFolder(), `${id}-${version}-${process.platform}-${process.arch}-release`);
}

const running = new Map<string, Promise<void>>();

/**
 * Fetches a release into the cache. What the vendor's published SHA-256 sum does not match is neither unpacked nor kept. The cache changes
 * only by one rename at the very end.
 *
 * @returns the path of the executable
 * @throws Error saying why there is no release to be had
 */
export async function fetchRelease(release: Release, log: (line: string) => void): Promise<string> {
  const platform = thisPlatform();
  const file = platform && release.file(platform);
  if (platform === undefined || file === undefined) {
    throw new Error(`${release.id} ${release.version} is not released for ${process.platform} ${process.arch}`);
  }
  const target = releaseFolder(release);
  // Several tools may come from one archive.
  let fetching = running.get(target);
  if (fetching === undefined) {
    fetching = fetchInto(target, release, platform, file, log).finally(() => running.delete(target));
    running.set(target, fetching);
  }
  await fetching;
  return path.join(target, release.executable(platform));
}

async function fetchInto(
  target: string,
  release: Release,
  platform: Platform,
  file: string,
  log: (line: string) => void,
): Promise<void> {
  const started = Date.now();
  const title = `${release.id} ${release.version}`;
  removeAbandoned();
  const scratch = mkdtempSync(path.join(cacheFolder(), `.fetching-${process.pid}-`));
  const downloads = new Downloads();
  try {
    const folder = mirrored(release.folder);
    const wanted = publishedSum(await downloads.text(`${folder}/${release.sums(file)}`), file);
    if (wanted === undefined) {
      throw new Error(`${folder}/${release.sums(file)} has no SHA-256 sum of ${file}`);
    }
    log(`${title}: fetching ${folder}/${file}`);
    const archive = path.join(scratch, ".download");
    const sum = await downloads.file(`${folder}/${file}`, archive);
    if (sum !== wanted) {
      throw new Error(`${folder}/${file} has the SHA-256 sum ${sum}, but ${wanted} is published`);
    }
    await unpack(archive, file, scratch, release.executable(platform));
    rmSync(archive, { force: true });
    if (!existsSync(target)) {
      renameSync(scratch, target);
    }
    log(`${title}: fetched in ${Math.round((Date.now() - started) / 1000)} s`);
  } finally {
    await downloads.close();
    rmSync(scratch, { recursive: true, force: true });
  }
}

/**
 * `KUBEVAULT_AWS_RELEASES` names a mirror that has the vendors' files in folders named by their hosts:
 * `https://mirror.example/releases.hashicorp.com/vault/…`.
 */
function mirrored(folder: string): string {
  const mirror = process.env.KUBEVAULT_AWS_RELEASES;
  return mirror === undefined ? folder : `${mirror.replace(/\/+$/, "")}/${folder.replace("https://", "")}`;
}

/** From lines of `SUM  FILE`, as sha256sum writes them, or from a file that holds one sum alone. */
export function publishedSum(sums: string, file: string): string | undefined {
  const lines = sums
    .split("\n")
    .map((line) => /^([0-9a-f]{64})(?:\s+\*?(\S+))?\s*$/i.exec(line))
    .filter((line) => line !== null);
  const named = lines.find(([, , name]) => name === path.posix.basename(file));
  const alone = lines.length === 1 && lines[0]?.[2] === undefined ? lines[0] : undefined;
  return (named ?? alone)?.[1]?.toLowerCase();
}
