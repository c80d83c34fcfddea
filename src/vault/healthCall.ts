import type { VaultCall } from "./vaultCall.js";

/** Asks for Vault's state. Every state is an answer here, so that messages can name the reason instead of only a status code. */
export const healthCall: VaultCall = {
  method: "GET",
  path: "sys/health",
  query: { standbyok: "true", perfstandbyok: "true", sealedcode: "200", uninitcode: "200", drsecondarycode: "200" },
  namespace: "",
};
