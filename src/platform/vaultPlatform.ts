import * as pulumi from "@pulumi/pulumi";
import { DestroyGuard } from "./destroyGuard.js";
import { AssumableRole } from "../iam/assumableRole.js";
import { RootCredential } from "../iam/rootCredential.js";
import type { RootCredentialRoleArgs } from "../iam/roleInputs.js";
import { mapRecord } from "../internal/records.js";
import { CredentialSecret } from "../kubernetes/credentialSecret.js";
import { VaultServer } from "../kubernetes/vaultServer.js";
import { AwsSecretsEngine } from "../secretsengine/awsSecretsEngine.js";
import type { AwsSecretsRoleSettings } from "../secretsengine/awsSecretsRole.js";
import { VaultConnection, type VaultConnectionArgs, type VaultLoginArgs } from "../vaultresource/vaultConnection.js";
import { DynamoDbStorage } from "../storage/dynamoDbStorage.js";
import { storageCredentialSpec } from "../storage/storageCredential.js";
import { assertValidPlatform } from "./vaultPlatformRules.js";
import type { VaultPlatformArgs, VaultPlatformPortForwardArgs, VaultPlatformRoleArgs } from "./vaultPlatformArgs.js";

/** How the unseal key is split where nothing is said: as Vault's own `operator init` does. */
const defaultShares = { secretShares: 5, secretThreshold: 3 };

