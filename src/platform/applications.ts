import { ApplicationAccess } from "../access/applicationAccess.js";
import { mapRecord } from "../internal/records.js";
import type { AwsSecretsEngine } from "../secretsengine/awsSecretsEngine.js";
import type { VaultConnection } from "../vaultresource/vaultConnection.js";
import type { PlatformScope } from "./scope.js";

/** Gives each application of a platform access to the roles that it names. */
export function createApplications(
  { name, args, parent }: PlatformScope,
  engine: AwsSecretsEngine,
  connection: VaultConnection,
): Record<string, ApplicationAccess> {
  return mapRecord(
    args.applications ?? {},
    (application, settings) =>
      new ApplicationAccess(
        `${name}-app-${application}`,
        { ...settings, engine, vaultName: application, kubeconfig: args.kubeconfig, context: args.context },
        { ...parent, providers: [connection] },
      ),
  );
}
