import * as pulumi from "@pulumi/pulumi";
import type { Values } from "./fields.js";
import { providerText } from "./providerText.js";

/** Who serves this package's own resources to the engine. */
interface ResourceHost {
  /** The Pulumi package whose provider a VaultConnection is. */
  readonly providerPackage: string;
  /** Whether the option `import` works. */
  readonly imports: boolean;
  /** The type token of a kind of resource. */
  readonly typeOf: (kind: string) => string;
  /** What is added to a resource's inputs. */
  readonly propsOf: (kind: string) => Values;
  readonly optionsOf: (kind: string, opts: pulumi.CustomResourceOptions | undefined) => pulumi.CustomResourceOptions;
  /** A connection's inputs, named as the provider reads them. */
  readonly connectionProps: (inputs: Readonly<Record<string, unknown>>) => Record<string, unknown>;
}

/** The dynamic provider plugin that comes with `@pulumi/pulumi`. It serves programs in TypeScript and JavaScript. */
const dynamicProvider: ResourceHost = {
  providerPackage: "pulumi-nodejs",
  imports: false,
  typeOf: dynamicType,
  propsOf: (kind) => ({ __provider: providerText(kind) }),
  optionsOf: (kind, opts) => pulumi.mergeOptions(opts, { aliases: [{ type: pluginType(kind) }] }),
  connectionProps: (inputs) =>
    Object.fromEntries(Object.entries(inputs).map(([key, value]) => [`kubevault-aws:${key}`, value])),
};

/** The provider plugin `pulumi-resource-kubevault-aws`. It serves programs in every language. */
function providerPlugin(version: string | undefined): ResourceHost {
  return {
    providerPackage: "kubevault-aws",
    imports: true,
    typeOf: pluginType,
    propsOf: () => ({}),
    optionsOf: (kind, opts) => pulumi.mergeOptions(opts, { version, aliases: [{ type: dynamicType(kind) }] }),
    connectionProps: (inputs) => ({ ...inputs }),
  };
}

function dynamicType(kind: string): string {
  return `pulumi-nodejs:dynamic/kubevault-aws:${kind}`;
}

function pluginType(kind: string): string {
  return `kubevault-aws:index:${kind}`;
}

let current: ResourceHost = dynamicProvider;

/** The host of the resources that this process registers. */
export function resourceHost(): ResourceHost {
  return current;
}

/**
 * Registers this package's resources in Vault as custom resources of the provider plugin `pulumi-resource-kubevault-aws` instead of dynamic
 * resources. Call it once, before the first resource.
 *
 * An existing stack moves over without replacing anything: the resources carry their other type as an alias. The plugin must be installed wherever the
 * stack is updated, refreshed or destroyed.
 *
 * @param options `version` of the plugin; default: the newest one installed
 *
 * @example
 * useProviderPlugin();
 * new VaultPlatform("vault", { namespace: "vault", vaultServer: { version: "1.18.4" } });
 */
export function useProviderPlugin(options: { readonly version?: string } = {}): void {
  current = providerPlugin(options.version);
}

/** The opposite of {@link useProviderPlugin}, and the default. An existing stack moves back without replacing anything. */
export function useDynamicProvider(): void {
  current = dynamicProvider;
}
