import * as kms from "@pulumi/aws/kms/index.js";
import * as pulumi from "@pulumi/pulumi";
import { parseArn } from "../aws/arns.js";
import type { InputOf } from "../internal/inputOf.js";
import { UnsealKeys } from "../kubernetes/unsealKeys.js";
import { unsealerKeyPrefix } from "../kubernetes/vaultServerNames.js";
import type { AwsKmsSsmUnsealer, VaultServerUnsealer } from "../kubernetes/vaultServerSpec.js";
import type { DynamoDbStorageArgs } from "../storage/dynamoDbStorageArgs.js";
import { UnsealParameters } from "../storage/unsealParameters.js";
import type { VaultLoginArgs } from "../vaultresource/vaultConnection.js";
import { defaultSsmKeyPrefix } from "./names.js";
import type { PlatformScope } from "./scope.js";
import type { VaultPlatformKmsUnsealerArgs, VaultPlatformUnsealerArgs } from "./vaultPlatformArgs.js";

/** How the unseal key is split by default: as Vault's own `operator init` does. */
const defaultShares = { secretShares: 5, secretThreshold: 3 };

/** A plain object whose fields may be outputs. */
type Fields<T> = Exclude<InputOf<T>, pulumi.Output<unknown> | Promise<unknown>>;

/** Where a platform's unseal keys and root token are kept. */
export interface PlatformUnsealing {
  /** `spec.unsealer` of the VaultServer, but for the Secret that Vault's storage shares with it. */
  readonly unsealer: Fields<VaultServerUnsealer>;
  /** `spec.unsealer.mode.awsKmsSsm`, where the keys are in SSM. */
  readonly awsKmsSsm?: Fields<AwsKmsSsmUnsealer>;
  /** What the storage identity needs for it. */
  readonly storageRights?: DynamoDbStorageArgs["unsealer"];
  /** How to get the root token, where it is not in a Secret. */
  readonly login?: VaultLoginArgs;
  /** What holds the keys, where the platform creates it. */
  readonly keys: pulumi.Resource[];
}

/** The `unsealer` argument in its long form. */
export function unsealerOf({ unsealer = "kubernetesSecret" }: PlatformScope["args"]): VaultPlatformUnsealerArgs {
  return typeof unsealer === "string" ? { kind: unsealer } : unsealer;
}

/** Creates what holds the unseal keys, and says who needs what for it. */
export function createUnsealing(scope: PlatformScope): PlatformUnsealing {
  const own = scope.args.vaultServer.unsealer as Fields<VaultServerUnsealer> | undefined;
  if (own !== undefined) {
    return ownUnsealing(scope, own);
  }
  const chosen = unsealerOf(scope.args);
  return chosen.kind === "awsKmsSsm" ? inParameters(scope, chosen) : inSecret(scope, chosen);
}

function inSecret(
  { name, args, parent, serverName, protectData }: PlatformScope,
  {
    existingSecretName,
    secretName: givenName,
    ...shares
  }: Extract<VaultPlatformUnsealerArgs, { kind: "kubernetesSecret" }>,
): PlatformUnsealing {
  const keys =
    existingSecretName === undefined
      ? new UnsealKeys(
          `${name}-unseal-keys`,
          {
            namespace: args.namespace,
            secretName: givenName ?? `${serverName}-keys`,
            labels: args.labels,
            annotations: args.annotations,
          },
          { ...parent, protect: protectData },
        )
      : undefined;
  const secretName = keys?.secretName ?? existingSecretName ?? "";
  return {
    unsealer: { ...sharesOf(shares), mode: { kubernetesSecret: { secretName } } },
    keys: keys === undefined ? [] : [keys],
  };
}

