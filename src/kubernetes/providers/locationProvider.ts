import { isKnown } from "../../internal/validation/known.js";
import type { DynamicProvider } from "../../vaultresource/providers/dynamicProvider.js";
import { withoutUndefined } from "../../vaultresource/providers/wireResult.js";

/** What a VaultServerLocation is asked for. */
export interface LocationInputs {
  readonly namespace: string;
  readonly serverName: string;
  /** Whether the VaultServer may be replaced; left out where not. */
  readonly replaces?: boolean;
}

/** What is done with a VaultServerLocation in the plugin. It creates nothing: it compares what is asked for with what the state has. */
export function locationProvider(): DynamicProvider {
  return {
    configure: () => Promise.resolve(),
    check: (olds, news) => {
      const reason = moveProblem(olds, inputsOf(news));
      return Promise.resolve({
        inputs: { ...news },
        ...(reason === undefined ? {} : { failures: [{ property: "", reason }] }),
      });
    },
    diff: (_id, olds, news) => {
      const [before, after] = [inputsOf(olds), inputsOf(news)];
      return Promise.resolve({ changes: isMoved(before, after) || before.replaces !== after.replaces });
    },
    create: (inputs) => {
      const outs = inputsOf(inputs);
      return Promise.resolve({ id: `${outs.namespace}/${outs.serverName}`, outs: withoutUndefined(outs) });
    },
    read: (id, props) => Promise.resolve({ id, props }),
    update: (_id, _olds, news) => Promise.resolve({ outs: withoutUndefined(inputsOf(news)) }),
    delete: () => Promise.resolve(),
  };
}

/** What is wrong with a move to another namespace or name: the operator finds unseal keys and root token by them. What is not known yet is not judged. */
export function moveProblem(olds: Partial<LocationInputs>, news: LocationInputs): string | undefined {
  return !isMoved(olds, news) || news.replaces === true
    ? undefined
    : `VaultServer ${olds.namespace}/${olds.serverName}: cannot move to ${news.namespace}/${news.serverName}: Vault's unseal keys and root token are named after its ` +
        "namespace and name, and would stay behind, so that Vault could not be unsealed. Copy them first, as docs/day-2.md says under " +
        '"Move to another namespace", then set onImmutableChange: "replace"';
}

function isMoved(olds: Partial<LocationInputs>, news: LocationInputs): boolean {
  return (["namespace", "serverName"] as const).some(
    (field) => olds[field] !== undefined && isKnown(news[field]) && olds[field] !== news[field],
  );
}

function inputsOf(values: Readonly<Record<string, unknown>>): LocationInputs {
  const { __provider: _, ...inputs } = values;
  return inputs as unknown as LocationInputs;
}
