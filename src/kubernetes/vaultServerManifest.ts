import * as pulumi from "@pulumi/pulumi";
import type { Field } from "./fields.js";
import type { InputOf } from "../internal/inputOf.js";
import { vaultServerFields } from "./vaultServerFields.js";
import type { VaultServerApiVersion } from "./vaultServerRules.js";
import type { VaultServerSpec } from "./vaultServerSpec.js";
import type { Values } from "../vaultresource/fields.js";

/** What {@link vaultServerManifestSpec} writes a spec from. */
export interface ManifestOptions {
  readonly apiVersion: VaultServerApiVersion;
  /** `kubevault.com/v1alpha1` only: the Secret with `session_token`. */
  readonly sessionTokenSecretName?: pulumi.Input<string>;
}

/** The auth method that the operator adds where it is missing; written out so that it does not show as drift. */
const kubernetesAuthMethod = { type: "kubernetes", path: "kubernetes" } as const;

/**
 * The `spec` of the VaultServer object as it is sent: keys in the order of the field table, the `kubernetes` auth method always there,
 * references in the form of the API version.
 *
 * Takes plain values or inputs: outputs stay where they are, so that a preview shows all that is known.
 */
export function vaultServerManifestSpec(
  spec: InputOf<VaultServerSpec>,
  options: ManifestOptions,
): pulumi.Input<Record<string, unknown>> {
  return whenPlain(spec, (plain) => {
    const ordered = inFieldOrder(
      { ...plain, authMethods: withKubernetesAuth(plain["authMethods"]) },
      vaultServerFields,
    );
    return options.apiVersion === "kubevault.com/v1alpha1" ? asV1alpha1(ordered, options) : ordered;
  });
}

function withKubernetesAuth(authMethods: unknown): unknown {
  return whenPlain(authMethods ?? [], (methods) => {
    const list = Object.values(methods) as { readonly type?: unknown; readonly path?: unknown }[];
    const paths = list.map(({ path }) => path);
    return paths.includes(kubernetesAuthMethod.path) ? list : [...list, kubernetesAuthMethod];
  });
}

function inFieldOrder(value: Values, field: Field): Record<string, unknown> {
  if (field.kind !== "object") {
    return { ...value };
  }
  return Object.fromEntries(
    Object.entries(field.fields)
      .filter(([key]) => value[key] !== undefined)
      .map(([key, inside]) => [key, orderedValue(value[key], inside)]),
  );
}

function orderedValue(value: unknown, field: Field): unknown {
  switch (field.kind) {
    case "object":
      return whenPlain(value, (plain) => inFieldOrder(plain, field));
    case "list":
      return whenPlain(value, (items) => Object.values(items).map((item) => orderedValue(item, field.items)));
    default:
      return value;
  }
}

/** In v1alpha1 the Secrets of DynamoDB and of the unsealer are given by name, and the session token has one of its own. */
function asV1alpha1(spec: Values, { sessionTokenSecretName }: ManifestOptions): Record<string, unknown> {
  return {
    ...spec,
    backend: inside(spec["backend"], "dynamodb", (dynamodb) => ({
      ...renamedReferences(dynamodb, { credentialSecretRef: "credentialSecret" }),
      ...(sessionTokenSecretName === undefined ? {} : { sessionTokenSecret: sessionTokenSecretName }),
    })),
    ...(spec["unsealer"] === undefined
      ? {}
      : {
          unsealer: inside(spec["unsealer"], "mode", (modes) =>
            Object.fromEntries(
              Object.entries(modes).map(([mode, settings]) => [
                mode,
                whenPlain(settings, (plain) => renamedReferences(plain, unsealerReferences[mode] ?? {})),
              ]),
            ),
          ),
        }),
  };
}

/** References of the unsealers in v1alpha2, and the names of the Secrets that stood for them in v1alpha1. */
const unsealerReferences: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  awsKmsSsm: { credentialSecretRef: "credentialSecret" },
  googleKmsGcs: { credentialSecretRef: "credentialSecret" },
  azureKeyVault: { credentialSecretRef: "aadClientSecret", tlsSecretRef: "clientCertSecret" },
};

function inside(value: unknown, key: string, change: (inner: Values) => unknown): unknown {
  return whenPlain(value, (plain) => ({ ...plain, [key]: whenPlain(plain[key], change) }));
}

function renamedReferences(value: Values, names: Readonly<Record<string, string>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => {
      const name = names[key];
      return name === undefined ? [key, part] : [name, whenPlain(part, (reference) => reference["name"])];
    }),
  );
}

/** Applies a function to a value that may be an output, a promise or plain; a plain one stays plain. */
function whenPlain<T>(value: unknown, change: (plain: Values) => T): T | pulumi.Output<T> {
  if (pulumi.Output.isInstance(value) || value instanceof Promise) {
    const output = pulumi.output(value as Promise<Values>);
    return output.apply((plain): unknown => change(plain)) as pulumi.Output<T>;
  }
  return change(value as Values);
}