function inParameters(scope: PlatformScope, chosen: VaultPlatformKmsUnsealerArgs): PlatformUnsealing {
  const { name, args, parent, serverName, protectData } = scope;
  const key =
    chosen.kmsKeyArn === undefined
      ? new kms.Key(
          `${name}-unseal-key`,
          {
            description: "Encrypts the unseal keys and the root token of Vault",
            enableKeyRotation: true,
            tags: args.tags,
          },
          { ...parent, protect: protectData },
        )
      : undefined;
  const kmsKeyArn = pulumi.output(chosen.kmsKeyArn ?? key?.arn ?? "");
  const ssmKeyPrefix = chosen.ssmKeyPrefix ?? defaultSsmKeyPrefix(serverName);
  const region = kmsKeyArn.apply((arn) => parseArn(arn)?.region ?? "");
  const shares = sharesOf(chosen);
  const names = keyNames(scope, ssmKeyPrefix, shares.secretShares);
  const parameters = new UnsealParameters(
    `${name}-unseal-parameters`,
    { names, region },
    { ...parent, protect: protectData },
  );
  const awsKmsSsm = { kmsKeyID: kmsKeyArn, ssmKeyPrefix, region };
  return {
    unsealer: { ...shares, mode: { awsKmsSsm } },
    awsKmsSsm,
    storageRights: { kmsKeyArn, ssmKeyPrefix },
    login: loginOf(scope, ssmKeyPrefix, region),
    keys: [parameters, ...(key === undefined ? [] : [key])],
  };
}

/** An unsealer in KubeVault's own terms: its rights are derived from it, and nothing is created for it. */
function ownUnsealing(scope: PlatformScope, own: Fields<VaultServerUnsealer>): PlatformUnsealing {
  const { mode } = own as { readonly mode?: { readonly awsKmsSsm?: Fields<AwsKmsSsmUnsealer> } };
  const awsKmsSsm = mode?.awsKmsSsm;
  if (awsKmsSsm === undefined) {
    return { unsealer: own, keys: [] };
  }
  const kmsKeyArn = pulumi.output(awsKmsSsm.kmsKeyID);
  const ssmKeyPrefix = pulumi.output(awsKmsSsm.ssmKeyPrefix).apply((prefix) => prefix ?? "");
  const region = pulumi
    .all([kmsKeyArn, awsKmsSsm.region])
    .apply(([arn, given]) => given ?? parseArn(arn)?.region ?? "");
  return {
    unsealer: own,
    awsKmsSsm,
    storageRights: { kmsKeyArn, ssmKeyPrefix },
    login: loginOf(scope, ssmKeyPrefix, region),
    keys: [],
  };
}

function sharesOf(given: { readonly secretShares?: number; readonly secretThreshold?: number }) {
  const {
    secretShares = defaultShares.secretShares,
    secretThreshold = Math.min(defaultShares.secretThreshold, secretShares),
  } = given;
  return { secretShares, secretThreshold };
}

function loginOf(
  scope: PlatformScope,
  ssmKeyPrefix: pulumi.Input<string>,
  region: pulumi.Output<string>,
): VaultLoginArgs {
  return {
    kind: "awsSsm",
    parameter: pulumi.interpolate`${ssmKeyPrefix}${keyPrefixOf(scope)}-root-token`,
    region,
    // What the unsealer encrypts every value with.
    kmsEncryptionContext: { Tool: "vault-unsealer" },
  };
}

function keyNames(scope: PlatformScope, ssmKeyPrefix: pulumi.Input<string>, shares: number): pulumi.Output<string[]> {
  return pulumi
    .all([ssmKeyPrefix, keyPrefixOf(scope)])
    .apply(([prefix, keyPrefix]) => [
      `${prefix}${keyPrefix}-root-token`,
      ...Array.from({ length: shares }, (_, index) => `${prefix}${keyPrefix}-unseal-key-${index}`),
    ]);
}

function keyPrefixOf({ args, serverName }: PlatformScope): pulumi.Output<string> {
  return pulumi
    .all([args.vaultServerOptions?.operatorClusterName, args.namespace])
    .apply(([clusterName, namespace]) => unsealerKeyPrefix(clusterName, namespace, serverName));
}
