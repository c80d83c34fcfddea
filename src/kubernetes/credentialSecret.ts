import * as core from "@pulumi/kubernetes/core/v1/index.js";
import * as pulumi from "@pulumi/pulumi";
import { waitForAcceptance, type KeyAcceptanceArgs } from "./acceptedKeys.js";
import { whereHooksRun } from "../internal/hooks.js";
import type { TextsInput } from "../internal/texts.js";
import { transformed } from "../internal/transform.js";
import { isSecretAccessKey } from "../aws/accessKeys.js";
import { validateArguments } from "../internal/validation/validateInputs.js";
import { credentialSecretIssues } from "./objectRules.js";
import { credentialSecretShape } from "./argumentShapes.js";
import type { Transform } from "../internal/transform.js";

/** What {@link CredentialSecret} takes. */
export interface CredentialSecretArgs {
  /** Namespace of the Secret: the VaultServer's own. */
  readonly namespace: pulumi.Input<string>;
  /**
   * Name of the Secret. It stays the same when the keys change: a VaultServer cannot be pointed at another Secret.
   *
   * @default - the component's name
   */
  readonly secretName?: pulumi.Input<string>;
  /** ID of the AWS access key. */
  readonly accessKeyId: pulumi.Input<string>;
  /** The AWS secret access key. Kept as a secret, whether given as one or not. */
  readonly secretAccessKey: pulumi.Input<string>;
  /** The session token of temporary credentials. Kept as a secret, whether given as one or not. */
  readonly sessionToken?: pulumi.Input<string>;
  /**
   * Whether the session token also goes into a Secret of its own, as `kubevault.com/v1alpha1` wants it. It stays with the keys as well: KubeVault
   * stores a v1alpha1 object as v1alpha2, and the conversion forgets the other Secret.
   *
   * @default false
   */
  readonly separateSessionToken?: boolean;
  /**
   * Waits, before the keys are written, until AWS accepts them: IAM takes some seconds to make a new key known. Without it Vault may be started,
   * or restarted, with a key that does not work yet.
   *
   * @default - the keys are written at once
   */
  readonly awaitAcceptance?: KeyAcceptanceArgs;
  /** Labels of the Secrets. */
  readonly labels?: TextsInput;
  /** Annotations of the Secrets. */
  readonly annotations?: TextsInput;
  /** Changes the arguments of a child before it is created. */
  readonly transform?: {
    /** Changes the arguments of the Secret with the access key. */
    readonly secret?: Transform<core.SecretArgs>;
    /** Changes the arguments of the Secret with the session token. */
    readonly sessionTokenSecret?: Transform<core.SecretArgs>;
  };
}

/**
 * AWS credentials in a Kubernetes Secret, under the keys that KubeVault reads: `access_key`, `secret_key` and `session_token`.
 *
 * Creates the Secret `${name}-secret`, and with `separateSessionToken` also `${name}-session-token`.
 *
 * When the keys change, Pulumi's Kubernetes provider deletes the Secret and creates it again at once, unless the provider is set to
 * `enableSecretMutable: true`. A Vault that runs is not touched by that; a pod that starts in between waits for the Secret.
 *
 * @example
 * const secret = new CredentialSecret("vault-aws", {
 *   namespace: "vault",
 *   accessKeyId: storage.accessKeyId!,
 *   secretAccessKey: storage.secretAccessKey!,
 * });
 * // in the VaultServer: credentialSecretRef: { name: secret.secretName }
 */
export class CredentialSecret extends pulumi.ComponentResource {
  /** Name of the Secret with the keys. Known once the Secret is written. */
  readonly secretName: pulumi.Output<string>;
  /** Name of the Secret with the session token. undefined unless it is separate. */
  readonly sessionTokenSecretName: pulumi.Output<string> | undefined;
  /** Namespace of the Secrets. */
  readonly namespace: pulumi.Output<string>;
  /** The Secret with the keys. */
  readonly secret: core.Secret;
  /** The Secret with the session token. undefined unless it is separate. */
  readonly sessionTokenSecret: core.Secret | undefined;

