import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import {
  containsUnknown,
  isObject,
  type PropertyObject,
  type PropertyPath,
} from "../../../src/plugin/server/propertyValues.js";
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
} from "../../../src/plugin/server/resourceProvider.js";
import { checkObject } from "./check.js";
import { ApiError, Cluster, NoSuchKind, type ApplyOptions } from "./cluster.js";
import { diffObjects, prune } from "./diff.js";
import {
  annotation,
  idOf,
  isSecret,
  notesOf,
  objectOf,
  withEncodedData,
  objectNamedBy,
  type KubernetesObject,
  type ProviderNotes,
} from "./kubernetesObject.js";
import { configFailures, parseConfig, type ProviderConfig } from "./providerConfig.js";
import { awaitConditions, pollMs, waitTimeoutMs } from "./waitFor.js";

/** The Kubernetes provider's stand-in: any kind of object, by real calls to whatever API server is configured. */
export class KubernetesProvider implements ResourceProvider {
  public readonly packageName = "kubernetes";
  private configured: { readonly config: ProviderConfig; readonly cluster: Cluster } | undefined;

  public constructor(public readonly version: string) {}

  public checkConfig(inputs: PropertyObject): CheckResult {
    return { inputs, failures: configFailures(inputs) };
  }

  public configure(values: PropertyObject): void {
    const config = parseConfig(values);
    this.configured = { config, cluster: new Cluster(config) };
  }

  public async check(
    subject: Subject,
    olds: PropertyObject,
    news: PropertyObject,
    randomSeed: Uint8Array,
  ): Promise<CheckResult> {
    const { config, cluster } = this.connection();
    const { apiVersion, kind } = objectOf(news);
    // A kind that is not served yet most likely belongs to a CustomResourceDefinition that is still to be made, and has namespaces.
    const namespaced = (await cluster.isNamespaced(apiVersion, kind)) ?? true;
    return checkObject(subject, olds, news, namespaced ? config.defaultNamespace : undefined, randomSeed);
  }

  public diff(_subject: Subject, state: ResourceStateOf, inputs: PropertyObject): Promise<DiffResult> {
    const { config } = this.connection();
    return Promise.resolve(diffObjects(objectOf(state.outputs), objectOf(state.inputs), objectOf(inputs), config));
  }

  public async create(subject: Subject, inputs: PropertyObject, operation: Operation): Promise<ResourceState> {
    const object = objectOf(inputs);
    const fieldManager = fieldManagerOf(subject);
    const notes = { fieldManager, initialApiVersion: object.apiVersion };
    const options: ApplyOptions = { fieldManager, force: isForced(object), fieldValidation: "Warn" };
    if (operation.preview) {
      await this.tryOut(object, options);
      return stateOf(object, inputs, notes);
    }
    const live = await this.untilParentsExist(operation, () => this.connection().cluster.apply(object, options));
    return this.untilReady(object, live, operation, (last) => stateOf(objectOf(last), inputs, notes));
  }

  public async read(subject: Subject, state: ResourceStateOf): Promise<ReadResult | undefined> {
    const importing = Object.keys(state.outputs).length === 0;
    const known = importing ? objectNamedBy(subject.type, state.id) : objectOf(state.outputs);
    const live = await this.connection().cluster.get(known);
    if (live === undefined) {
      return undefined;
    }
    if (importing) {
      const inputs = { ...live };
      return {
        ...stateOf(objectOf(live), inputs, {
          fieldManager: fieldManagerOf(subject),
          initialApiVersion: known.apiVersion,
        }),
        inputs,
      };
    }
    const inputs = liveInputs(objectOf(live), objectOf(state.inputs));
    return { ...stateOf(objectOf(live), inputs, notesOf(state.outputs)), inputs };
  }

  public async update(
    _subject: Subject,
    state: ResourceStateOf,
    inputs: PropertyObject,
    operation: Operation,
  ): Promise<ResourceState> {
    const object = objectOf(inputs);
    const notes = notesOf(state.outputs);
    const options: ApplyOptions = { fieldManager: notes.fieldManager, force: isForced(object) };
    if (operation.preview) {
      await this.tryOut(object, options);
      return stateOf(objectOf({ ...state.outputs, ...inputs }), inputs, notes);
    }
    const live = await this.connection()
      .cluster.apply(object, options)
      .catch((error: unknown) => {
        throw explained(error);
      });
    return this.untilReady(object, live, operation, (last) => stateOf(objectOf(last), inputs, notes));
  }

