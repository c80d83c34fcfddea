import { deleteParameters } from "../aws/parameterStore.js";
import type { DynamicProvider } from "../vaultresource/providers/dynamicProvider.js";

const timeoutMs = 30_000;

interface UnsealParameterProps {
  readonly names: readonly string[];
  readonly region: string;
  readonly ssmEndpoint?: string;
}

/** What is done with UnsealParameters in the plugin: only their deletion asks AWS. */
export function unsealParametersProvider(): DynamicProvider {
  return {
    configure: () => Promise.resolve(),
    check: (_olds, news) => Promise.resolve({ inputs: { ...news } }),
    diff: (_id, olds, news) => {
      const of = ({ names, region, ssmEndpoint }: Record<string, unknown>) =>
        JSON.stringify([names, region, ssmEndpoint]);
      return Promise.resolve({ changes: of(olds) !== of(news) });
    },
    create: (inputs) => Promise.resolve({ id: "unseal-parameters", outs: withoutProvider(inputs) }),
    read: (id, props) => Promise.resolve({ id, props }),
    update: (_id, _olds, news) => Promise.resolve({ outs: withoutProvider(news) }),
    delete: async (_id, props) => {
      const { names, region, ssmEndpoint } = props as unknown as UnsealParameterProps;
      try {
        await deleteParameters(names, { region, timeoutMs, ssmEndpoint });
      } catch (error) {
        const { name, message } = error as Error;
        throw Object.assign(new Error(`the SSM parameters of the unseal keys cannot be deleted: ${name}: ${message}`), {
          stack: "",
        });
      }
    },
  };
}

function withoutProvider({ __provider: _, ...values }: Readonly<Record<string, unknown>>) {
  return values;
}
