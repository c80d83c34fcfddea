import { createPrivateKey, X509Certificate, type KeyObject } from "node:crypto";
import { readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { join } from "node:path";
import type { VaultSettings } from "./vaultSettings.js";

type Variable = (name: string) => string | undefined;

/**
 * The authorities that may have signed Vault's certificate, in the order of Vault's own client: VAULT_CACERT, VAULT_CACERT_BYTES, VAULT_CAPATH.
 *
 * @returns undefined for those of Node.js
 * @throws Error naming the setting, where a file cannot be read or holds no certificate
 */
export function certificateAuthorities(settings: VaultSettings, variable: Variable): string[] | undefined {
  if (settings.caCertificate !== undefined) {
    return [checkCertificates("caCertificate", settings.caCertificate)];
  }
  if (settings.caCertificateFile !== undefined) {
    return [certificatesIn("caCertificateFile", settings.caCertificateFile)];
  }
  const file = variable("VAULT_CACERT");
  if (file !== undefined) {
    return [certificatesIn("VAULT_CACERT", file)];
  }
  const bytes = variable("VAULT_CACERT_BYTES");
  if (bytes !== undefined) {
    return [checkCertificates("VAULT_CACERT_BYTES", bytes)];
  }
  const folder = variable("VAULT_CAPATH");
  return folder === undefined
    ? undefined
    : filesBelow("VAULT_CAPATH", folder).map((path) => certificatesIn("VAULT_CAPATH", path));
}

/**
 * The certificate to show to Vault, and its key.
 *
 * @throws Error naming the setting, where one of the two is missing, cannot be read, is no PEM, or belongs to another
 */
export function clientCertificate(
  settings: VaultSettings,
  variable: Variable,
): { readonly clientCertificate?: string; readonly clientKey?: string } {
  const certificate = pemOf(settings.clientCertificate, "clientCertificate", [
    ["clientCertificateFile", settings.clientCertificateFile],
    ["VAULT_CLIENT_CERT", variable("VAULT_CLIENT_CERT")],
  ]);
  const key = pemOf(settings.clientKey, "clientKey", [
    ["clientKeyFile", settings.clientKeyFile],
    ["VAULT_CLIENT_KEY", variable("VAULT_CLIENT_KEY")],
  ]);
  if (certificate === undefined && key === undefined) {
    return {};
  }
  if (certificate === undefined || key === undefined) {
    throw new Error(
      "a client certificate needs its key, and the key its certificate: only one of the two is given " +
        "(clientCertificate, clientCertificateFile, VAULT_CLIENT_CERT; clientKey, clientKeyFile, VAULT_CLIENT_KEY)",
    );
  }
  checkCertificates(certificate.source, certificate.text);
  checkKey(key, certificate.text, certificate.source);
  return { clientCertificate: certificate.text, clientKey: key.text };
}

/** A text in PEM. */
interface Pem {
  /** What messages call it. */
  readonly source: string;
  readonly text: string;
}

/**
 * Makes sure that a text holds a private key, and that of a certificate.
 *
 * @param certificate undefined where the certificate is not known
 */
export function checkKey(key: Pem, certificate: string | undefined, certificateSource = "clientCertificate"): void {
  const parsed = privateKey(key.source, key.text);
  if (certificate !== undefined && !new X509Certificate(certificate).checkPrivateKey(parsed)) {
    throw new Error(`${key.source}: is not the key of the certificate in ${certificateSource}`);
  }
}

function pemOf(
  text: string | undefined,
  setting: string,
  files: readonly (readonly [setting: string, file: string | undefined])[],
): Pem | undefined {
  if (text !== undefined) {
    return { source: setting, text };
  }
  const [source, file] = files.find(([, candidate]) => candidate !== undefined) ?? [];
  return source === undefined || file === undefined ? undefined : { source, text: readText(source, file) };
}

function certificatesIn(setting: string, file: string): string {
  return checkCertificates(`${setting}: ${file}`, readText(setting, file));
}

/**
 * Makes sure that a text holds certificates in PEM, and can be used.
 *
 * @param source what messages call it
 * @returns the text
 */
export function checkCertificates(source: string, text: string): string {
  const blocks = text.match(
    /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[^-]*-----END (?:TRUSTED |X509 )?CERTIFICATE-----/g,
  );
  if (blocks === null) {
    throw new Error(`${source}: holds no certificate in PEM (-----BEGIN CERTIFICATE-----)`);
  }
  for (const [index, block] of blocks.entries()) {
    try {
      new X509Certificate(block);
    } catch (error) {
      throw new Error(`${source}: certificate ${index + 1} of ${blocks.length} cannot be read`, { cause: error });
    }
  }
  return text;
}

function privateKey(source: string, text: string): KeyObject {
  try {
    return createPrivateKey(text);
  } catch {
    // Without the library's words as a cause: they are about a key.
    throw new Error(`${source}: holds no private key in PEM that can be read without a passphrase`);
  }
}

function readText(setting: string, file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new Error(`${setting}: cannot read ${file}: ${(error as Error).message}`, { cause: error });
  }
}

/**
 * All files in a folder and in those below, each once. A mounted Kubernetes volume keeps its files in a folder with a name that begins with "..",
 * to which they are links.
 */
function filesBelow(setting: string, folder: string, seen = new Set<string>()): string[] {
  const found: string[] = [];
  let names: string[];
  try {
    names = readdirSync(folder).sort();
  } catch (error) {
    throw new Error(`${setting}: cannot read ${folder}: ${(error as Error).message}`, { cause: error });
  }
  for (const name of names.filter((candidate) => !candidate.startsWith(".."))) {
    const path = join(folder, name);
    const real = realpathSync(path);
    if (seen.has(real)) {
      continue;
    }
    seen.add(real);
    found.push(...(statSync(real).isDirectory() ? filesBelow(setting, path, seen) : [path]));
  }
  return found;
}
