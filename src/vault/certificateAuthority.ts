import { readSecretData } from "./portForward/secretData.js";
import { checkCertificates } from "./certificates.js";
import type { ResolvedSettings } from "./resolvedSettings.js";

/**
 * Settings with the certificate authority of the connection's `caSecret`. A Secret that holds none belongs to a certificate of a public authority
 * (cert-manager with ACME): it is then verified against the authorities that the system trusts.
 *
 * @throws Error naming the Secret, where it is missing or the API server cannot be reached
 */
export async function withCaFromSecret(settings: ResolvedSettings): Promise<ResolvedSettings> {
  const { caFrom } = settings;
  if (caFrom?.caSecret === undefined || settings.skipTlsVerify || !settings.address.startsWith("https:")) {
    return settings;
  }
  const { namespace, caSecret } = caFrom;
  const where = `kubernetes.caSecret: Secret ${namespace}/${caSecret.name}`;
  const data = await readSecretData({ namespace, name: caSecret.name }, caFrom, where, settings.requestTimeoutMs);
  const certificate = data[caSecret.key]?.trim() ?? "";
  return certificate === "" ? settings : { ...settings, ca: [checkCertificates(where, certificate)] };
}
