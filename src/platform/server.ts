import * as pulumi from "@pulumi/pulumi";
import { mergedTexts } from "../internal/texts.js";
import type { RootCredential } from "../iam/rootCredential.js";
import type { CredentialSecret } from "../kubernetes/credentialSecret.js";
import { VaultServer } from "../kubernetes/vaultServer.js";
import type { DynamoDbStorage } from "../storage/dynamoDbStorage.js";
import type { PlatformScope } from "./scope.js";
import type { PlatformUnsealing } from "./unsealing.js";

/** What the VaultServer is created from. */
export interface ServerRequest {
  readonly rootCredential: RootCredential;
  readonly storage: DynamoDbStorage;
  readonly storageSecret: CredentialSecret | undefined;
  readonly unsealing: PlatformUnsealing;
}

/** Creates Vault in the cluster. */
export function createServer(
  { name, args, parent, serverName, protectData }: PlatformScope,
  request: ServerRequest,
): VaultServer {
  const { rootCredential, storage, storageSecret, unsealing } = request;
  const { roleArn } = storage;
  // Field by field, so that a field that is not known yet does not hide the others from a preview.
  const dynamodb = {
    ...storage.backend,
    ...(storageSecret === undefined ? {} : { credentialSecretRef: { name: storageSecret.secretName } }),
  };
  const { awsKmsSsm } = unsealing;
  // Storage and unsealer run in one pod, with one identity.
  const unsealer =
    awsKmsSsm === undefined || storageSecret === undefined || "credentialSecretRef" in awsKmsSsm
      ? unsealing.unsealer
      : {
          ...unsealing.unsealer,
          mode: { awsKmsSsm: { ...awsKmsSsm, credentialSecretRef: { name: storageSecret.secretName } } },
        };
  return new VaultServer(
    `${name}-server`,
    {
      // Vault reads its key only when it starts.
      restartTrigger: storage.accessKeyId,
      sessionTokenSecretName: storageSecret?.sessionTokenSecretName,
      kubeconfig: args.kubeconfig,
      context: args.context,
      ...args.vaultServerOptions,
      labels: mergedTexts(args.labels, args.vaultServerOptions?.labels),
      annotations: mergedTexts(args.annotations, args.vaultServerOptions?.annotations),
      namespace: args.namespace,
      serverName,
      spec: {
        terminationPolicy: protectData ? "DoNotTerminate" : "WipeOut",
        // Without an issuer the operator signs the certificates itself.
        ...(args.plainHttp === true ? {} : { tls: {} }),
        ...args.vaultServer,
        unsealer,
        backend: { dynamodb },
      },
      ...(args.irsa === undefined
        ? {}
        : {
            irsa: {
              // Vault may start only when its role has all its rights.
              roleArn: pulumi.all([rootCredential.readyArn, roleArn]).apply(([arn]) => arn),
              clusterRegion: args.irsa.clusterRegion,
            },
          }),
    },
    { ...parent, protect: protectData },
  );
}
