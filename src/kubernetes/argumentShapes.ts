import { callback, input, objectShape, plain, type ObjectShape } from "../internal/validation/argumentShape.js";
import type { KeyAcceptanceArgs } from "./acceptedKeys.js";
import type { CredentialSecretArgs } from "./credentialSecret.js";
import type { UnsealKeysArgs } from "./unsealKeys.js";
import type { VaultServerArgs } from "./vaultServerArgs.js";

/** The arguments of a VaultServer; what is in `spec` is checked field by field. */
export const vaultServerShape: ObjectShape = objectShape<VaultServerArgs>("VaultServer", {
  namespace: input,
  spec: input,
  serverName: input,
  apiVersion: plain,
  sessionTokenSecretName: input,
  irsa: objectShape<NonNullable<VaultServerArgs["irsa"]>>("VaultServer.irsa", { roleArn: input, clusterRegion: input }),
  restartTrigger: input,
  operatorClusterName: input,
  readyTimeoutSeconds: plain,
  kubeconfig: input,
  context: input,
  onImmutableChange: plain,
  labels: input,
  annotations: input,
  transform: objectShape<NonNullable<VaultServerArgs["transform"]>>("VaultServer.transform", {
    serviceAccount: callback,
    vaultServer: callback,
  }),
});

/** The arguments of a CredentialSecret. */
export const credentialSecretShape: ObjectShape = objectShape<CredentialSecretArgs>("CredentialSecret", {
  namespace: input,
  secretName: input,
  accessKeyId: input,
  secretAccessKey: input,
  sessionToken: input,
  separateSessionToken: plain,
  awaitAcceptance: objectShape<KeyAcceptanceArgs>("CredentialSecret.awaitAcceptance", {
    region: input,
    stsEndpoint: input,
    timeoutSeconds: plain,
  }),
  labels: input,
  annotations: input,
  transform: objectShape<NonNullable<CredentialSecretArgs["transform"]>>("CredentialSecret.transform", {
    secret: callback,
    sessionTokenSecret: callback,
  }),
});

/** The arguments of UnsealKeys. */
export const unsealKeysShape: ObjectShape = objectShape<UnsealKeysArgs>("UnsealKeys", {
  namespace: input,
  secretName: input,
  labels: input,
  annotations: input,
  transform: objectShape<NonNullable<UnsealKeysArgs["transform"]>>("UnsealKeys.transform", { secret: callback }),
});
