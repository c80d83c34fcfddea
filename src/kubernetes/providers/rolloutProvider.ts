import { withoutStack, withoutUndefined } from "../../vaultresource/providers/wireResult.js";
import { reporting } from "../../internal/reporting/index.js";
import type { DynamicProvider } from "../../vaultresource/providers/dynamicProvider.js";
import { rollOut } from "./rollout.js";
import { rolloutChange, type RolloutInputs } from "./rolloutRequest.js";

const kind = "VaultServerRollout";

type Values = Readonly<Record<string, unknown>>;

/** What is done with a VaultServerRollout in the plugin. The cluster is asked during `up` only. */
export function rolloutProvider(): DynamicProvider {
  const run = async (values: Values, olds: RolloutInputs | undefined) => {
    const news = inputsOf(values);
    const change = olds === undefined ? { waits: true, restarts: false } : rolloutChange(olds, news);
    if (!change.waits) {
      return { ...news, phase: (olds as { readonly phase?: string } | undefined)?.phase };
    }
    const reporter = reporting.reporterOf(`${kind} ${news.namespace}/${news.serverName}`, values);
    try {
      return { ...news, phase: await rollOut(olds, news, change.restarts, reporter) };
    } finally {
      await reporter.flush();
    }
  };
  return {
    configure: () => Promise.resolve(),
    check: (_olds, news) => Promise.resolve({ inputs: { ...news } }),
    diff: (_id, olds, news) => {
      const { changes } = rolloutChange(inputsOf(olds), inputsOf(news));
      return Promise.resolve({ changes });
    },
    create: async (inputs) => {
      const outs = await withoutStack(() => run(inputs, undefined));
      return { id: `${outs.namespace}/${outs.serverName}`, outs: withoutUndefined(outs) };
    },
    // The VaultServer object has its own resource, which shows what became of it.
    read: (id, props) => Promise.resolve({ id, props }),
    update: async (_id, olds, news) => ({
      outs: withoutUndefined(await withoutStack(() => run(news, inputsOf(olds)))),
    }),
    delete: () => Promise.resolve(),
  };
}

function inputsOf(values: Values): RolloutInputs {
  const { __provider: _, ...inputs } = values;
  return inputs as unknown as RolloutInputs;
}