/**
 * Everything from nothing to "applications can ask Vault for short-lived AWS credentials": a DynamoDB table, Vault on Kubernetes with its data
 * in it, an identity in AWS with exactly the rights that the declared roles need, and Vault's AWS secrets engine with these roles.
 *
 * Children, each a component that is useful alone: `${name}-storage`, `${name}-storage-credential`, `${name}-root`, `${name}-<role>` for each
 * of `assumableRoles`, `${name}-server`, `${name}-connection`, `${name}-engine`; and `${name}-guard`, which refuses a destroy while `protectData` holds.
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
  /** Vault's AWS secrets engine. */
  public readonly engine: AwsSecretsEngine;
  /** Where `pulumi up` reaches Vault; with `portForward` its address inside the cluster. Known once Vault is Ready. */
  public readonly vaultAddress: pulumi.Output<string>;
  /** Where the secrets engine is mounted: applications read `<mountPath>/creds/<role>`. */
  public readonly mountPath: pulumi.Output<string>;

  /**
   * @throws pulumi.ResourceError with all problems of the arguments, before anything is created
   */
  public constructor(name: string, args: VaultPlatformArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kubevault-aws:index:VaultPlatform", name, {}, opts);
    assertValidPlatform(this, name, args);
    const parent = { parent: this };
    const protectData = args.protectData ?? true;
    const serverName = args.serverName ?? name;

    const [roleArns, resolveRoleArns] = pulumi.deferredOutput<Record<string, string>>();
    const [trustPolicies, resolveTrustPolicies] = pulumi.deferredOutput<Record<string, string>>();
    this.rootCredential = new RootCredential(
      `${name}-root`,
      {
        ...args.rootCredential,
        ...(args.irsa === undefined
          ? { identity: "user" as const }
          : {
              identity: "role" as const,
              serviceAccount: {
                oidcProviderArn: args.irsa.oidcProviderArn,
                namespace: args.namespace,
                serviceAccountName: serverName,
              },
            }),
        roles: mapRecord(args.roles ?? {}, (_, role) => rootCredentialRole(role, roleArns)),
        staticRoles: args.staticRoles,
        trustPolicies,
        tags: args.tags,
      },
      parent,
    );
    // After the root credential, whose ARN they trust, and before its policies, which name them.
    this.assumableRoles = mapRecord(
      args.assumableRoles ?? {},
      (key, role) =>
        new AssumableRole(
          `${name}-${key}`,
          { tags: args.tags, ...role, trustedPrincipalArn: this.rootCredential.principalArn },
          parent,
        ),
    );
    const assumable = Object.entries(this.assumableRoles);
    resolveRoleArns(pulumi.all(Object.fromEntries(assumable.map(([key, role]) => [key, role.role.arn]))));
    resolveTrustPolicies(
      pulumi
        .all(assumable.map(([, role]) => pulumi.all([role.role.arn, role.trustPolicy])))
        .apply((pairs) => Object.fromEntries(pairs)),
    );

    this.storage = this.createStorage(name, args, protectData);
    this.storageSecret = this.createStorageSecret(name, args);
    this.vaultServer = this.createVaultServer(name, serverName, args, protectData);
    this.vaultAddress = pulumi
      .all([this.vaultServer.address, args.vaultAddress])
      .apply(([inCluster, given]) => given ?? inCluster);
    this.connection = new VaultConnection(
      `${name}-connection`,
      { login: this.rootTokenLogin(args), ...args.connection, ...this.whereVaultIs(args) },
      parent,
    );
    this.engine = this.createEngine(name, args);
    this.adviseOnSeed(name, args);
    this.mountPath = this.engine.path;
    new DestroyGuard(`${name}-guard`, protectData, this, [
      this.engine,
      this.vaultServer,
      this.storage,
      this.rootCredential,
      ...Object.values(this.assumableRoles),
      ...(this.storageSecret === undefined ? [] : [this.storageSecret]),
    ]);
    this.registerOutputs({ vaultAddress: this.vaultAddress, mountPath: this.mountPath });
  }

  private createStorage(name: string, args: VaultPlatformArgs, protectData: boolean): DynamoDbStorage {
    const { table, ...storage } = args.storage ?? {};
    const ownTable = storage.existingTableName === undefined;
    const { role } = this.rootCredential;
    return new DynamoDbStorage(
      `${name}-storage`,
      {
        ...storage,
        ...(ownTable ? { table: { deletionProtection: protectData, protect: protectData, ...table } } : { table }),
        ...(role === undefined ? {} : { credential: { kind: "irsa", existingRoleName: role.name } }),
        haEnabled: pulumi.output(args.vaultServer.replicas).apply((replicas) => (replicas ?? 1) > 1),
        endpoint: args.endpoints?.dynamodb,
        tags: args.tags,
      },
      { parent: this },
    );
  }

  private createStorageSecret(name: string, args: VaultPlatformArgs): CredentialSecret | undefined {
    const { accessKeyId, secretAccessKey } = this.storage;
    if (accessKeyId === undefined || secretAccessKey === undefined) {
      return undefined;
    }
    return new CredentialSecret(
      `${name}-storage-credential`,
      {
        namespace: args.namespace,
        accessKeyId,
        secretAccessKey,
        sessionToken: this.storage.sessionToken,
        awaitAcceptance: { region: this.storage.region, stsEndpoint: args.endpoints?.sts },
      },
      { parent: this },
    );
  }

  private createVaultServer(
    name: string,
    serverName: string,
    args: VaultPlatformArgs,
    protectData: boolean,
  ): VaultServer {
    const secretName = this.storageSecret?.secretName;
    // Field by field, so that a field that is not known yet does not hide the others from a preview.
    const dynamodb = {
      ...this.storage.backend,
      ...(secretName === undefined ? {} : { credentialSecretRef: { name: secretName } }),
    };
    const roleArn = this.storage.roleArn;
    return new VaultServer(
      `${name}-server`,
      {
        restartTrigger: this.keyInUse(args),
        ...args.vaultServerOptions,
        namespace: args.namespace,
        serverName,
        spec: {
          terminationPolicy: protectData ? "DoNotTerminate" : "WipeOut",
          unsealer: { ...defaultShares, mode: { kubernetesSecret: { secretName: `${serverName}-keys` } } },
          ...args.vaultServer,
          backend: { dynamodb },
        },
        ...(args.irsa === undefined || roleArn === undefined
          ? {}
          : {
              irsa: {
                // Vault may start only when its role has all its rights.
                roleArn: pulumi.all([roleArn, this.rootCredential.readyArn]).apply(([arn]) => arn),
                clusterRegion: args.irsa.clusterRegion,
              },
            }),
      },
      { parent: this, protect: protectData },
    );
  }

  /** The key that Vault must be restarted for, since it reads its environment only then: one that is not its first. */
  private keyInUse(args: VaultPlatformArgs): pulumi.Output<string> | undefined {
    const credential = storageCredentialSpec(args.storage?.credential);
    const isFirst = credential.kind === "accessKey" && (credential.generation ?? 1) === 1;
    return isFirst ? undefined : this.storage.accessKeyId;
  }

  /** Reads the root token from its Secret at each operation, so that it is stored nowhere else. */
  private rootTokenLogin({ portForward }: VaultPlatformArgs): VaultLoginArgs {
    const location = this.vaultServer.rootTokenSecret.apply((secret) => secret ?? { namespace: "", name: "", key: "" });
    return {
      kind: "kubernetesSecret",
      namespace: location.namespace,
      name: location.name,
      key: location.key,
      ...clusterOf(portForward),
    };
  }

  private whereVaultIs({ portForward }: VaultPlatformArgs): Pick<VaultConnectionArgs, "address" | "kubernetes"> {
    if (portForward === undefined || portForward === false) {
      return { address: this.vaultAddress };
    }
    // Known once Vault is Ready, as its address is.
    const service = pulumi.all([this.vaultServer.serviceName, this.vaultServer.address]).apply(([name]) => name);
    return {
      kubernetes: {
        namespace: this.vaultServer.namespace,
        service,
        tls: this.vaultServer.address.apply((address) => address.startsWith("https:")),
        ...clusterOf(portForward),
      },
    };
  }

  private createEngine(name: string, args: VaultPlatformArgs): AwsSecretsEngine {
    const { accessKeyId, secretAccessKey } = this.rootCredential;
    return new AwsSecretsEngine(
      `${name}-engine`,
      {
        path: args.mountPath,
        mount: args.mount,
        rootConfig: {
          region: this.storage.region,
          ...args.rootConfig,
          rotateRootTrigger:
            args.rootConfig?.rotateRootTrigger ??
            // Vault replaces the seed as soon as it has it.
            (args.rootCredential?.rotateRoot === true ? "initial" : undefined),
          accessKey: accessKeyId,
          secretKey: secretAccessKey,
          iamEndpoint: args.endpoints?.iam,
          stsEndpoint: args.endpoints?.sts,
        },
        leaseConfig: args.leaseConfig,
        roles: mapRecord(args.roles ?? {}, (_, role) => this.engineRole(role)),
        staticRoles: args.staticRoles,
      },
      {
        parent: this,
        providers: [this.connection],
        // When the mount goes, Vault revokes its leases in AWS: all rights must still be there.
        dependsOn: [this.rootCredential, this.vaultServer, ...Object.values(this.assumableRoles)],
      },
    );
  }

  /** Says what to do once the seed key is used up. */
  private adviseOnSeed(name: string, { rootCredential = {} }: VaultPlatformArgs): void {
    if (rootCredential.rotateRoot !== true || rootCredential.seedKey === false) {
      return;
    }
    this.engine.rootConfig?.keyRotated.apply((rotated) => {
      if (rotated) {
        void pulumi.log.warn(
          `VaultPlatform "${name}": Vault has rotated the root key and deleted the seed key in AWS. Set rootCredential.seedKey: false and run ` +
            '"pulumi up" again: it takes the seed out of the state, changes nothing in AWS or Vault, and keeps refreshes free of drift.',
          this,
        );
      }
    });
  }

  private engineRole({ assumableRoles, ...role }: VaultPlatformRoleArgs): AwsSecretsRoleSettings {
    if (assumableRoles === undefined) {
      return role;
    }
    const own = assumableRoles.flatMap((key) => this.assumableRoles[key]?.arn ?? []);
    return { ...role, roleArns: allArns(role.roleArns, own) };
  }
}

function clusterOf(portForward: VaultPlatformArgs["portForward"]): VaultPlatformPortForwardArgs {
  return typeof portForward === "object" ? portForward : {};
}

function allArns(
  given: AwsSecretsRoleSettings["roleArns"],
  own: pulumi.Input<pulumi.Input<string>[]>,
): pulumi.Output<string[]> {
  return pulumi.all([pulumi.output(given ?? []), pulumi.output(own)]).apply(([arns, more]) => [...arns, ...more]);
}

/** The role as the root credential's policy is derived from it. */
function rootCredentialRole(
  { assumableRoles, ...role }: VaultPlatformRoleArgs,
  roleArns: pulumi.Output<Record<string, string>>,
): RootCredentialRoleArgs {
  if (assumableRoles === undefined) {
    return role;
  }
  const own = roleArns.apply((arns) => assumableRoles.flatMap((key) => arns[key] ?? []));
  return { ...role, roleArns: allArns(role.roleArns, own) };
}
