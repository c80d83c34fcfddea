import * as pulumi from "@pulumi/pulumi";
import type { ApplicationAccess } from "../access/applicationAccess.js";
import type { AssumableRole } from "../iam/assumableRole.js";
import type { RootCredential } from "../iam/rootCredential.js";
import type { CredentialSecret } from "../kubernetes/credentialSecret.js";
import type { VaultServer } from "../kubernetes/vaultServer.js";
import type { AwsSecretsEngine } from "../secretsengine/awsSecretsEngine.js";
import type { DynamoDbStorage } from "../storage/dynamoDbStorage.js";
import type { VaultConnection } from "../vaultresource/vaultConnection.js";
import { createApplications } from "./applications.js";
import { createAutomation, revokeRootToken, standInLogin } from "./automation.js";
import { checkAcrossArguments, withCheckedOutputs } from "./checksAcrossArguments.js";
import { connectionWith, createBootstrapConnection, createConnection } from "./connection.js";
import { DestroyGuard } from "./destroyGuard.js";
import { adviseOnSeedKey, createEngine } from "./engine.js";
import { createIdentity } from "./identity.js";
import { adviseOnTableEndpoint } from "./partitionEndpoints.js";
import { platformScope } from "./scope.js";
import { createServer } from "./server.js";
import { createStorage, createStorageSecret } from "./storage.js";
import { createUnsealing } from "./unsealing.js";
import type { VaultPlatformArgs } from "./vaultPlatformArgs.js";
import { warn } from "../internal/validation/warn.js";
import { assertValidPlatform, platformWarnings } from "./vaultPlatformRules.js";

/**
 * Everything from nothing to "applications can ask Vault for short-lived AWS credentials": a DynamoDB table, Vault on Kubernetes with its data
 * in it, an identity in AWS with exactly the rights that the declared roles need, and Vault's AWS secrets engine with these roles.
 *
 * Children, each a component that can be used on its own (`name` is `namePrefix` where that is given): `${name}-unseal-keys`, `${name}-storage`, `${name}-storage-credential`, `${name}-root`,
 * `${name}-<role>` for each of `assumableRoles`, `${name}-server`, `${name}-connection`, `${name}-engine`, `${name}-app-<application>` for each of
 * `applications`; and `${name}-guard`, which blocks a destroy
 * while `protectData` is enabled.
 *
 * Destroying goes the other way: roles and mount first, which revokes all leases while Vault still can, then the keys and users.
 *
 * @example
 * const platform = new VaultPlatform("vault", {
 *   namespace: "vault",
 *   vaultServer: { version: "1.18.4" },
 *   roles: { deploy: { credentialType: "iam_user", policyArns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"] } },
 * });
 * export const address = platform.vaultAddress;
 *
 * @example
 * // Three replicas on EKS without any access key, applications assume an IAM role
 * new VaultPlatform("vault", {
 *   namespace: "vault",
 *   vaultServer: { version: "1.18.4", replicas: 3 },
 *   irsa: { oidcProviderArn: cluster.oidcProviderArn, clusterRegion: "eu-west-1" },
 *   assumableRoles: { deploy: { policyArns: ["arn:aws:iam::aws:policy/AmazonS3FullAccess"] } },
 *   roles: { deploy: { credentialType: "assumed_role", assumableRoles: ["deploy"] } },
 * });
 */
