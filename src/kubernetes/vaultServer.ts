import * as apiextensions from "@pulumi/kubernetes/apiextensions/index.js";
import * as core from "@pulumi/kubernetes/core/v1/index.js";
import * as pulumi from "@pulumi/pulumi";
import { assertPlainParts, validateInputs } from "../internal/validation/validateInputs.js";
import { unknownValue } from "../internal/validation/known.js";
import { maskUnknowns } from "../internal/validation/maskUnknowns.js";
import { inspectCluster } from "./inspectCluster.js";
import { shapedIssues } from "../internal/validation/argumentShape.js";
import { vaultServerShape } from "./argumentShapes.js";
import { mergedTexts } from "../internal/texts.js";
import { transformed } from "../internal/transform.js";
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
import { ReplacementGuard } from "../replacement/replacementGuard.js";
import { digestOf, VaultServerRollout } from "./vaultServerRollout.js";
import { warn } from "../internal/validation/warn.js";

/** How long Vault may take to become Ready by default: images are pulled, the table is read, Vault is initialised. */
const defaultReadyTimeoutSeconds = 900;

/** Phases of a VaultServer, as KubeVault's operator reports them. */
export type VaultServerPhase = "Initializing" | "Unsealing" | "Sealed" | "Ready" | "NotReady" | "Critical";

/**
 * Vault in a Kubernetes cluster, run by KubeVault's operator, with its data in DynamoDB.
 *
 * Creates, in this order:
 * - with `irsa`, the ServiceAccount of Vault's pods, `${name}-service-account`: the operator takes it over where it exists, and EKS reads its
 *   role when a pod is created, so it must be there first
 * - the VaultServer, `${name}-vault-server`
 * - the wait until it is Ready, `${name}-rollout`. Where a change needs it (version, TLS, configSecret, podTemplate, dataSources, monitor,
 *   `restartTrigger`), Vault's pods are restarted by a VaultOpsRequest, one after the other
 *
 * All arguments are checked before anything is sent, since Kubernetes drops misspelt fields silently and KubeVault's own webhook is not asked while it
 * is unavailable.
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
 *   irsa: { roleArn: storage.roleArn!, clusterRegion: "eu-west-1" },
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
  /** Phase of the VaultServer when it was last waited for. */
  readonly phase: pulumi.Output<VaultServerPhase | undefined>;
  /** The VaultServer object. */
  readonly vaultServer: apiextensions.CustomResource;
  /** The ServiceAccount. undefined without `irsa`: the operator makes it then. */
  readonly serviceAccount: core.ServiceAccount | undefined;

  /** @throws pulumi.ResourceError with all problems of the plain arguments, before anything is created */
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
      labels: args.labels,
      annotations: args.annotations,
      readyTimeoutSeconds: args.readyTimeoutSeconds,
      onImmutableChange: args.onImmutableChange,
    };
    assertPlainParts<object>(this, subject, args, (known) =>
      shapedIssues(vaultServerShape, known, () => vaultServerIssues(maskUnknowns(ruled) as VaultServerPlainArgs)),
    );
    const plain = validateInputs<object>(this, subject, ruled, (values) =>
      vaultServerIssues(values as VaultServerPlainArgs),
    ).apply((values) => values as VaultServerPlainArgs);
    warn(this, subject, vaultServerWarnings(maskUnknowns(ruled) as VaultServerPlainArgs));

    this.serviceAccount = args.irsa === undefined ? undefined : this.createServiceAccount(name, serverName, args);
    const request = { serverName, apiVersion, subject, plain, args, awaited: opts?.dependsOn !== undefined };
    const manifest = this.manifestOf(request);
    this.vaultServer = this.createVaultServer(name, manifest, request);
    const rollout = this.createRollout(name, manifest, request);

    const ready = pulumi.all([plain, this.vaultServer.id, rollout.id, rollout.phase]).apply(([values]) => values);
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
    this.phase = pulumi.all([rollout.phase, plain]).apply(([value]) => value as VaultServerPhase | undefined);

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
        annotations: mergedTexts(args.annotations, {
          [roleArnAnnotation]: pulumi.output(args.irsa).apply((irsa) => irsa?.roleArn ?? ""),
        }),
      },
    };
    return new core.ServiceAccount(`${name}-service-account`, transformed(args.transform?.serviceAccount, account), {
      parent: this,
    });
  }

  private manifestOf({ serverName, apiVersion, plain, args }: VaultServerRequest): apiextensions.CustomResourceArgs {
    const manifestOptions = { apiVersion, sessionTokenSecretName: args.sessionTokenSecretName };
    const untried = args.onImmutableChange === "replace" && pulumi.runtime.isDryRun();
    const manifest: apiextensions.CustomResourceArgs = {
      apiVersion,
      kind: "VaultServer",
      metadata: {
        name: serverName,
        namespace: args.namespace,
        labels: args.labels,
        annotations: untried ? mergedTexts(args.annotations, { [untriedAnnotation]: unknownValue }) : args.annotations,
      },
      // At preview parts may be unknown: they alone show as such. At `up` all is known, and nothing is sent that breaks a rule.
      spec: pulumi.runtime.isDryRun()
        ? vaultServerManifestSpec(args.spec, manifestOptions)
        : plain.apply((values) => vaultServerManifestSpec(values.spec, manifestOptions)),
    };
    return transformed(args.transform?.vaultServer, manifest);
  }

  private createVaultServer(
    name: string,
    manifest: apiextensions.CustomResourceArgs,
    { serverName, apiVersion, subject, args, awaited }: VaultServerRequest,
  ): apiextensions.CustomResource {
    const replace = args.onImmutableChange === "replace";
    const ignored = [
      // KubeVault's conversion forgets the field, and every `up` would send it again.
      ...(args.sessionTokenSecretName === undefined ? [] : ["spec.backend.dynamodb.sessionTokenSecret"]),
      ...(replace && pulumi.runtime.isDryRun() ? [`metadata.annotations.${untriedAnnotation}`] : []),
    ];
    const guard = new ReplacementGuard(
      `${name}-replacement-guard`,
      { guarded: "VaultServer", place: { namespace: args.namespace, name: serverName }, replaces: replace },
      // Where UnsealKeys rejects the change, that is the one error.
      { parent: this, dependsOn: pulumi.output(unsealKeysOf(args)).apply((): pulumi.Resource[] => []) },
    );
    return new apiextensions.CustomResource(`${name}-vault-server`, manifest, {
      parent: this,
      dependsOn: [guard, ...(this.serviceAccount === undefined ? [] : [this.serviceAccount])],
      // The object is only sent here: the rollout waits for Vault.
      customTimeouts: { create: sendTimeout, update: sendTimeout },
      ...(ignored.length === 0 ? {} : { ignoreChanges: ignored }),
      ...(replace ? { replaceOnChanges: [...immutableFields], deleteBeforeReplace: true } : {}),
      hooks: whereHooksRun(() => ({
        beforeCreate: [
          new pulumi.ResourceHook(
            `kubevault-aws:VaultServer:${name}:cluster`,
            inspectCluster({ subject, apiVersion, ...args, version: versionOf(args), parent: this.urn }, (message) => {
              if (!(awaited && pulumi.runtime.isDryRun())) {
                return false;
              }
              // What the component depends on may be what installs it.
              void pulumi.log.warn(message, this);
              return true;
            }),
            { onDryRun: true },
          ),
        ],
        beforeUpdate: replace ? [] : [immutabilityHook(name, subject)],
      })),
    });
  }

  private createRollout(
    name: string,
    { spec }: apiextensions.CustomResourceArgs,
    { serverName, apiVersion, args }: VaultServerRequest,
  ): VaultServerRollout {
    const sent = pulumi.output(spec as pulumi.Input<Readonly<Record<string, unknown>>>);
    return new VaultServerRollout(
      `${name}-rollout`,
      {
        namespace: args.namespace,
        serverName,
        apiVersion,
        uid: this.vaultServer.metadata.uid,
        specDigest: sent.apply(digestOf),
        restartDigest: pulumi
          .all([sent, args.restartTrigger, args.irsa])
          .apply(([values, trigger, irsa]) =>
            digestOf([readAtStart.map((field) => values[field]), trigger, irsa?.roleArn]),
          ),
        halted: sent.apply((values) => values["halted"] === true),
        readyTimeoutSeconds: args.readyTimeoutSeconds ?? defaultReadyTimeoutSeconds,
        kubeconfig: args.kubeconfig,
        context: args.context,
      },
      { parent: this, dependsOn: [this.vaultServer] },
    );
  }
}

