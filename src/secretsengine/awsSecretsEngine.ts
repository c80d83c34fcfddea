import * as pulumi from "@pulumi/pulumi";
import type { PlainObject } from "../internal/plainObject.js";
import type { Transform } from "../internal/transform.js";
import { transformed } from "../internal/transform.js";
import { mapRecord } from "../internal/records.js";
import { assertPlainParts } from "../internal/validation/validateInputs.js";
import { callback, input, objectShape, recordShape, shapedIssues } from "../internal/validation/argumentShape.js";
import { under, type Issue } from "../internal/validation/issues.js";
import {
  AwsLeaseConfig,
  leaseSettingsRules,
  type AwsLeaseConfigArgs,
  type AwsLeaseConfigSettings,
} from "./awsLeaseConfig.js";
import {
  AwsRootConfig,
  rootConfigSettingsRules,
  type AwsRootConfigArgs,
  type AwsRootConfigSettings,
} from "./awsRootConfig.js";
import {
  AwsSecretsMount,
  mountRules,
  type AwsSecretsMountArgs,
  type AwsSecretsMountSettings,
} from "./awsSecretsMount.js";
import { engineAgreementIssues } from "./engineAgreement.js";
import { eachRole } from "./roleRules.js";
import { roleSettingsRules, type AwsSecretsRoleSettings } from "./awsSecretsRole.js";
import { AwsSecretsRoles, type AwsSecretsRoleReference, type AwsSecretsRolesArgs } from "./awsSecretsRoles.js";
import {
  AwsStaticRole,
  staticRoleSettingsRules,
  type AwsStaticRoleArgs,
  type AwsStaticRoleSettings,
} from "./awsStaticRole.js";
import type { Values } from "../vaultresource/fields.js";

/** What {@link AwsSecretsEngine} takes. */
export interface AwsSecretsEngineArgs {
  /** Where the engine is mounted. @default "aws" */
  readonly path?: pulumi.Input<string>;
  /** Settings of the mount. */
  readonly mount?: PlainObject<AwsSecretsMountSettings>;
  /** The root credential. @default - none is written: Vault uses the identity of the machine it runs on */
  readonly rootConfig?: PlainObject<AwsRootConfigSettings>;
  /** Leases of `iam_user` roles. @default - none is written: the mount's limits hold */
  readonly leaseConfig?: PlainObject<AwsLeaseConfigSettings>;
  /** Roles by name. */
  readonly roles?: Readonly<Record<string, PlainObject<AwsSecretsRoleSettings>>>;
  /** Static roles by name. Vault 1.14 and later. */
  readonly staticRoles?: Readonly<Record<string, PlainObject<AwsStaticRoleSettings>>>;
  /** Changes the arguments of a child before it is created. */
  readonly transform?: {
    /** Changes the arguments of the {@link AwsSecretsMount}. */
    readonly mount?: Transform<AwsSecretsMountArgs>;
    /** Changes the arguments of the {@link AwsRootConfig}. */
    readonly rootConfig?: Transform<AwsRootConfigArgs>;
    /** Changes the arguments of the {@link AwsLeaseConfig}. */
    readonly leaseConfig?: Transform<AwsLeaseConfigArgs>;
    /** Changes the arguments of the {@link AwsSecretsRoles}. */
    readonly roles?: Transform<AwsSecretsRolesArgs>;
    /** Called for each static role. */
    readonly staticRole?: Transform<AwsStaticRoleArgs>;
  };
}

/**
 * Vault's AWS secrets engine, ready for use: its mount, root credential, leases and roles.
 *
 * Creates `${name}-mount`, `${name}-root-config`, `${name}-lease-config`, `${name}-roles` with all roles, and for each static role
 * `${name}-static-role-${role}`.
 *
 * A {@link VaultConnection} in `providers` says which Vault it is. Destroying deletes the roles and unmounts the engine, which makes Vault
 * delete the IAM users of all leases: give `dependsOn` the root credential and its policies, so that they are still there then.
 *
 * @example
 * const engine = new AwsSecretsEngine(
 *   "aws",
 *   {
 *     rootConfig: { accessKey: root.accessKeyId, secretKey: root.secretAccessKey },
 *     roles: { deploy: { credentialType: "iam_user", policyArns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"] } },
 *   },
 *   { providers: [connection], dependsOn: [root] },
 * );
 */
