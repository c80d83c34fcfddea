import * as pulumi from "@pulumi/pulumi";
import { durationSeconds, type Duration } from "../internal/duration.js";
import { whereHooksRun } from "../internal/hooks.js";
import { formatIssues } from "../internal/validation/issues.js";
import { maskUnknowns } from "../internal/validation/maskUnknowns.js";
import { rejecterOf } from "../internal/validation/reject.js";
import { transformed } from "../internal/transform.js";
import type { Values } from "../vaultresource/fields.js";
import type { ApplicationAccessArgs, ApplicationEngine } from "./applicationAccessArgs.js";
import { applicationPolicy, credentialPath, staticCredentialPath, type ReadableRole } from "./applicationPolicy.js";
import type { DeliveryTarget } from "./delivery/target.js";
import { applicationIssues, parseRoleReference, type KnownRoles } from "./applicationRules.js";
import { inspectAudience } from "./inspectAudience.js";
import { KubernetesAuthRole, type KubernetesAuthRoleArgs } from "./kubernetesAuthRole.js";
import { VaultPolicy, type VaultPolicyArgs } from "./vaultPolicy.js";

/**
 * Lets an application on Kubernetes read short-lived AWS credentials from Vault: the least ACL policy for the roles named, and a role of the
 * Kubernetes auth method that gives it to the application's service accounts.
 *
 * Creates `${name}-policy` and `${name}-role`. The {@link VaultConnection} in `providers` says which Vault. How the credentials reach a pod is up
 * to one of the deliveries: {@link agentInjectorAnnotations}, {@link secretsOperatorObjects}, {@link secretProviderClass},
 * {@link externalSecretsGenerator} or {@link awsSharedConfig}.
 *
 * @example
 * const shop = new ApplicationAccess(
 *   "shop",
 *   { engine, serviceAccounts: ["shop"], namespaces: ["shop"], roles: ["deploy"], tokenTtl: "1h" },
 *   { providers: [connection] },
 * );
 */
export class ApplicationAccess extends pulumi.ComponentResource {
  /** The application's policy in Vault. */
  public readonly policy: VaultPolicy;
  /** The application's role of the Kubernetes auth method. */
  public readonly role: KubernetesAuthRole;
  /** Name of the auth role: what clients log in with. */
  public readonly roleName: pulumi.Output<string>;
  /** Path of the auth method, without `auth/`. */
  public readonly authMount: pulumi.Output<string>;
  /** Where the credentials of each role are read: `{ deploy: "aws/creds/deploy" }`. */
  public readonly credentialPaths: pulumi.Output<Record<string, string>>;
  /** Where the keys of each static role are read: `{ ci: "aws/static-creds/ci" }`. */
  public readonly staticCredentialPaths: pulumi.Output<Record<string, string>>;

  private readonly audience: pulumi.Output<string | undefined>;

