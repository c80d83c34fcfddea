import { jwtAuthConfigHandlers, kubernetesAuthConfigHandlers } from "../../access/providers/authConfigs.js";
import {
  appRoleAuthRoleHandlers,
  jwtAuthRoleHandlers,
  kubernetesAuthRoleHandlers,
} from "../../access/providers/authRoles.js";
import { rootTokenRevocationHandlers } from "../../access/providers/rootTokenRevocation.js";
import { vaultAuditDeviceHandlers } from "../../access/providers/vaultAuditDevice.js";
import { vaultAuthMethodHandlers } from "../../access/providers/vaultAuthMethod.js";
import { vaultPolicyHandlers } from "../../access/providers/vaultPolicy.js";
import { reporting } from "../../internal/reporting/index.js";
import { rolloutProvider } from "../../kubernetes/providers/rolloutProvider.js";
import { replacementGuardProvider } from "../../replacement/replacementGuardProvider.js";
import { sessionProvider } from "../../storage/sessionProvider.js";
import { unsealParametersProvider } from "../../storage/unsealParametersProvider.js";
import { credentialsHandlers } from "../../secretsengine/providers/credentials.js";
import type { DynamicProvider } from "../../vaultresource/providers/dynamicProvider.js";
import { closeConnections, keepIdleConnections } from "../../vaultresource/providers/connection.js";
import { dynamicProvider } from "./dynamicProvider.js";
import { beforeShutdown, idleMsInPlugin } from "./shutdown.js";
import type { ResourceHandlers } from "../../vaultresource/providers/handlers.js";
import { leaseConfigHandlers } from "../../secretsengine/providers/leaseConfig.js";
import { mountHandlers } from "../../secretsengine/providers/mount.js";
import { roleHandlers } from "../../secretsengine/providers/role.js";
import { rolesHandlers } from "../../secretsengine/providers/roles.js";
import { rootConfigHandlers } from "../../secretsengine/providers/rootConfig.js";
import { staticRoleHandlers } from "../../secretsengine/providers/staticRole.js";

if (beforeShutdown(reporting.plugin, closeConnections)) {
  keepIdleConnections(idleMsInPlugin);
}
// As early as can be: whose row to write on is known of requests that come after this.
reporting.watchRequests();

const handlers: Readonly<Record<string, ResourceHandlers>> = {
  AppRoleAuthRole: appRoleAuthRoleHandlers,
  AwsCredentials: credentialsHandlers,
  AwsLeaseConfig: leaseConfigHandlers,
  AwsRootConfig: rootConfigHandlers,
  AwsSecretsMount: mountHandlers,
  AwsSecretsRole: roleHandlers,
  AwsSecretsRoles: rolesHandlers,
  AwsStaticRole: staticRoleHandlers,
  JwtAuthMethodConfig: jwtAuthConfigHandlers,
  JwtAuthRole: jwtAuthRoleHandlers,
  KubernetesAuthMethodConfig: kubernetesAuthConfigHandlers,
  KubernetesAuthRole: kubernetesAuthRoleHandlers,
  RootTokenRevocation: rootTokenRevocationHandlers,
  VaultAuditDevice: vaultAuditDeviceHandlers,
  VaultAuthMethod: vaultAuthMethodHandlers,
  VaultPolicy: vaultPolicyHandlers,
};

/** Resources that are not in Vault, but in front of it. */
const outsideVault: Readonly<Record<string, () => DynamicProvider>> = {
  AwsSessionCredentials: sessionProvider,
  ReplacementGuard: replacementGuardProvider,
  UnsealParameters: unsealParametersProvider,
  VaultServerRollout: rolloutProvider,
};

/** All kinds that {@link provider} knows. */
export const hostedKinds: readonly string[] = [...Object.keys(handlers), ...Object.keys(outsideVault)];

/**
 * What the resources in a stack's state call, by the package's subpath `dynamic/v1`: the path, this function's name and the names of the
 * kinds are in states for ever and must never change.
 */
export function provider(kind: string): DynamicProvider {
  const outside = outsideVault[kind];
  if (outside !== undefined) {
    return outside();
  }
  const found = handlers[kind];
  if (found === undefined) {
    throw Object.assign(
      new Error(
        `this version of pulumi-kubevault-aws has no resource "${kind}": a newer one made it, upgrade the package`,
      ),
      { stack: "" },
    );
  }
  return dynamicProvider(kind, found);
}