export class AwsSecretsEngine extends pulumi.ComponentResource {
  /**
   * Where the engine is mounted, without slashes around. It resolves when the engine can be read from: after its root credential, its lease
   * configuration and its roles are written. What is made from it is deleted before them.
   */
  readonly path: pulumi.Output<string>;
  /** Vault's ID of the mount. */
  readonly accessor: pulumi.Output<string>;
  /** The mount. */
  readonly mount: AwsSecretsMount;
  /** `config/root`; undefined without `rootConfig`. */
  readonly rootConfig: AwsRootConfig | undefined;
  /** `config/lease`; undefined without `leaseConfig`. */
  readonly leaseConfig: AwsLeaseConfig | undefined;
  /** The roles by name: `engine.roles["deploy"]?.credsPath`. */
  readonly roles: Readonly<Record<string, AwsSecretsRoleReference>>;
  /** The resource of all roles; undefined where there are none. */
  readonly rolesResource: AwsSecretsRoles | undefined;
  /** The static roles by name. */
  readonly staticRoles: Readonly<Record<string, AwsStaticRole>>;

  /** @throws pulumi.ResourceError with all problems of the plain arguments, before anything is created */
  constructor(name: string, args: AwsSecretsEngineArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    // The arguments hold secrets, and what a component is given here is stored.
    super("kubevault-aws:index:AwsSecretsEngine", name, {}, opts);
    const transforms = args.transform;
    // Outputs are checked by the children, once they are known.
    assertPlainParts(this, `AwsSecretsEngine ${JSON.stringify(name)}`, args, (given) =>
      shapedIssues(engineShape, given, () => engineRules(given)),
    );
    // A component's dependsOn does not reach its children by itself.
    const parent = { parent: this, dependsOn: opts?.dependsOn };

    const mountArgs = { ...args.mount, path: args.path ?? "aws" };
    this.mount = new AwsSecretsMount(`${name}-mount`, transformed(transforms?.mount, mountArgs), parent);
    const mount = this.mount.path;

    this.rootConfig =
      args.rootConfig === undefined
        ? undefined
        : new AwsRootConfig(
            `${name}-root-config`,
            transformed(transforms?.rootConfig, { ...args.rootConfig, mount }),
            parent,
          );
    this.leaseConfig =
      args.leaseConfig === undefined
        ? undefined
        : new AwsLeaseConfig(
            `${name}-lease-config`,
            transformed(transforms?.leaseConfig, { ...args.leaseConfig, mount }),
            parent,
          );

    // A role that can be read from works: what its credentials need is there before it is, and there until it is deleted.
    const configs = [this.rootConfig, this.leaseConfig].filter((config) => config !== undefined);
    const afterRoot = { parent: this, dependsOn: configs };
    this.rolesResource =
      Object.keys(args.roles ?? {}).length === 0
        ? undefined
        : new AwsSecretsRoles(
            `${name}-roles`,
            transformed(transforms?.roles, { mount, roles: args.roles ?? {} }),
            afterRoot,
          );
    this.roles = this.rolesResource?.references ?? {};
    this.staticRoles = mapRecord(args.staticRoles ?? {}, (role, settings) => {
      const roleArgs = transformed<AwsStaticRoleArgs>(transforms?.staticRole, { ...settings, mount, name: role });
      return new AwsStaticRole(`${name}-static-role-${role}`, roleArgs, afterRoot);
    });

    // URNs are known at preview, and resolve only when the resources are created.
    const parts = [
      ...configs,
      ...(this.rolesResource === undefined ? [] : [this.rolesResource]),
      ...Object.values(this.staticRoles),
    ];
    this.path = pulumi.all([this.mount.path, ...parts.map(({ urn }) => urn)]).apply(([path]) => path as string);
    this.accessor = this.mount.accessor;
    this.registerOutputs({ path: this.path, accessor: this.accessor });
  }
}

/** The arguments of an AwsSecretsEngine. The names of settings are checked by their own rules. */
const engineShape = objectShape<AwsSecretsEngineArgs>("AwsSecretsEngine", {
  path: input,
  mount: recordShape(),
  rootConfig: recordShape(),
  leaseConfig: recordShape(),
  roles: recordShape(recordShape()),
  staticRoles: recordShape(recordShape()),
  transform: objectShape<NonNullable<AwsSecretsEngineArgs["transform"]>>("AwsSecretsEngine.transform", {
    mount: callback,
    rootConfig: callback,
    leaseConfig: callback,
    roles: callback,
    staticRole: callback,
  }),
});

/** All rules of {@link AwsSecretsEngineArgs}, with the paths as the user wrote them. */
export function engineRules(args: Values): Issue[] {
  const section = (name: string, rules: (values: Values) => Issue[]) =>
    args[name] === undefined ? [] : under(name, rules(args[name] as Values));
  const mount = (args.mount ?? {}) as Values;
  return [
    ...mountRules({ ...mount, path: args.path ?? "aws" }).map((issue) =>
      issue.path === "path" ? issue : { ...issue, path: `mount.${issue.path}` },
    ),
    ...section("rootConfig", rootConfigSettingsRules),
    ...section("leaseConfig", leaseSettingsRules),
    ...eachRole("roles", args.roles, roleSettingsRules),
    ...eachRole("staticRoles", args.staticRoles, staticRoleSettingsRules),
    ...engineAgreementIssues(args),
  ];
}
