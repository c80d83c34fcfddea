import type { ResolvedSettings } from "./resolvedSettings.js";

/** How Vault's certificate is verified, and which one is shown to it. */
export function tlsOptions(settings: ResolvedSettings) {
  const { ca, clientCertificate, clientKey, tlsServerName, skipTlsVerify } = settings;
  return {
    ca: ca === undefined ? undefined : [...ca],
    cert: clientCertificate,
    key: clientKey,
    servername: tlsServerName,
    rejectUnauthorized: !skipTlsVerify,
  };
}
