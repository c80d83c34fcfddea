import * as core from "@pulumi/kubernetes/core/v1/index.js";
import * as pulumi from "@pulumi/pulumi";
import type { TextsInput } from "../internal/texts.js";
import { transformed } from "../internal/transform.js";
import { validateArguments } from "../internal/validation/validateInputs.js";
import { ReplacementGuard } from "../replacement/replacementGuard.js";
import { secretIssues } from "./objectRules.js";
import { unsealKeysShape } from "./argumentShapes.js";
import type { Transform } from "../internal/transform.js";

/** What {@link UnsealKeys} takes. */
export interface UnsealKeysArgs {
  /** Namespace of the VaultServer. */
  readonly namespace: pulumi.Input<string>;
  /**
   * Name of the Secret.
   *
   * @default - made by Pulumi from the component's name
   */
  readonly secretName?: pulumi.Input<string>;
  /** Labels of the Secret. */
  readonly labels?: TextsInput;
  /** Annotations of the Secret. */
  readonly annotations?: TextsInput;
  /** Changes the arguments of a child before it is created. */
  readonly transform?: {
    /** Changes the arguments of the Secret. */
    readonly secret?: Transform<core.SecretArgs>;
  };
}

/**
 * The Secret that KubeVault's unsealer puts the unseal keys and the root token into (mode `kubernetesSecret`), made empty and beforehand.
 *
 * The unsealer makes the Secret itself where it is missing, and never deletes it: keys of a Vault that is gone would stay in the cluster. Made
 * here, the Secret goes with the stack. Vault's data is worth nothing without these keys, so let the table depend on them: on `pulumi destroy` the
 * keys then go last, and stay if the table cannot be deleted.
 *
 * Creates the Secret `${name}-secret`, and `${name}-replacement-guard`, which rejects another namespace or name: the keys would be lost. What the unsealer writes into it never comes into the program.
 *
 * @example
 * const keys = new UnsealKeys("vault-keys", { namespace: "vault" });
 * const storage = new DynamoDbStorage("vault-storage", {}, { dependsOn: keys });
 * // in the VaultServer: unsealer: { ..., mode: { kubernetesSecret: { secretName: keys.secretName } } }
 */
export class UnsealKeys extends pulumi.ComponentResource {
  /** Name of the Secret. */
  readonly secretName: pulumi.Output<string>;
  /** Namespace of the Secret. */
  readonly namespace: pulumi.Output<string>;
  /** The Secret. */
  readonly secret: core.Secret;

  /** @throws pulumi.ResourceError with all problems of the plain arguments, before anything is created */
  constructor(name: string, args: UnsealKeysArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kubevault-aws:index:UnsealKeys", name, { namespace: args.namespace }, opts);
    validateArguments(this, `UnsealKeys ${JSON.stringify(name)}`, unsealKeysShape, args, secretIssues);
    const secret: core.SecretArgs = {
      metadata: {
        name: args.secretName,
        namespace: args.namespace,
        labels: args.labels,
        annotations: args.annotations,
      },
    };
    const sent = transformed(args.transform?.secret, secret);
    const metadata = pulumi.output(sent.metadata);
    const guard = new ReplacementGuard(
      `${name}-replacement-guard`,
      {
        guarded: "UnsealKeys",
        place: {
          namespace: metadata.apply((given) => given?.namespace ?? null),
          name: metadata.apply((given) => given?.name ?? null),
        },
      },
      { parent: this },
    );
    this.secret = new core.Secret(`${name}-secret`, sent, {
      parent: this,
      dependsOn: guard,
      // What is in it belongs to the unsealer.
      ignoreChanges: ["data", "stringData"],
    });
    this.secretName = pulumi.all([this.secret.id, this.secret.metadata.name]).apply(([, secretName]) => secretName);
    this.namespace = pulumi.output(args.namespace);
    this.registerOutputs({ secretName: this.secretName, namespace: this.namespace });
  }
}