/** How long Kubernetes may take to accept the VaultServer object. */
const sendTimeout = "60s";

/** Fields of `spec` that reach a pod only when it starts: KubeVault's StatefulSet has the update strategy OnDelete. */
const readAtStart = ["version", "tls", "configSecret", "podTemplate", "dataSources", "monitor"] as const;

/** The Secret that the unsealer keeps its keys in, where that is its mode. */
function unsealKeysOf({ spec }: VaultServerArgs): pulumi.Input<object> | undefined {
  const { unsealer } = spec as {
    readonly unsealer?: { readonly mode?: { readonly kubernetesSecret?: pulumi.Input<object> } };
  };
  return unsealer?.mode?.kubernetesSecret;
}

function versionOf({ spec }: VaultServerArgs): pulumi.Output<string | undefined> {
  return pulumi
    .output(spec as pulumi.Input<{ readonly version?: pulumi.Input<string> }>)
    .apply(({ version }) => version);
}

/**
 * An annotation that previews alone have, and no object ever gets: its value is unknown.
 *
 * In a preview the Kubernetes provider tries out on the API server what it would send. For a replacement that is the new object under the old one's
 * name, which KubeVault's webhook takes for a change of what is immutable, and the preview would fail. What has unknown parts is not tried out.
 * Since changes of the annotation are ignored, it only shows where the object is created again: an update is tried out as ever.
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
  /** Whether something is created before the component, which may be KubeVault itself. */
  readonly awaited: boolean;
}
