import type { VaultCall } from "./vaultCall.js";

/** Asks for Vault's state. Every state is an answer here, so that the reason can be told instead of a bare status code. */
export const healthCall: VaultCall = {
  method: "GET",
  path: "sys/health",
  query: { standbyok: "true", perfstandbyok: "true", sealedcode: "200", uninitcode: "200", drsecondarycode: "200" },
  namespace: "",
};
