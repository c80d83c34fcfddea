import { reporting, type Reporter } from "../../plugin/index.js";
import { formatIssues } from "../../validation/issues.js";
import { noticing } from "../../vault/notices.js";
import type { OpenVault } from "../../vault/session.js";
import type { Values } from "../fields.js";
import { connectionOf, type Connection, type ProviderConfig } from "./connection.js";
import { PartialFailure, type Difference, type ResourceHandlers, type WorkContext } from "./handlers.js";
import { anotherVault, originNames, originOf } from "./sameVault.js";

/** The property that holds a dynamic resource's program text. */
const providerProperty = "__provider";

/** What Pulumi's dynamic provider plugin asks for. */
export interface DynamicProvider {
  configure(request: { config: ProviderConfig }): Promise<void>;
  check(olds: Values, news: Values): Promise<{ inputs?: Values; failures?: { property: string; reason: string }[] }>;
  diff(id: string, olds: Values, news: Values): Promise<Difference>;
  create(inputs: Values): Promise<{ id: string; outs: Values }>;
  read(id: string, props: Values): Promise<{ id?: string; props?: Values; inputs?: Values }>;
  update(id: string, olds: Values, news: Values): Promise<{ outs: Values }>;
  delete(id: string, props: Values): Promise<void>;
}

/** Hosts the handlers of one kind of resource as a dynamic provider. */
export function dynamicProvider(kind: string, handlers: ResourceHandlers): DynamicProvider {
  // Assigned before anything is awaited: calls can arrive while a slow configure still runs.
  let config: ProviderConfig | undefined;

  /**
   * @param given what the plugin handed over: the object itself, since a copy is no one's
   * @param state tells where the resource was made, if it was
   */
  const work = async <T>(
    given: Values,
    run: (context: WorkContext) => Promise<T>,
    { state = given, own = false } = {},
  ): Promise<T> => {
    const connection = connectionOf(config);
    const reporter = reporting.reporterOf(subjectOf(kind, given), given);
    const open = (vault: OpenVault) => run(contextOf(connection, vault, state, reporter));
    try {
      return await noticing(reporter.progress, () =>
        own ? connection.session.useOwnToken(open) : connection.session.use(open),
      );
    } finally {
      await reporter.told();
    }
  };

  return {
    configure(request) {
      config = request.config;
      return Promise.resolve();
    },

    check: async (_olds, news) =>
      clean(() => {
        const inputs = bare(news);
        const issues = handlers.validate(inputs);
        const prepared = handlers.prepare === undefined ? inputs : handlers.prepare(inputs);
        // A failure that names a property makes the engine print its value, secrets and all.
        const failures = issues.length === 0 ? [] : [{ property: "", reason: formatIssues(kind, issues) }];
        return Promise.resolve({ inputs: { ...prepared }, failures });
      }),

    diff: async (_id, olds, news) => clean(() => Promise.resolve(handlers.diff(bare(olds), bare(news)))),

    create: async (inputs) =>
      clean(() =>
        work(
          inputs,
          async (context) => {
            const origin = originOf(context.vault);
            const { id, outputs } = await withState(inputs, origin, () => handlers.create(context, bare(inputs)));
            return { id, outs: plain({ ...outputs, ...origin }) };
          },
          // All that is made now is in the Vault that answers now.
          { state: {}, own: handlers.createsLease },
        ),
      ),

    read: async (id, props) =>
      clean(() =>
        work(props, async (context) => {
          if (context.recreate && anotherVault(props, context.vault) !== undefined) {
            return {};
          }
          const reading = await handlers.read(context, bare(props));
          if (reading === undefined) {
            return {};
          }
          const origin = Object.fromEntries(originNames.map((name) => [name, props[name]]));
          return { id, props: plain({ ...reading.outputs, ...origin }), inputs: plain(reading.inputs) };
        }),
      ),

    update: async (_id, olds, news) =>
      clean(() =>
        work(olds, async (context) => {
          const other = anotherVault(olds, context.vault);
          if (other !== undefined) {
            throw new Error(`${other}. Run "pulumi refresh" first`);
          }
          const origin = originOf(context.vault);
          const outputs = await withState(news, origin, () => handlers.update(context, bare(olds), bare(news)));
          return { outs: plain({ ...outputs, ...origin }) };
        }),
      ),

    delete: async (_id, props) =>
      clean(() =>
        work(props, async (context) => {
          // What was in a Vault that is gone is gone with it.
          if (!(context.recreate && anotherVault(props, context.vault) !== undefined)) {
            await handlers.remove(context, bare(props));
          }
        }),
      ),
  };
}

function contextOf(connection: Connection, vault: OpenVault, state: Values, reporter: Reporter): WorkContext {
  const other = anotherVault(state, vault);
  if (other !== undefined && !connection.recreate) {
    throw new Error(other);
  }
  return { vault, recreate: connection.recreate, progress: reporter.progress, warn: reporter.warn };
}

/** A resource's own values, without what the plugin and this host add to them. */
function bare(values: Values): Values {
  return without(values, [providerProperty, ...originNames]);
}

function without(values: Values, names: readonly string[]): Values {
  return Object.fromEntries(Object.entries(values).filter(([name]) => !names.includes(name)));
}

/** A resource as messages name it that do not stand on its own row. */
function subjectOf(kind: string, values: Values): string {
  const parts = [values.mount ?? values.path, values.name ?? values.role].filter((part) => typeof part === "string");
  return `${kind} ${parts.join("/")}`;
}

/** Without undefined values, which the plugin cannot store: it would fail after the work is done. */
function plain(values: Values): Values {
  return JSON.parse(JSON.stringify(values)) as Values;
}

/** Gives a partial failure all that the state needs to go on from. */
async function withState<T>(inputs: Values, origin: Values, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof PartialFailure) {
      throw new PartialFailure(error.message, error.id, {
        ...error.outputs,
        ...origin,
        [providerProperty]: inputs[providerProperty],
      });
    }
    throw error;
  }
}

/** Turns whatever is thrown into an error of one clean message: the plugin prints the stack of any other. */
async function clean<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const shown = Object.assign(new Error(message), { stack: "" });
    if (error instanceof PartialFailure) {
      throw Object.assign(shown, { id: error.id, properties: plain(error.outputs), reasons: [message] });
    }
    throw shown;
  }
}