export class VaultPlatform extends pulumi.ComponentResource {
  /** The table of Vault's data. */
  public readonly storage: DynamoDbStorage;
  /** The Secret with the key that Vault uses the table with; undefined with `irsa` and where `storage.credential` is not an access key. */
  public readonly storageSecret: CredentialSecret | undefined;
  /** The identity of Vault's AWS secrets engine. */
  public readonly rootCredential: RootCredential;
  /** The IAM roles for Vault to assume, by the names given. */
  public readonly assumableRoles: Readonly<Record<string, AssumableRole>>;
  /** Vault in the cluster. */
  public readonly vaultServer: VaultServer;
  /** How the secrets engine's resources reach Vault. Hand it to further resources in Vault: `{ provider: platform.connection }`. */
  public readonly connection: VaultConnection;
  /** The connection with the root token, which only the login of `automation` is created through; undefined without `automation`. */
  public readonly bootstrapConnection: VaultConnection | undefined;
  /** Vault's AWS secrets engine. */
  public readonly engine: AwsSecretsEngine;
  /** The applications that may read credentials, by the names given. */
  public readonly applications: Readonly<Record<string, ApplicationAccess>>;
  /** `vaultAddress` where it was given, or else Vault's address inside the cluster. Known once Vault is Ready. */
  public readonly vaultAddress: pulumi.Output<string>;
  /** Where the secrets engine is mounted: applications read `<mountPath>/creds/<role>`. */
  public readonly mountPath: pulumi.Output<string>;

  /**
   * @throws pulumi.ResourceError with all problems of the arguments, before anything is created
   */
  public constructor(name: string, args: VaultPlatformArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kubevault-aws:index:VaultPlatform", name, {}, opts);
    assertValidPlatform(this, name, args);
    const scope = platformScope(this, name, withCheckedOutputs(this, name, args));
    warn(this, `VaultPlatform ${JSON.stringify(name)}`, platformWarnings(args));

    checkAcrossArguments(this, name, args);

    const identity = createIdentity(scope);
    const { rootCredential, assumableRoles } = identity;
    const unsealing = createUnsealing(scope);
    const storage = createStorage(scope, rootCredential, unsealing);
    adviseOnTableEndpoint(scope, storage.region);
    const storageSecret = createStorageSecret(scope, storage);
    const vaultServer = createServer(scope, { rootCredential, storage, storageSecret, unsealing });
    const bootstrap =
      args.automation === undefined
        ? undefined
        : createBootstrapConnection(scope, vaultServer, unsealing, standInLogin(scope.serverName, args.automation));
    const automation =
      args.automation === undefined || bootstrap === undefined
        ? undefined
        : createAutomation(scope, args.automation, bootstrap, vaultServer);
    const connection =
      automation === undefined
        ? createConnection(scope, vaultServer, unsealing)
        : connectionWith(scope, vaultServer, "connection", automation.login);
    const engine = createEngine(scope, {
      identity,
      storage,
      connection,
      dependsOn: [
        rootCredential,
        vaultServer,
        ...Object.values(assumableRoles),
        ...(automation === undefined ? [] : automation.resources),
      ],
    });
    adviseOnSeedKey(scope, engine);
    const applications = createApplications(scope, engine, connection);
    if (args.automation?.revokeRootToken === true && bootstrap !== undefined && automation !== undefined) {
      revokeRootToken(scope, bootstrap, vaultServer, [...automation.resources, engine, ...Object.values(applications)]);
    }
    new DestroyGuard(`${scope.name}-guard`, scope.protectData, this, [
      engine,
      vaultServer,
      storage,
      rootCredential,
      ...unsealing.keys,
      ...Object.values(assumableRoles),
      ...Object.values(applications),
      ...(storageSecret === undefined ? [] : [storageSecret]),
    ]);

    this.rootCredential = rootCredential;
    this.assumableRoles = assumableRoles;
    this.storage = storage;
    this.storageSecret = storageSecret;
    this.vaultServer = vaultServer;
    this.connection = connection;
    this.bootstrapConnection = bootstrap;
    this.engine = engine;
    this.applications = applications;
    this.vaultAddress = pulumi
      .all([vaultServer.address, scope.args.vaultAddress])
      .apply(([inCluster, given]) => given ?? inCluster);
    this.mountPath = engine.path;
    this.registerOutputs({ vaultAddress: this.vaultAddress, mountPath: this.mountPath });
  }
}
