import { withoutStack, withoutUndefined } from "../../vaultresource/providers/wireResult.js";
import { reporting, type Reporter } from "../../internal/reporting/index.js";
import { formatIssues } from "../../internal/validation/issues.js";
import { withWorkReporter } from "../../vault/workReporter.js";
import type { OpenVault } from "../../vault/session.js";
import type { Values } from "../../vaultresource/fields.js";
import { connectionOf, type Connection, type ProviderConfig } from "../../vaultresource/providers/connection.js";
import type { DynamicProvider } from "../../vaultresource/providers/dynamicProvider.js";
import { PartialFailure, type ResourceHandlers, type WorkContext } from "../../vaultresource/providers/handlers.js";
import { declarePaths } from "../../vaultresource/providers/declaredPaths.js";
import { isCreatedNow, noteCreated, type ObjectKey } from "../../vaultresource/providers/createdObjects.js";
import { clusterMismatch, originNames, originOf } from "../../vaultresource/providers/clusterIdentity.js";

/** The property that holds a dynamic resource's program text. */
const providerProperty = "__provider";

/** Hosts the handlers of one kind of resource as a dynamic provider. */
export function dynamicProvider(kind: string, handlers: ResourceHandlers): DynamicProvider {
  // Assigned before anything is awaited: calls can arrive while a slow configure still runs.
  let config: ProviderConfig | undefined;

  /**
   * @param given what the plugin passed: the object itself, by which the resource's row is found
   * @param state outputs that name the Vault where the resource was created, if it was
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
      return await withWorkReporter(reporter, () =>
        own ? connection.session.useOwnToken(open) : connection.session.use(open),
      );
    } finally {
      await reporter.flush();
    }
  };

  return {
    configure(request) {
      config = request.config;
      return Promise.resolve();
    },

    check: async (_olds, news) =>
      withoutStack(() => {
        const inputs = withoutHostProperties(news);
        const issues = handlers.validate(inputs);
        const prepared = handlers.prepare === undefined || issues.length > 0 ? inputs : handlers.prepare(inputs);
        declarePaths(handlers.declares?.(prepared) ?? []);
        // A failure that names a property makes the engine print its value, secrets and all.
        const failures = issues.length === 0 ? [] : [{ property: "", reason: formatIssues(kind, issues) }];
        return Promise.resolve({ inputs: { ...prepared }, failures });
      }),

    diff: async (_id, olds, news) =>
      withoutStack(() => Promise.resolve(handlers.diff(withoutHostProperties(olds), withoutHostProperties(news)))),

    create: async (inputs) =>
      withoutStack(() =>
        work(
          inputs,
          async (context) => {
            const origin = originOf(context.vault);
            const { id, outputs } = await withState(inputs, origin, () =>
              handlers.create(context, withoutHostProperties(inputs)),
            );
            noteCreated(objectKey(kind, id, origin));
            return { id, outs: withoutUndefined({ ...outputs, ...origin }) };
          },
          // All that is created now is in the Vault that answers now.
          { state: {}, own: handlers.createsLease },
        ),
      ),

    read: async (id, props) =>
      withoutStack(() =>
        work(props, async (context) => {
          if (context.recreate && clusterMismatch(props, context.vault) !== undefined) {
            return {};
          }
          const reading = await handlers.read(context, withoutHostProperties(props), id);
          if (reading === undefined) {
            return {};
          }
          const origin = Object.fromEntries(originNames.map((name) => [name, props[name]]));
          return {
            id,
            props: withoutUndefined({ ...reading.outputs, ...origin }),
            inputs: withoutUndefined(reading.inputs),
          };
        }),
      ),

    update: async (_id, olds, news) =>
      withoutStack(() =>
        work(olds, async (context) => {
          const other = clusterMismatch(olds, context.vault);
          if (other !== undefined) {
            throw new Error(`${other}. Run "pulumi refresh" first`);
          }
          const origin = originOf(context.vault);
          const outputs = await withState(news, origin, () =>
            handlers.update(context, withoutHostProperties(olds), withoutHostProperties(news)),
          );
          return { outs: withoutUndefined({ ...outputs, ...origin }) };
        }),
      ),

    delete: async (id, props) =>
      withoutStack(() =>
        work(props, async (context) => {
          if (context.recreate && clusterMismatch(props, context.vault) !== undefined) {
            // What was in a Vault that is gone is gone with it.
            return;
          }
          // Kinds that declare their paths know more closely what another resource has taken over.
          if (handlers.declares === undefined && isCreatedNow(objectKey(kind, id, originOf(context.vault)))) {
            context.warn(`${id} stays in Vault: another resource was created for it in this update`);
            return;
          }
          await handlers.remove(context, withoutHostProperties(props));
        }),
      ),
  };
}

function objectKey(kind: string, id: string, { vaultClusterId, vaultNamespace }: Values): ObjectKey {
  return { kind, id, clusterId: vaultClusterId, namespace: vaultNamespace };
}

function contextOf(connection: Connection, vault: OpenVault, state: Values, reporter: Reporter): WorkContext {
  const other = clusterMismatch(state, vault);
  if (other !== undefined && !connection.recreate) {
    throw new Error(other);
  }
  return { vault, recreate: connection.recreate, progress: reporter.progress, warn: reporter.warn };
}

/** A resource's own values, without what the plugin and this host add to them. */
function withoutHostProperties(values: Values): Values {
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