  /** @throws pulumi.ResourceError with all problems of the plain arguments, before anything is created */
  constructor(name: string, args: CredentialSecretArgs, opts?: pulumi.ComponentResourceOptions) {
    const hooks = acceptanceHooks(name, args);
    // Nothing secret goes to super: a component's arguments are recorded in the state as they are. The key's ID does, so that the component
    // itself changes with the key: its hook then runs before the old Secret is touched.
    super(
      "kubevault-aws:index:CredentialSecret",
      name,
      { namespace: args.namespace, accessKeyId: pulumi.output(args.accessKeyId).apply(unlessSecret) },
      hooks === undefined ? opts : pulumi.mergeOptions(opts, { hooks }),
    );
    validateArguments(this, `CredentialSecret ${JSON.stringify(name)}`, credentialSecretShape, args, (known) =>
      credentialSecretIssues({ ...known, secretName: known.secretName ?? name }),
    );
    const { sessionToken } = args;
    const secretName = args.secretName ?? name;
    const separate = args.separateSessionToken === true;
    const secret: core.SecretArgs = {
      metadata: { name: secretName, namespace: args.namespace, labels: args.labels, annotations: args.annotations },
      stringData: {
        access_key: pulumi.secret(args.accessKeyId),
        secret_key: pulumi.secret(args.secretAccessKey),
        ...(sessionToken === undefined ? {} : { session_token: pulumi.secret(sessionToken) }),
      },
    };
    this.secret = new core.Secret(`${name}-secret`, transformed(args.transform?.secret, secret), { parent: this });
    this.sessionTokenSecret =
      sessionToken === undefined || !separate
        ? undefined
        : this.createSessionTokenSecret(name, sessionToken, { ...args, secretName });

    // The id of an object is namespace/name and, unlike its metadata, known only once the object is there.
    this.secretName = pulumi.all([this.secret.id, this.secret.metadata.name]).apply(([, known]) => known);
    this.sessionTokenSecretName = this.sessionTokenSecret?.metadata.name;
    this.namespace = pulumi.output(args.namespace);
    this.registerOutputs({
      secretName: this.secretName,
      sessionTokenSecretName: this.sessionTokenSecretName,
      namespace: this.namespace,
    });
  }

  private createSessionTokenSecret(
    name: string,
    sessionToken: pulumi.Input<string>,
    args: CredentialSecretArgs & { readonly secretName: pulumi.Input<string> },
  ): core.Secret {
    const secretName = pulumi.interpolate`${args.secretName}-session-token`;
    const secret: core.SecretArgs = {
      metadata: { name: secretName, namespace: args.namespace, labels: args.labels, annotations: args.annotations },
      stringData: { session_token: pulumi.secret(sessionToken) },
    };
    return new core.Secret(`${name}-session-token`, transformed(args.transform?.sessionTokenSecret, secret), {
      parent: this,
    });
  }
}

function acceptanceHooks(name: string, args: CredentialSecretArgs): pulumi.ResourceHookBinding | undefined {
  const { awaitAcceptance, accessKeyId, secretAccessKey, sessionToken } = args;
  if (awaitAcceptance === undefined) {
    return undefined;
  }
  const keys = pulumi.output({ accessKeyId, secretAccessKey, sessionToken });
  return whereHooksRun(() => {
    const hook = new pulumi.ResourceHook(
      `kubevault-aws:CredentialSecret:${name}:accepted-keys`,
      waitForAcceptance(
        keys,
        awaitAcceptance,
        (message) => void pulumi.log.info(`CredentialSecret "${name}": ${message}`),
      ),
    );
    return { beforeCreate: [hook], beforeUpdate: [hook] };
  });
}

/** What stands in the place of the ID is a secret where the two are swapped: it is rejected, and must not be recorded before that. */
function unlessSecret(accessKeyId: string): string | undefined {
  return isSecretAccessKey(accessKeyId) ? undefined : accessKeyId;
}
