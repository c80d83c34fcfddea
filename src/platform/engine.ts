import * as pulumi from "@pulumi/pulumi";
import { mapRecord } from "../internal/records.js";
import { AwsSecretsEngine } from "../secretsengine/awsSecretsEngine.js";
import type { AwsSecretsRoleSettings } from "../secretsengine/awsSecretsRole.js";
import type { DynamoDbStorage } from "../storage/dynamoDbStorage.js";
import type { VaultConnection } from "../vaultresource/vaultConnection.js";
import { allRoleArns, type PlatformIdentity } from "./identity.js";
import { engineEndpoints } from "./partitionEndpoints.js";
import type { PlatformRole, PlatformScope } from "./scope.js";

/** What the secrets engine is created from, and after. */
export interface EngineRequest {
  readonly identity: PlatformIdentity;
  readonly storage: DynamoDbStorage;
  readonly connection: VaultConnection;
  /** Exist before the engine, and are deleted after it: when the mount goes, Vault revokes its leases in AWS with all rights still in place. */
  readonly dependsOn: readonly pulumi.Resource[];
}

/** Creates Vault's AWS secrets engine with the platform's roles. */
export function createEngine(scope: PlatformScope, request: EngineRequest): AwsSecretsEngine {
  const { name, args, roles, parent } = scope;
  const { identity, storage, connection } = request;
  const { accessKeyId, secretAccessKey } = identity.rootCredential;
  return new AwsSecretsEngine(
    `${name}-engine`,
    {
      path: args.mountPath,
      mount: args.mount,
      rootConfig: {
        region: storage.region,
        ...args.rootConfig,
        usernameTemplate: args.rootConfig?.usernameTemplate ?? args.rootCredential?.usernameTemplate,
        rotateRootTrigger:
          args.rootConfig?.rotateRootTrigger ??
          // Vault replaces the seed as soon as it has it.
          (args.rootCredential?.rotateRoot === true ? "initial" : undefined),
        accessKey: accessKeyId,
        secretKey: secretAccessKey,
        ...engineEndpoints(scope, storage.region),
      },
      leaseConfig: args.leaseConfig,
      roles: mapRecord(roles, (_, role) => engineRole(role, identity)),
      staticRoles: args.staticRoles,
    },
    { ...parent, providers: [connection], dependsOn: [...request.dependsOn] },
  );
}

function engineRole({ assumableRoles, ...role }: PlatformRole, identity: PlatformIdentity): AwsSecretsRoleSettings {
  if (assumableRoles === undefined) {
    return role;
  }
  const own = assumableRoles.flatMap((key) => identity.assumableRoles[key]?.arn ?? []);
  return { ...role, roleArns: allRoleArns(role.roleArns, own) };
}

/** Says what to do once the seed key is used up. */
export function adviseOnSeedKey({ name, args, parent }: PlatformScope, engine: AwsSecretsEngine): void {
  const { rootCredential = {} } = args;
  if (rootCredential.rotateRoot !== true || rootCredential.seedKey === false) {
    return;
  }
  engine.rootConfig?.keyRotated.apply((rotated) => {
    if (rotated) {
      void pulumi.log.warn(
        `VaultPlatform "${name}": Vault has rotated the root key and deleted the seed key in AWS. Set rootCredential.seedKey: false and run ` +
          '"pulumi up" again: it takes the seed out of the state, changes nothing in AWS or Vault, and keeps refreshes free of drift.',
        parent.parent,
      );
    }
  });
}
