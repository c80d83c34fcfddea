import * as pulumi from "@pulumi/pulumi";
import { applicationPolicy } from "../access/applicationPolicy.js";
import { parseRoleReference } from "../access/applicationRules.js";
import { AppRoleAuthRole } from "../access/appRoleAuthRole.js";
import { automationPolicy, type ManagedObjects } from "../access/automationPolicy.js";
import { JwtAuthMethodConfig } from "../access/jwtAuthMethodConfig.js";
import { JwtAuthRole } from "../access/jwtAuthRole.js";
import { KubernetesAuthRole } from "../access/kubernetesAuthRole.js";
import { policyText } from "../access/policyRule.js";
import { VaultAuthMethod } from "../access/vaultAuthMethod.js";
import { VaultPolicy } from "../access/vaultPolicy.js";
import type { VaultServer } from "../kubernetes/vaultServer.js";
import { trimSlashes } from "../vaultresource/rules.js";
import type { VaultConnection, VaultLoginArgs } from "../vaultresource/vaultConnection.js";
import type { VaultPlatformAutomationArgs } from "./automationArgs.js";
import type { PlatformScope } from "./scope.js";
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
  { name, args, parent, serverName }: PlatformScope,
  automation: VaultPlatformAutomationArgs,
  bootstrap: VaultConnection,
  vaultServer: VaultServer,
): Automation {
  // They go with Vault's data: a destroy of the platform then needs no root token.
  const options = { ...parent, provider: bootstrap, deletedWith: vaultServer.vaultServer };
  const vaultName = automation.name ?? `${serverName}-automation`;
  const policy = new VaultPolicy(
    `${name}-automation-policy`,
    {
      name: vaultName,
      rules: pulumi.output(args.mountPath ?? "aws").apply((mount) => automationPolicy(managedObjects(args, mount))),
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
      const mount = automation.mount ?? "jwt";
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

/** All that a platform manages in Vault with its own login. */
export function managedObjects(args: VaultPlatformArgs, mountPath: string): ManagedObjects {
  const mount = trimSlashes(mountPath);
  const roles = args.roles ?? {};
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
            return { name: role, credentialType: roles[role]?.credentialType ?? "" };
          }),
          staticRoles: application.staticRoles ?? [],
          requestParameters: application.requestParameters ?? false,
        }),
      ),
    })),
  };
}
