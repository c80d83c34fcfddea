import { setRow } from "../../internal/reporting/resourceRow.js";
import { formatIssues, type Issue } from "../../internal/validation/issues.js";
import { pause } from "../../internal/pause.js";
import { withLimit } from "../../internal/workLimit.js";
import { pathOfRole } from "../../secretsengine/providers/role.js";
import { readFromVault } from "../../secretsengine/providers/vaultReads.js";
import { vaultReadRules } from "../../secretsengine/vaultReadRules.js";
import { withWorkReporter } from "../../vault/workReporter.js";
import type { Values } from "../../vaultresource/fields.js";
import type { DynamicProvider } from "../../vaultresource/providers/dynamicProvider.js";
import { connectionRules } from "../../vaultresource/connectionRules.js";
import { closeConnections, connectionOf, keepIdleConnections } from "../../vaultresource/providers/connection.js";
import { provider as handlersOf } from "../dynamic/entry.js";
import { cancelLimitMs, idleMsInPlugin } from "../dynamic/shutdown.js";
import { unknownValue, type PropertyObject } from "../server/propertyValues.js";
import {
  PartialFailure,
  type CheckResult,
  type DiffResult,
  type FunctionResult,
  type Operation,
  type ReadResult,
  type ResourceProvider,
  type ResourceState,
  type ResourceStateOf,
  type Subject,
} from "../server/resourceProvider.js";
import { connectionSettings, settingReader } from "./configuration.js";
import { detailedDiff } from "./detailedDiff.js";
import { functions, isFunction } from "./functions.js";
import { withTrimmedPath, type Kind } from "./kind.js";
import { kinds } from "./kinds.js";
import { unknownNames, type PackageSchema } from "./unknownNames.js";

/** What a handler throws when something was created and then failed: see `withoutStack` of the dynamic provider. */
interface HandlerFailure extends Error {
  readonly id?: string;
  readonly properties?: Values;
}

/** Hosts the handlers of this package's resources as custom resources of the Pulumi package `kubevault-aws`. */
export class VaultProvider implements ResourceProvider {
  readonly packageName = "kubevault-aws";
  private settings: Readonly<Record<string, unknown>> = {};
  private parsed: PackageSchema | undefined;
  /** What revokes the credentials that functions have read: they are for the operation that the process is there for. */
  private readonly revocations: (() => Promise<void>)[] = [];

  constructor(
    readonly version: string,
    readonly schema: () => string,
    readonly construct: NonNullable<ResourceProvider["construct"]>,
  ) {
    keepIdleConnections(idleMsInPlugin);
  }

  async close(): Promise<void> {
    const closing = async () => {
      for (const result of await Promise.allSettled(this.revocations.splice(0).map((revoke) => revoke()))) {
        if (result.status === "rejected") {
          console.error(`credentials that getAwsCredentials read end by themselves: ${String(result.reason)}`);
        }
      }
      await closeConnections();
    };
    await Promise.race([closing(), pause(cancelLimitMs)]);
  }

  checkConfig(inputs: PropertyObject): CheckResult {
    return { inputs, failures: failuresOf("provider kubevault-aws", connectionRules(connectionSettings(inputs))) };
  }

  configure(config: PropertyObject): void {
    this.settings = connectionSettings(config);
  }

  async check(subject: Subject, _olds: PropertyObject, news: PropertyObject): Promise<CheckResult> {
    const [name, kind] = kindOf(subject);
    const issues = kind.rules?.(news) ?? [];
    if (issues.length > 0) {
      return { inputs: news, failures: failuresOf(name, issues) };
    }
    // Types that only components create are not in the schema.
    const properties = this.names().resources[subject.type]?.inputProperties;
    const misspelt = (properties === undefined ? [] : unknownNames(this.names(), properties, news)).filter(
      ({ path }) => kind.stored?.includes(path) !== true,
    );
    const inputs = kind.toInputs(news);
    const result = await this.host(name).check({}, inputs);
    return {
      inputs: (result.inputs ?? inputs) as PropertyObject,
      failures: [...failuresOf(name, misspelt), ...(result.failures ?? []).map(({ reason }) => reason)],
    };
  }

  async diff(subject: Subject, state: ResourceStateOf, inputs: PropertyObject): Promise<DiffResult> {
    const [name, kind] = kindOf(subject);
    const {
      changes,
      replaces = [],
      deleteBeforeReplace = false,
    } = await this.host(name).diff(state.id, state.outputs, inputs);
    if (changes === false) {
      return { changes: new Map(), deleteBeforeReplace: false };
    }
    const found = detailedDiff(state.inputs, inputs, replaces);
    for (const property of replaces.filter((each) => ![...found.keys()].some((path) => path.startsWith(each)))) {
      found.set(property, "updateReplace");
    }
    if (found.size === 0 && changes === true) {
      // Nothing that was written changes: what Vault issued is due to be issued again.
      found.set(kind.computed.at(-1) ?? "id", "update");
    }
    return { changes: found, deleteBeforeReplace };
  }

