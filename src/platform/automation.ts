import * as pulumi from "@pulumi/pulumi";
import { applicationPolicy } from "../access/applicationPolicy.js";
import { parseRoleReference } from "../access/applicationRules.js";
import { AppRoleAuthRole } from "../access/appRoleAuthRole.js";
import { automationPolicy, type ManagedLogin, type ManagedObjects } from "../access/automationPolicy.js";
import { JwtAuthMethodConfig } from "../access/jwtAuthMethodConfig.js";
import { JwtAuthRole } from "../access/jwtAuthRole.js";
import { KubernetesAuthRole } from "../access/kubernetesAuthRole.js";
import { policyText } from "../access/policyRule.js";
import { RootTokenRevocation } from "../access/rootTokenRevocation.js";
import { VaultAuthMethod } from "../access/vaultAuthMethod.js";
import { VaultPolicy } from "../access/vaultPolicy.js";
import type { VaultServer } from "../kubernetes/vaultServer.js";
import { trimSlashes } from "../vaultresource/rules.js";
import type { VaultConnection, VaultLoginArgs } from "../vaultresource/vaultConnection.js";
import type { VaultPlatformAutomationArgs } from "./automationArgs.js";
import { platformRoles, type PlatformScope } from "./scope.js";
import type { VaultPlatformArgs } from "./vaultPlatformArgs.js";

/** The login of a platform's own, and what it rests on. */
export interface Automation {
  readonly login: VaultLoginArgs;
  readonly resources: readonly pulumi.Resource[];
}

/**
 * Creates the login that all else in Vault is written with, and its policy.
 *
 * @param bootstrap with the root token, which only these few resources need
 */
export function createAutomation(
  scope: PlatformScope,
  automation: VaultPlatformAutomationArgs,
  bootstrap: VaultConnection,
  vaultServer: VaultServer,
): Automation {
  const { name, args, serverName } = scope;
  const options = bootstrapOptions(scope, bootstrap, vaultServer);
  const vaultName = automation.name ?? `${serverName}-automation`;
  const policy = new VaultPolicy(
    `${name}-automation-policy`,
    {
      name: vaultName,
      rules: pulumi
        .output(args.mountPath ?? "aws")
        .apply((mount) =>
          automationPolicy({ ...managedObjects(args, mount), login: managedLogin(vaultName, automation) }),
        ),
    },
    options,
  );
  const role = {
    name: vaultName,
    tokenPolicies: [policy.name],
    tokenNoDefaultPolicy: true,
    tokenTtl: automation.tokenTtl ?? "1h",
  };
  switch (automation.kind) {
    case "kubernetes": {
      const created = new KubernetesAuthRole(
        `${name}-automation-role`,
        {
          ...role,
          mount: automation.mount,
          boundServiceAccountNames: automation.serviceAccounts,
          boundServiceAccountNamespaces: automation.namespaces,
          audience: automation.audience,
        },
        options,
      );
      const login = { kind: "kubernetes" as const, role: created.name, mount: created.mount };
      const { tokenFile } = automation;
      return { login: tokenFile === undefined ? login : { ...login, tokenFile }, resources: [policy, created] };
    }
    case "jwt": {
      const mount = mountOf(automation);
      const { config, jwtFile, jwtVariable } = automation;
      const method =
        config === undefined
          ? []
          : [new VaultAuthMethod(`${name}-automation-auth`, { type: "jwt", path: mount }, options)];
      const configured = method.map(
        ({ path }) => new JwtAuthMethodConfig(`${name}-automation-auth-config`, { ...config, mount: path }, options),
      );
      const created = new JwtAuthRole(
        `${name}-automation-role`,
        { ...automation.role, ...role, mount },
        { ...options, dependsOn: configured },
      );
      const token = jwtFile === undefined ? { jwtVariable: jwtVariable ?? "" } : { jwtFile };
      return {
        login: { kind: "jwt", role: created.name, mount: created.mount, ...token },
        resources: [policy, ...method, ...configured, created],
      };
    }
    case "appRole": {
      const method = new VaultAuthMethod(
        `${name}-automation-auth`,
        { type: "approle", path: automation.mount },
        options,
      );
      const created = new AppRoleAuthRole(`${name}-automation-role`, { ...role, mount: method.path }, options);
      const { secretIdFile, secretIdVariable } = automation;
      const secret = secretIdFile === undefined ? { secretIdVariable: secretIdVariable ?? "" } : { secretIdFile };
      return {
        login: { kind: "appRole", roleId: created.roleId, mount: created.mount, ...secret },
        resources: [policy, method, created],
      };
    }
  }
}

