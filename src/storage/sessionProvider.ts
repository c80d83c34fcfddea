import { withoutStack, withoutUndefined } from "../vaultresource/providers/wireResult.js";
import { reporting } from "../internal/reporting/index.js";
import type { DynamicProvider } from "../vaultresource/providers/dynamicProvider.js";
import { issueSession } from "./issueSession.js";
import { needsNewSession, type IssuedSession, type SessionInputs } from "./sessionRequest.js";

const kind = "AwsSessionCredentials";

/** What is done with {@link AwsSessionCredentials} in the plugin. AWS is asked at `up` only; a preview and a refresh ask nobody. */
export function sessionProvider(): DynamicProvider {
  const issue = async (values: Values) => {
    const inputs = inputsOf(values);
    const reporter = reporting.reporterOf(kind, values);
    try {
      return { ...inputs, ...(await withoutStack(() => issueSession(inputs, reporter.progress))) };
    } finally {
      await reporter.flush();
    }
  };
  return {
    configure: () => Promise.resolve(),
    check: (_olds, news) => Promise.resolve({ inputs: { ...news } }),
    diff: (_id, olds, news) =>
      Promise.resolve({
        changes: needsNewSession(olds as unknown as SessionInputs & IssuedSession, inputsOf(news), Date.now()),
      }),
    create: async (inputs) => ({ id: String(inputs["sessionName"]), outs: withoutUndefined(await issue(inputs)) }),
    // What was issued stays as it is until it ends: there is nothing to look up.
    read: (id, props) => Promise.resolve({ id, props }),
    update: async (_id, _olds, news) => ({ outs: withoutUndefined(await issue(news)) }),
    // AWS has no way to take single session credentials back: they end by themselves, or with the role or user they belong to.
    delete: () => Promise.resolve(),
  };
}

type Values = Readonly<Record<string, unknown>>;

function inputsOf(values: Values): SessionInputs {
  const { __provider: _, ...inputs } = values;
  return inputs as unknown as SessionInputs;
}
