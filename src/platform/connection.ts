import * as pulumi from "@pulumi/pulumi";
import type { VaultServer } from "../kubernetes/vaultServer.js";
import { VaultConnection, type VaultConnectionArgs, type VaultLoginArgs } from "../vaultresource/vaultConnection.js";
import type { PlatformScope } from "./scope.js";
import type { PlatformUnsealing } from "./unsealing.js";

/** Creates the connection that the resources in Vault are reached through, with the root token. */
export function createConnection(
  scope: PlatformScope,
  vaultServer: VaultServer,
  unsealing: PlatformUnsealing,
): VaultConnection {
  return connectionWith(scope, vaultServer, "connection", rootLogin(scope, vaultServer, unsealing));
}

/**
 * Creates the connection for what only the root token may write.
 *
 * @param standIn reads it once that token is revoked
 */
export function createBootstrapConnection(
  scope: PlatformScope,
  vaultServer: VaultServer,
  unsealing: PlatformUnsealing,
  standIn: VaultLoginArgs | undefined,
): VaultConnection {
  const token = rootLogin(scope, vaultServer, unsealing);
  // Only components know this kind of login.
  const login = standIn === undefined ? token : ({ kind: "revocable", token, standIn } as unknown as VaultLoginArgs);
  return connectionWith(scope, vaultServer, "bootstrap", login);
}

function rootLogin(scope: PlatformScope, vaultServer: VaultServer, unsealing: PlatformUnsealing): VaultLoginArgs {
  return unsealing.login ?? rootTokenLogin(scope, vaultServer);
}

/** Creates the same connection with another login. */
export function connectionWith(
  scope: PlatformScope,
  vaultServer: VaultServer,
  suffix: "connection" | "bootstrap",
  login: VaultLoginArgs,
): VaultConnection {
  const { name, args, parent } = scope;
  return new VaultConnection(
    `${name}-${suffix}`,
    { login, ...args.connection, ...endpointOf(scope, vaultServer) },
    parent,
  );
}

/** Reads the root token from its Secret at each operation, so that it is stored nowhere else. */
function rootTokenLogin({ args }: PlatformScope, vaultServer: VaultServer): VaultLoginArgs {
  const location = vaultServer.rootTokenSecret.apply((secret) => secret ?? { namespace: "", name: "", key: "" });
  return {
    kind: "kubernetesSecret",
    namespace: location.namespace,
    name: location.name,
    key: location.key,
    ...clusterOf(args),
  };
}

/**
 * Where the provider reaches Vault: at the address given, or else at its Service. How the Service is reached is decided where the provider
 * runs, so that the same state serves a laptop and a runner in the cluster.
 */
function endpointOf(
  { args }: PlatformScope,
  vaultServer: VaultServer,
): Pick<VaultConnectionArgs, "address" | "kubernetes"> {
  if (args.vaultAddress !== undefined) {
    return { address: args.vaultAddress };
  }
  // Known once Vault is Ready, as its address is.
  const service = pulumi.all([vaultServer.serviceName, vaultServer.address]).apply(([serviceName]) => serviceName);
  return {
    kubernetes: {
      namespace: vaultServer.namespace,
      service,
      tls: vaultServer.address.apply((address) => address.startsWith("https:")),
      route: args.portForward === undefined ? "auto" : args.portForward ? "portForward" : "service",
      // The operator's, or that of the issuer: it exists once Vault is Ready, and is read at each operation.
      caSecret: vaultServer.caSecret.apply((secret) =>
        secret === undefined ? undefined : { name: secret.name, key: secret.key },
      ) as pulumi.Output<{ name: string; key: string }>,
      ...clusterOf(args),
    },
  };
}

function clusterOf({ kubeconfig, context }: PlatformScope["args"]) {
  return { ...(kubeconfig === undefined ? {} : { kubeconfig }), ...(context === undefined ? {} : { context }) };
}