  /**
   * @throws pulumi.ResourceError with all problems of the plain arguments, before anything is created
   */
  public constructor(name: string, args: ApplicationAccessArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kubevault-aws:index:ApplicationAccess", name, {}, opts);
    const { engine, transform, vaultName = name, kubeconfig, context, ...settings } = args;
    const subject = `ApplicationAccess "${name}"`;
    const issuesWith = (roles: KnownRoles) => applicationIssues(vaultName, maskUnknowns(settings) as Values, roles);
    const issues = issuesWith(knownRoles(engine));
    if (issues.length > 0) {
      throw new pulumi.ResourceError(formatIssues(subject, issues.map(withPath)), this, true);
    }
    const reject = rejecterOf(this, subject);
    const roles = pulumi.output(typesOf(engine, settings.roles ?? [])).apply((types) => {
      const later = issuesWith({ ...knownRoles(engine), roles: { ...engine.roles, ...types } });
      const readable = Object.entries(types).map(([role, credentialType]): ReadableRole => ({
        name: role,
        credentialType,
      }));
      return later.length === 0 ? readable : reject<ReadableRole[]>(later.map(withPath));
    });
    const staticRoles = settings.staticRoles ?? [];
    const parent = { parent: this, dependsOn: opts?.dependsOn };

    const policyArgs: VaultPolicyArgs = {
      name: vaultName,
      rules: pulumi.all([engine.path, roles]).apply(([mount, readable]) =>
        applicationPolicy({
          mount,
          roles: readable,
          staticRoles,
          requestParameters: settings.requestParameters ?? false,
        }),
      ),
    };
    this.policy = new VaultPolicy(`${name}-policy`, transformed(transform?.policy, policyArgs), parent);

    const roleArgs: KubernetesAuthRoleArgs = {
      mount: settings.authMount ?? "kubernetes",
      name: vaultName,
      boundServiceAccountNames: settings.serviceAccounts,
      boundServiceAccountNamespaces: settings.namespaces,
      boundServiceAccountNamespaceSelector: settings.namespaceSelector,
      audience: settings.audience,
      tokenPolicies: [this.policy.name],
      // The policy has all that a client needs of it.
      tokenNoDefaultPolicy: true,
      tokenTtl:
        settings.tokenTtl ?? (settings.tokenPeriod === undefined ? defaultTtl(settings.tokenMaxTtl) : undefined),
      tokenMaxTtl: settings.tokenMaxTtl,
      tokenPeriod: settings.tokenPeriod,
    };
    const { audience } = settings;
    const hooks =
      audience === undefined
        ? undefined
        : whereHooksRun(() => {
            const inspect = inspectAudience({
              subject,
              audience,
              serviceAccounts: settings.serviceAccounts,
              namespaces: settings.namespaces ?? [],
              kubeconfig,
              context,
            });
            const hook = new pulumi.ResourceHook(`kubevault-aws:ApplicationAccess:${name}:audience`, inspect, {
              onDryRun: true,
            });
            return { beforeCreate: [hook], beforeUpdate: [hook] };
          });
    this.role = new KubernetesAuthRole(`${name}-role`, transformed(transform?.role, roleArgs), { ...parent, hooks });

    this.roleName = this.role.name;
    this.authMount = this.role.mount;
    this.credentialPaths = pulumi
      .all([engine.path, roles])
      .apply(([mount, readable]) =>
        Object.fromEntries(readable.map((role) => [role.name, credentialPath(mount, role)])),
      );
    this.staticCredentialPaths = pulumi
      .output(engine.path)
      .apply((mount) => Object.fromEntries(staticRoles.map((role) => [role, staticCredentialPath(mount, role)])));
    this.audience = pulumi.output(settings.audience);
    this.registerOutputs({
      roleName: this.roleName,
      authMount: this.authMount,
      credentialPaths: this.credentialPaths,
      staticCredentialPaths: this.staticCredentialPaths,
    });
  }

  /**
   * What a delivery takes, for one of the roles.
   *
   * @param role a name from `roles` or `staticRoles`
   * @param vaultAddress address of Vault as pods reach it, such as `https://vault.vault.svc:8200`
   * @throws pulumi.RunError, as the output's failure, for a role that the application may not read
   *
   * @example
   * const annotations = shop.target("deploy", "https://vault.vault.svc:8200").apply((target) => agentInjectorAnnotations({ target }));
   */
  public target(role: string, vaultAddress: pulumi.Input<string>): pulumi.Output<DeliveryTarget> {
    return pulumi
      .all([
        vaultAddress,
        this.roleName,
        this.authMount,
        this.credentialPaths,
        this.staticCredentialPaths,
        this.audience,
      ])
      .apply(([address, roleName, authMount, paths, staticPaths, audience]) => {
        const readable = new Map(Object.entries({ ...staticPaths, ...paths }));
        const credentialPath = readable.get(role);
        if (credentialPath === undefined) {
          throw new pulumi.RunError(
            `this application may not read credentials of ${JSON.stringify(role)}, but of: ${[...readable.keys()].join(", ")}`,
          );
        }
        return {
          vaultAddress: address,
          roleName,
          authMount,
          credentialPath,
          ...(audience === undefined ? {} : { audience }),
        };
      });
  }
}

function knownRoles(engine: ApplicationEngine): KnownRoles {
  const types = Object.entries(engine.roles ?? {}).map(([role, { credentialType }]) => [
    role,
    maskUnknowns(credentialType),
  ]);
  return { roles: Object.fromEntries(types) as Values, staticRoles: Object.keys(engine.staticRoles ?? {}) };
}

/** An hour, where the maximum lifetime is not shorter. */
function defaultTtl(longest: pulumi.Input<Duration> | undefined): pulumi.Input<Duration> {
  return longest === undefined
    ? "1h"
    : pulumi.output(longest).apply((most) => Math.min(3600, durationSeconds(most) || 3600));
}

/** The credential types of the roles that are named. */
function typesOf(engine: ApplicationEngine, references: readonly string[]): Record<string, pulumi.Input<string>> {
  return Object.fromEntries(
    references.map((reference) => {
      const { name } = parseRoleReference(reference);
      return [name, engine.roles?.[name]?.credentialType ?? ""];
    }),
  );
}

/** What is wrong with the name that is given by the component has no path of its own. */
function withPath<T extends { readonly path: string }>(issue: T): T {
  return issue.path === "" ? { ...issue, path: "vaultName" } : issue;
}