  async create(subject: Subject, inputs: PropertyObject, operation: Operation): Promise<ResourceState> {
    const [name, kind] = kindOf(subject);
    if (operation.preview) {
      return stateOf(kind, "", previewOf(kind, inputs));
    }
    const { id, outs } = await this.run(kind, operation, inputs, (given) => this.host(name).create(given));
    return stateOf(kind, id, outs);
  }

  async read(subject: Subject, state: ResourceStateOf, operation: Operation): Promise<ReadResult | undefined> {
    const [name, kind] = kindOf(subject);
    // An import brings nothing but the ID.
    const isImport = Object.keys(state.outputs).length === 0;
    const known = isImport ? importedProperties(name, kind, state.id) : state.outputs;
    const {
      id,
      props = {},
      inputs = {},
    } = await this.run(kind, operation, known, (given) => this.host(name).read(state.id, given));
    if (id === undefined) {
      return undefined;
    }
    const described = Object.entries(inputs).filter(([property]) => !kind.computed.includes(property));
    return { ...stateOf(kind, id, props), inputs: Object.fromEntries(described) as PropertyObject };
  }

  async update(
    subject: Subject,
    state: ResourceStateOf,
    inputs: PropertyObject,
    operation: Operation,
  ): Promise<ResourceState> {
    const [name, kind] = kindOf(subject);
    if (operation.preview) {
      const computed = kind.computed.filter((property) => property in state.outputs);
      const kept = Object.fromEntries(computed.map((property) => [property, state.outputs[property]]));
      return stateOf(kind, state.id, { ...previewOf(kind, inputs), ...kept });
    }
    const { outs } = await this.run(kind, operation, state.outputs, (given) =>
      this.host(name).update(state.id, given, inputs),
    );
    return stateOf(kind, state.id, outs);
  }

  async delete(subject: Subject, state: ResourceStateOf, operation: Operation): Promise<void> {
    const [name, kind] = kindOf(subject);
    await this.run(kind, operation, state.outputs, (given) => this.host(name).delete(state.id, given));
  }

  async invoke(token: string, args: PropertyObject, operation: Operation): Promise<FunctionResult> {
    const name = token.split(":").at(-1) ?? "";
    if (!isFunction(name)) {
      throw new Error(
        `this version of pulumi-resource-kubevault-aws has no function "${token}": upgrade the plugin to the version of the SDK`,
      );
    }
    const issues = vaultReadRules[name](args);
    if (issues.length > 0) {
      throw new Error(formatIssues(name, issues));
    }
    const { session } = connectionOf(settingReader(this.settings));
    const { values, revoke } = await withLimit(operation.cancelled, operation.timeoutMs, () =>
      withWorkReporter(operation, () => readFromVault(name, session, withTrimmedPath(args, "mount"), operation.warn)),
    );
    if (revoke !== undefined) {
      this.revocations.push(revoke);
    }
    if (values === undefined) {
      throw new Error(`${pathOfRole(args)}: Vault has no such role`);
    }
    return { values: values as PropertyObject, secrets: functions[name].map((property) => [property]) };
  }

  /** The schema, for the names in it. */
  private names(): PackageSchema {
    return (this.parsed ??= JSON.parse(this.schema()) as PackageSchema);
  }

  /** The handlers of a kind, connected as this provider is configured. */
  private host(kind: string): DynamicProvider {
    const host = handlersOf(kind);
    void host.configure({ config: settingReader(this.settings) });
    return host;
  }

  /**
   * Runs a handler, with the resource's row to write on, and keeps what a failure leaves behind.
   *
   * @param properties what the handler is handed; its reporter is found by this very object
   */
  private async run<T>(
    kind: Kind,
    operation: Operation,
    properties: Values,
    work: (given: Values) => Promise<T>,
  ): Promise<T> {
    const given = { ...properties };
    setRow(given, operation);
    try {
      return await withLimit(operation.cancelled, operation.timeoutMs, () => work(given));
    } catch (error) {
      const { id, properties: left, message } = error as HandlerFailure;
      throw id === undefined || left === undefined ? error : new PartialFailure(message, stateOf(kind, id, left));
    }
  }
}

function failuresOf(subject: string, issues: readonly Issue[]): string[] {
  return issues.length === 0 ? [] : [formatIssues(subject, issues)];
}

function kindOf({ type }: Subject): [string, Kind] {
  const name = type.split(":").at(-1) ?? "";
  const kind = kinds[name];
  if (kind === undefined) {
    throw new Error(
      `this version of pulumi-resource-kubevault-aws has no resource type "${type}": upgrade the plugin to the version that created it`,
    );
  }
  return [name, kind];
}

function stateOf(kind: Kind, id: string, outputs: Values): ResourceState {
  return { id, outputs: outputs as PropertyObject, secretOutputs: kind.secretOutputs.map((property) => [property]) };
}

/** What creating will come to, as far as that is known without Vault. */
function previewOf(kind: Kind, inputs: PropertyObject): PropertyObject {
  const unknown = kind.computed.filter((property) => !(property in inputs));
  return { ...inputs, ...Object.fromEntries(unknown.map((property) => [property, unknownValue])) };
}

function importedProperties(name: string, kind: Kind, id: string): Values {
  if (kind.parseId === undefined) {
    throw new Error(`${name} cannot be imported: Vault does not give out again what it has issued`);
  }
  return kind.parseId(id);
}