/** Ends the root token once all is there. */
export function revokeRootToken(
  scope: PlatformScope,
  bootstrap: VaultConnection,
  vaultServer: VaultServer,
  after: readonly pulumi.Resource[],
): void {
  new RootTokenRevocation(`${scope.name}-root-token-revocation`, {
    ...bootstrapOptions(scope, bootstrap, vaultServer),
    dependsOn: [...after],
  });
}

/** The login that reads what the root token has written once that is revoked. It is the same as {@link createAutomation}'s, but waits for no resource. */
export function standInLogin(serverName: string, automation: VaultPlatformAutomationArgs): VaultLoginArgs | undefined {
  const role = automation.name ?? `${serverName}-automation`;
  const mount = mountOf(automation);
  switch (automation.kind) {
    case "kubernetes":
      return { kind: "kubernetes", role, mount, tokenFile: automation.tokenFile };
    case "jwt":
      return { kind: "jwt", role, mount, jwtFile: automation.jwtFile, jwtVariable: automation.jwtVariable };
    case "appRole": {
      // Otherwise the role ID is an output of what the connection itself creates.
      const { roleId, secretIdFile, secretIdVariable } = automation;
      return roleId === undefined ? undefined : { kind: "appRole", roleId, mount, secretIdFile, secretIdVariable };
    }
  }
}

/** What is created with the bootstrap connection goes with Vault's data: a destroy of the platform then needs no root token. */
function bootstrapOptions({ parent }: PlatformScope, bootstrap: VaultConnection, { vaultServer }: VaultServer) {
  return { ...parent, provider: bootstrap, deletedWith: vaultServer };
}

const defaultMounts = { kubernetes: "kubernetes", jwt: "jwt", appRole: "approle" } as const;

function mountOf({ kind, mount = defaultMounts[kind] }: VaultPlatformAutomationArgs): string {
  return trimSlashes(mount);
}

function managedLogin(name: string, automation: VaultPlatformAutomationArgs): ManagedLogin {
  const ownsMethod = automation.kind === "appRole" || (automation.kind === "jwt" && automation.config !== undefined);
  return { name, authMount: mountOf(automation), ownsMethod };
}

/** All that a platform manages in Vault with its own login. */
export function managedObjects(args: VaultPlatformArgs, mountPath: string): ManagedObjects {
  const mount = trimSlashes(mountPath);
  const roles = platformRoles(args);
  return {
    mount,
    roles: Object.keys(roles),
    staticRoles: Object.keys(args.staticRoles ?? {}),
    rotatesRoot: args.rootCredential?.rotateRoot === true,
    applications: Object.entries(args.applications ?? {}).map(([name, application]) => ({
      name,
      authMount: typeof application.authMount === "string" ? trimSlashes(application.authMount) : "kubernetes",
      policy: policyText(
        applicationPolicy({
          mount,
          roles: (application.roles ?? []).map((reference) => {
            const role = parseRoleReference(reference).name;
            return { name: role, credentialType: String(roles[role]?.credentialType) };
          }),
          staticRoles: application.staticRoles ?? [],
          requestParameters: application.requestParameters ?? false,
        }),
      ),
    })),
  };
}
