import * as apiextensions from "@pulumi/kubernetes/apiextensions/index.js";
import * as core from "@pulumi/kubernetes/core/v1/index.js";
import * as pulumi from "@pulumi/pulumi";
import { validateInputs } from "../internal/validation/validateInputs.js";
import { unknownValue } from "../internal/validation/known.js";
import { maskUnknowns } from "../internal/validation/maskUnknowns.js";
import { explainStuck } from "./explainStuck.js";
import { whereHooksRun } from "../internal/hooks.js";
import { immutableFields, rejectImmutableChange } from "./immutableFields.js";
import type { VaultServerArgs } from "./vaultServerArgs.js";
import { vaultServerManifestSpec } from "./vaultServerManifest.js";
import {
  caLocation,
  serviceHost,
  unsealerKeyPrefix,
  vaultAddress,
  type SecretKeyLocation,
} from "./vaultServerNames.js";
import { vaultServerIssues, type VaultServerPlainArgs } from "./vaultServerRules.js";
import { roleArnAnnotation, vaultServerWarnings } from "./vaultServerWarnings.js";
import { warn } from "../internal/validation/warn.js";

/** How long Vault may take to become Ready where nothing is said: images are pulled, the table is read, Vault is initialised. */
const defaultReadyTimeoutSeconds = 900;

/** Phases of a VaultServer, as KubeVault's operator reports them. */
export type VaultServerPhase = "Initializing" | "Unsealing" | "Sealed" | "Ready" | "NotReady" | "Critical";

/**
 * Vault in a Kubernetes cluster, run by KubeVault's operator, with its data in DynamoDB.
 *
 * Creates, in this order:
 * - with `irsa`, the ServiceAccount of Vault's pods, `${name}-service-account`: the operator takes it over where it exists, and EKS reads its
 *   role when a pod is made, so it must be there first
 * - the VaultServer, `${name}-vault-server`, and waits until its phase is Ready
 * - with `restartTrigger`, a VaultOpsRequest that restarts Vault, `${name}-restart`
 *
 * All arguments are checked before anything is sent, since Kubernetes drops misspelt fields without a word and KubeVault's own webhook may be
 * down unnoticed.
 *
 * @example
 * const vault = new VaultServer("vault", {
 *   namespace: "vault",
 *   spec: {
 *     version: "1.18.4",
 *     backend: { dynamodb: { table: storage.tableName, region: storage.region, credentialSecretRef: { name: secret.secretName } } },
 *     unsealer: { secretShares: 5, secretThreshold: 3, mode: { kubernetesSecret: { secretName: "vault-keys" } } },
 *   },
 * });
 * export const address = vault.address;
 *
 * @example
 * // On EKS with the role of a ServiceAccount instead of static keys
 * new VaultServer("vault", {
 *   namespace: "vault",
 *   irsa: { roleArn: storage.roleArn, clusterRegion: "eu-west-1" },
 *   spec: { version: "1.18.4", replicas: 3, backend: { dynamodb: { table: "vault", region: "eu-west-1", haEnabled: true } } },
 * });
 *
 * @see https://kubevault.com/docs/latest/concepts/vault-server-crds/vaultserver/
 */
export class VaultServer extends pulumi.ComponentResource {
  /** Name of the VaultServer object, of Vault's Service and of its ServiceAccount. */
  readonly name: pulumi.Output<string>;
  /** Namespace of the VaultServer. */
  readonly namespace: pulumi.Output<string>;
  /** Address of Vault's API inside the cluster: `http://vault.demo.svc:8200`, `https` with `tls`. Known once Vault is Ready. */
  readonly address: pulumi.Output<string>;
  /** DNS name of Vault's Service inside the cluster: `vault.demo.svc`. */
  readonly serviceHost: pulumi.Output<string>;
  /** Name of Vault's Service. */
  readonly serviceName: pulumi.Output<string>;
  /** Name of the ServiceAccount that Vault's pods run as. */
  readonly serviceAccountName: pulumi.Output<string>;
  /** Where the root token is, once Vault is Ready. undefined unless the unsealer's mode is `kubernetesSecret`. */
  readonly rootTokenSecret: pulumi.Output<SecretKeyLocation | undefined>;
  /** Where the certificate is that Vault's own is signed by. undefined without `tls`. */
  readonly caSecret: pulumi.Output<SecretKeyLocation | undefined>;
  /** Phase of the VaultServer when it was last looked at. */
  readonly phase: pulumi.Output<VaultServerPhase | undefined>;
  /** The VaultServer object. */
  readonly vaultServer: apiextensions.CustomResource;
  /** The ServiceAccount. undefined without `irsa`: the operator makes it then. */
  readonly serviceAccount: core.ServiceAccount | undefined;
  /** The VaultOpsRequest that restarts Vault. undefined without `restartTrigger`. */
  readonly restart: apiextensions.CustomResource | undefined;

