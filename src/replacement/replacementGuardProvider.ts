import type { DynamicProvider } from "../vaultresource/providers/dynamicProvider.js";
import { isMoved, replacementProblem, type Guarded, type Place } from "./guarded.js";

/** What a ReplacementGuard is asked for. */
interface GuardInputs {
  readonly guarded: Guarded;
  readonly place: Place;
  /** Whether the resource may be replaced; left out where not. */
  readonly replaces?: boolean;
}

/** What is done with a ReplacementGuard in the plugin. It creates nothing: it compares what is asked for with what the state has. */
export function replacementGuardProvider(): DynamicProvider {
  return {
    configure: () => Promise.resolve(),
    check: (olds, news) => {
      const { guarded, place, replaces } = inputsOf(news);
      const reason = replaces === true ? undefined : replacementProblem(guarded, inputsOf(olds).place, place);
      return Promise.resolve({
        inputs: { ...news },
        ...(reason === undefined ? {} : { failures: [{ property: "", reason }] }),
      });
    },
    // Whether a replacement is allowed concerns the one `up` only.
    diff: (_id, olds, news) => Promise.resolve({ changes: isMoved(inputsOf(olds).place, inputsOf(news).place) }),
    create: (inputs) => Promise.resolve({ id: inputsOf(inputs).guarded, outs: withoutProvider(inputs) }),
    read: (id, props) => Promise.resolve({ id, props }),
    update: (_id, _olds, news) => Promise.resolve({ outs: withoutProvider(news) }),
    delete: () => Promise.resolve(),
  };
}

function inputsOf(values: Readonly<Record<string, unknown>>): GuardInputs {
  return values as unknown as GuardInputs;
}

function withoutProvider({ __provider: _, ...values }: Readonly<Record<string, unknown>>) {
  return values;
}