  public async delete(_subject: Subject, state: ResourceStateOf, operation: Operation): Promise<void> {
    const { cluster } = this.connection();
    const object = objectOf(state.outputs);
    const policy = annotation(object, "pulumi.com/deletionPropagationPolicy") ?? "foreground";
    await cluster.remove(object, `${policy.charAt(0).toUpperCase()}${policy.slice(1)}`);
    const timeoutMs = waitTimeoutMs(object, operation.timeoutMs);
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const live = await cluster.get(object);
      if (live === undefined || objectOf(live).metadata.uid !== object.metadata.uid) {
        return;
      }
      const finalizers = objectOf(live).metadata.finalizers ?? [];
      const reason = finalizers.length === 0 ? "" : `, held by the finalizers ${finalizers.join(", ")}`;
      if (Date.now() > deadline) {
        throw new Error(`${object.kind} ${idOf(object)} is still there after ${timeoutMs / 1000} s${reason}`);
      }
      operation.progress(`waiting until it is gone${reason}`);
      await sleep(pollMs, undefined, { signal: operation.cancelled });
    }
  }

  public invoke(token: string): Promise<FunctionResult> {
    return Promise.reject(
      new Error(
        `The sandbox's stand-in for the Kubernetes provider does not know the function ${token}. Install the released provider (pulumi plugin install resource kubernetes) to use it.`,
      ),
    );
  }

  /** In preview: lets the API server say what it would refuse, where it can know already. */
  private async tryOut(object: KubernetesObject, options: ApplyOptions): Promise<void> {
    const { cluster } = this.connection();
    if (containsUnknown(object) || (await cluster.isNamespaced(object.apiVersion, object.kind)) === undefined) {
      return;
    }
    try {
      await cluster.apply(object, { ...options, dryRun: true });
    } catch (error) {
      // The namespace is still to be made, or the object is still to be replaced.
      if (!(error instanceof ApiError && [403, 404, 409].includes(error.status))) {
        throw error;
      }
    }
  }

  /** Objects are made side by side: an object's kind or namespace may come a moment later. */
  private async untilParentsExist<T>(operation: Operation, call: () => Promise<T>): Promise<T> {
    const delaysMs = [300, 600, 1200, 2400];
    for (;;) {
      try {
        return await call();
      } catch (error) {
        const delayMs = delaysMs.shift();
        const mayCome = error instanceof NoSuchKind || (error instanceof ApiError && error.status === 404);
        if (!mayCome || delayMs === undefined) {
          throw error;
        }
        operation.progress(`not yet possible: ${error.message}`);
        await sleep(delayMs, undefined, { signal: operation.cancelled });
      }
    }
  }

  /** Waits until all conditions of the object's annotation hold. The object exists already, so whatever fails here fails partially. */
  private async untilReady(
    object: KubernetesObject,
    applied: PropertyObject,
    operation: Operation,
    stateOfLive: (live: PropertyObject) => ResourceState,
  ): Promise<ResourceState> {
    let live = applied;
    try {
      await awaitConditions(object, operation, applied, async () => {
        live = (await this.connection().cluster.get(objectOf(applied))) ?? gone(object);
        return live;
      });
    } catch (error) {
      throw new PartialFailure((error as Error).message, stateOfLive(live));
    }
    return stateOfLive(live);
  }

  private connection(): { readonly config: ProviderConfig; readonly cluster: Cluster } {
    if (this.configured === undefined) {
      throw new Error("The Kubernetes provider was used before it was configured.");
    }
    return this.configured;
  }
}

/** The name under which the API server keeps what a resource has applied. */
function fieldManagerOf({ urn }: Subject): string {
  return `pulumi-kubernetes-${createHash("sha256").update(urn).digest("hex").slice(0, 8)}`;
}

function stateOf(live: KubernetesObject, inputs: PropertyObject, notes: ProviderNotes): ResourceState {
  const { managedFields: _managedFields, ...metadata } = live.metadata;
  const outputs: PropertyObject = {
    ...live,
    metadata,
    __fieldManager: notes.fieldManager,
    __initialApiVersion: notes.initialApiVersion,
  };
  if (isSecret(live) && inputs.stringData !== undefined) {
    outputs.stringData = inputs.stringData;
  }
  const secretOutputs: PropertyPath[] = isSecret(live) ? [["data"], ["stringData"]] : [];
  return { id: idOf(live), outputs, secretOutputs };
}

/** The inputs that would have made the live object, as far as the inputs of before spoke of it. */
function liveInputs(live: KubernetesObject, inputs: KubernetesObject): PropertyObject {
  const pruned = prune(live, withEncodedData(inputs)) as PropertyObject;
  if (!isSecret(inputs) || !isObject(inputs.stringData)) {
    return pruned;
  }
  const { data, ...rest } = pruned;
  const entries = Object.entries(isObject(data) ? (data as Record<string, string>) : {});
  const isText = ([key]: [string, string]) => isObject(inputs.stringData) && inputs.stringData[key] !== undefined;
  const decoded = entries.filter(isText).map(([key, value]) => [key, Buffer.from(value, "base64").toString("utf8")]);
  const encoded = entries.filter((entry) => !isText(entry));
  return {
    ...rest,
    stringData: Object.fromEntries(decoded) as { [key: string]: string },
    ...(inputs.data === undefined ? {} : { data: Object.fromEntries(encoded) }),
  };
}

function isForced(object: KubernetesObject): boolean {
  return annotation(object, "pulumi.com/patchForce") === "true";
}

/** Fields that someone else has set since: server-side apply leaves them alone, as the released provider does. */
function explained(error: unknown): unknown {
  return error instanceof ApiError && error.status === 409
    ? new ApiError(
        409,
        `Server-Side Apply field conflict detected: ${error.message}. The annotation pulumi.com/patchForce: "true" takes the fields over.`,
      )
    : error;
}

function gone(object: KubernetesObject): never {
  throw new Error(`${object.kind} ${idOf(object)} was deleted while it was waited for`);
}