  constructor(name: string, args: VaultServerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kubevault-aws:index:VaultServer", name, { namespace: args.namespace }, opts);
    const subject = `VaultServer ${JSON.stringify(name)}`;
    const serverName = args.serverName ?? name;
    const apiVersion = args.apiVersion ?? "kubevault.com/v1alpha2";
    const ruled = {
      serverName,
      namespace: args.namespace,
      apiVersion,
      spec: args.spec,
      irsa: args.irsa,
      sessionTokenSecretName: args.sessionTokenSecretName,
    };
    const plain = validateInputs<object>(this, subject, ruled, (values) =>
      vaultServerIssues(values as VaultServerPlainArgs),
    ).apply((values) => values as VaultServerPlainArgs);
    warn(this, subject, vaultServerWarnings(maskUnknowns(ruled) as VaultServerPlainArgs));

    this.serviceAccount = args.irsa === undefined ? undefined : this.createServiceAccount(name, serverName, args);
    this.vaultServer = this.createVaultServer(name, { serverName, apiVersion, subject, plain, args });
    this.restart = args.restartTrigger === undefined ? undefined : this.createRestart(name, args.restartTrigger, args);

    const ready = pulumi.all([plain, this.vaultServer.id, this.restart?.id]).apply(([values]) => values);
    this.name = pulumi.output(serverName);
    this.namespace = pulumi.output(args.namespace);
    this.serviceName = this.name;
    this.serviceAccountName = this.name;
    this.serviceHost = pulumi
      .all([serverName, args.namespace])
      .apply(([server, namespace]) => serviceHost(server, namespace));
    this.address = ready.apply(({ serverName: server, namespace, spec }) =>
      vaultAddress(server, namespace, spec.tls !== undefined),
    );
    this.caSecret = ready.apply(({ serverName: server, namespace, spec }) =>
      spec.tls === undefined ? undefined : caLocation(server, namespace, spec.tls),
    );
    this.rootTokenSecret = pulumi
      .all([ready, args.operatorClusterName])
      .apply(([{ serverName: server, namespace, spec }, clusterName]) => {
        const secretName = spec.unsealer?.mode.kubernetesSecret?.secretName;
        return secretName === undefined
          ? undefined
          : { namespace, name: secretName, key: `${unsealerKeyPrefix(clusterName, namespace, server)}-root-token` };
      });
    const { status } = this.vaultServer as StatusOutput;
    this.phase = pulumi.all([status, plain]).apply(([value]) => value?.phase);

    this.registerOutputs({
      name: this.name,
      namespace: this.namespace,
      address: this.address,
      serviceHost: this.serviceHost,
      serviceName: this.serviceName,
      serviceAccountName: this.serviceAccountName,
      rootTokenSecret: this.rootTokenSecret,
      caSecret: this.caSecret,
      phase: this.phase,
    });
  }

  private createServiceAccount(
    name: string,
    serverName: pulumi.Input<string>,
    args: VaultServerArgs,
  ): core.ServiceAccount {
    const account: core.ServiceAccountArgs = {
      metadata: {
        name: serverName,
        namespace: args.namespace,
        labels: args.labels,
        annotations: { [roleArnAnnotation]: pulumi.output(args.irsa).apply((irsa) => irsa?.roleArn ?? "") },
      },
    };
    return new core.ServiceAccount(`${name}-service-account`, args.transform?.serviceAccount?.(account) ?? account, {
      parent: this,
    });
  }

