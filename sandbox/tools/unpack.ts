import { createWriteStream } from "node:fs";
import { chmod, mkdir, rename } from "node:fs/promises";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { x as extractTar } from "tar";
import { openPromise as openZip, type Entry } from "yauzl";

/**
 * Unpacks a release into a folder: a `.tar.gz` or `.zip`, or a bare executable, which gets the name `executable`.
 *
 * @throws Error where the archive is damaged or incomplete
 */
export async function unpack(archive: string, name: string, folder: string, executable: string): Promise<void> {
  if (name.endsWith(".tar.gz")) {
    await extractTar({ file: archive, cwd: folder, strict: true });
  } else if (name.endsWith(".zip")) {
    await unzip(archive, folder);
  } else {
    await rename(archive, path.join(folder, executable));
  }
  await chmod(path.join(folder, executable), 0o755);
}

async function unzip(archive: string, folder: string): Promise<void> {
  const zip = await openZip(archive);
  // The library refuses names that lead out of the folder.
  for await (const entry of zip.eachEntry()) {
    const target = path.join(folder, entry.fileName);
    if (entry.fileName.endsWith("/")) {
      await mkdir(target, { recursive: true });
    } else {
      await mkdir(path.dirname(target), { recursive: true });
      await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(target, { mode: modeOf(entry) }));
    }
  }
}

/** Permissions are in the upper half of the attributes where the archive was made on Unix. */
function modeOf(entry: Entry): number {
  return (entry.externalFileAttributes >>> 16) & 0o777 || 0o644;
}