  private createVaultServer(name: string, request: VaultServerRequest): apiextensions.CustomResource {
    const { serverName, apiVersion, subject, plain, args } = request;
    const manifestOptions = { apiVersion, sessionTokenSecretName: args.sessionTokenSecretName };
    const replace = args.onImmutableChange === "replace";
    const ignored = [
      // KubeVault's conversion forgets the field, and every `up` would send it again.
      ...(args.sessionTokenSecretName === undefined ? [] : ["spec.backend.dynamodb.sessionTokenSecret"]),
      ...(replace && pulumi.runtime.isDryRun() ? [`metadata.annotations.${untriedAnnotation}`] : []),
    ];
    const manifest: apiextensions.CustomResourceArgs = {
      apiVersion,
      kind: "VaultServer",
      metadata: {
        name: serverName,
        namespace: args.namespace,
        labels: args.labels,
        annotations: {
          "pulumi.com/waitFor": "jsonpath={.status.phase}=Ready",
          ...(replace && pulumi.runtime.isDryRun() ? { [untriedAnnotation]: unknownValue } : {}),
        },
      },
      // At preview parts may be unknown: they alone show as such. At `up` all is known, and nothing is sent that breaks a rule.
      spec: pulumi.runtime.isDryRun()
        ? vaultServerManifestSpec(args.spec, manifestOptions)
        : plain.apply((values) => vaultServerManifestSpec(values.spec, manifestOptions)),
    };
    const timeout = `${args.readyTimeoutSeconds ?? defaultReadyTimeoutSeconds}s`;
    return new apiextensions.CustomResource(
      `${name}-vault-server`,
      // Named, so that the status that the operator writes becomes an output.
      { ...(args.transform?.vaultServer?.(manifest) ?? manifest), status: undefined },
      {
        parent: this,
        dependsOn: this.serviceAccount === undefined ? [] : [this.serviceAccount],
        customTimeouts: { create: timeout, update: timeout },
        ...(ignored.length === 0 ? {} : { ignoreChanges: ignored }),
        ...(replace ? { replaceOnChanges: [...immutableFields], deleteBeforeReplace: true } : {}),
        hooks: whereHooksRun(() => {
          const { before, after } = this.stuckHooks(name, serverName, args);
          return {
            beforeCreate: [before],
            afterCreate: [after],
            beforeUpdate: replace ? [before] : [immutabilityHook(name, subject), before],
            afterUpdate: [after],
          };
        }),
      },
    );
  }

  private stuckHooks(
    name: string,
    serverName: pulumi.Input<string>,
    args: VaultServerArgs,
  ): { readonly before: pulumi.ResourceHook; readonly after: pulumi.ResourceHook } {
    const { namespace, kubeconfig, context } = args;
    const { before, after } = explainStuck(
      { name: serverName, namespace, kubeconfig, context },
      args.readyTimeoutSeconds ?? defaultReadyTimeoutSeconds,
      (message) => void pulumi.log.warn(message, this),
    );
    return {
      before: new pulumi.ResourceHook(`kubevault-aws:VaultServer:${name}:before-wait`, before),
      after: new pulumi.ResourceHook(`kubevault-aws:VaultServer:${name}:after-wait`, after),
    };
  }

  private createRestart(
    name: string,
    trigger: pulumi.Input<string>,
    args: VaultServerArgs,
  ): apiextensions.CustomResource {
    const request: apiextensions.CustomResourceArgs = {
      apiVersion: "ops.kubevault.com/v1alpha1",
      kind: "VaultOpsRequest",
      metadata: {
        // By the trigger, so that another one makes another request: a request is carried out once.
        name: pulumi
          .all([this.vaultServer.metadata.name, trigger])
          .apply(([server, value]) => `${server}-restart-${value.toLowerCase()}`),
        namespace: args.namespace,
        labels: args.labels,
        annotations: { "pulumi.com/waitFor": "jsonpath={.status.phase}=Successful" },
      },
      spec: { type: "Restart", vaultRef: { name: this.vaultServer.metadata.name }, restart: {} },
    };
    const timeout = `${args.readyTimeoutSeconds ?? defaultReadyTimeoutSeconds}s`;
    return new apiextensions.CustomResource(`${name}-restart`, args.transform?.restart?.(request) ?? request, {
      parent: this,
      dependsOn: [this.vaultServer],
      customTimeouts: { create: timeout, update: timeout },
    });
  }
}

/**
 * An annotation that previews alone have, and no object ever gets: its value is unknown.
 *
 * In a preview the Kubernetes provider tries out on the API server what it would send. For a replacement that is the new object under the old one's
 * name, which KubeVault's webhook takes for a change of what is immutable, and the preview would fail. What has unknown parts is not tried out.
 * Since changes of the annotation are ignored, it only shows where the object is made anew: an update is tried out as ever.
 */
const untriedAnnotation = "kubevault-aws-untried";

function immutabilityHook(name: string, subject: string): pulumi.ResourceHook {
  return new pulumi.ResourceHook(`kubevault-aws:VaultServer:${name}:immutable-fields`, rejectImmutableChange(subject), {
    onDryRun: true,
  });
}

interface VaultServerRequest {
  readonly serverName: pulumi.Input<string>;
  readonly apiVersion: VaultServerPlainArgs["apiVersion"];
  readonly subject: string;
  readonly plain: pulumi.Output<VaultServerPlainArgs>;
  readonly args: VaultServerArgs;
}

/** The output that {@link apiextensions.CustomResource} does not declare: its type says nothing of an object's status. */
interface StatusOutput {
  readonly status?: pulumi.Output<{ readonly phase?: VaultServerPhase } | undefined>;
}
