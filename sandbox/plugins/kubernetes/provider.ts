import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { containsUnknown, isObject, type PropertyObject, type PropertyPath } from "../common/propertyValues.js";
import {
  PartialFailure,
  type CheckResult,
  type DiffResult,
  type Operation,
  type ReadResult,
  type ResourceProvider,
  type ResourceState,
  type ResourceStateOf,
  type Subject,
} from "../common/resourceProvider.js";
import { checkObject } from "./check.js";
import { ApiError, Cluster, NoSuchKind } from "./cluster.js";
import { diffObjects, prune } from "./diff.js";
import { annotation, idOf, isSecret, objectOf, withEncodedData, type KubernetesObject } from "./kubernetesObject.js";
import { configFailures, parseConfig, type ProviderConfig } from "./providerConfig.js";
import { waitConditions, waitTimeoutMs } from "./waitFor.js";

const pollMs = 250;

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
    const fieldManager = `pulumi-kubernetes-${createHash("sha256").update(subject.urn).digest("hex").slice(0, 8)}`;
    if (operation.preview) {
      await this.tryOut(object, fieldManager);
      return this.state(object, inputs, fieldManager, object.apiVersion);
    }
    const live = await this.untilParentsExist(operation, () =>
      this.connection().cluster.apply(object, {
        fieldManager,
        force: isForced(object),
        dryRun: false,
        fieldValidation: "Warn",
      }),
    );
    const ready = await this.untilReady(object, live, operation, (last) =>
      this.state(objectOf(last), inputs, fieldManager, object.apiVersion),
    );
    return this.state(objectOf(ready), inputs, fieldManager, object.apiVersion);
  }

  public async read(_subject: Subject, state: ResourceStateOf): Promise<ReadResult | undefined> {
    const importing = Object.keys(state.outputs).length === 0;
    if (importing) {
      throw new Error("The sandbox's stand-in for the Kubernetes provider cannot import objects.");
    }
    const before = objectOf(state.outputs);
    const live = await this.connection().cluster.get(before);
    if (live === undefined) {
      return undefined;
    }
    const { __fieldManager, __initialApiVersion } = state.outputs;
    const inputs = liveInputs(objectOf(live), objectOf(state.inputs));
    return { ...this.state(objectOf(live), inputs, String(__fieldManager), String(__initialApiVersion)), inputs };
  }

  public async update(
    _subject: Subject,
    state: ResourceStateOf,
    inputs: PropertyObject,
    operation: Operation,
  ): Promise<ResourceState> {
    const object = objectOf(inputs);
    const fieldManager = String(state.outputs.__fieldManager);
    const initialApiVersion = String(state.outputs.__initialApiVersion);
    const options = { fieldManager, force: isForced(object), dryRun: operation.preview };
    if (operation.preview) {
      if (!containsUnknown(inputs)) {
        await this.connection().cluster.apply(object, options);
      }
      return this.state(objectOf({ ...state.outputs, ...inputs }), inputs, fieldManager, initialApiVersion);
    }
    const live = await this.connection().cluster.apply(object, options);
    const ready = await this.untilReady(object, live, operation, (last) =>
      this.state(objectOf(last), inputs, fieldManager, initialApiVersion),
    );
    return this.state(objectOf(ready), inputs, fieldManager, initialApiVersion);
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

  public invoke(token: string): Promise<PropertyObject> {
    return Promise.reject(
      new Error(
        `The sandbox's stand-in for the Kubernetes provider does not know the function ${token}. Install the released provider (pulumi plugin install resource kubernetes) to use it.`,
      ),
    );
  }

  /** In preview: lets the API server say what it would refuse, where it can know already. */
  private async tryOut(object: KubernetesObject, fieldManager: string): Promise<void> {
    const { cluster } = this.connection();
    if (containsUnknown(object) || (await cluster.isNamespaced(object.apiVersion, object.kind)) === undefined) {
      return;
    }
    try {
      await cluster.apply(object, { fieldManager, force: isForced(object), dryRun: true, fieldValidation: "Warn" });
    } catch (error) {
      // The namespace is still to be made, or the object is still to be replaced.
      if (!(error instanceof ApiError && [403, 404, 409].includes(error.status))) {
        throw error;
      }
    }
  }

  /** Objects are made side by side: an object's kind or namespace may come a moment later. */
  private async untilParentsExist<T>(operation: Operation, call: () => Promise<T>): Promise<T> {
    const delaysMs = [300, 600, 1200, 2400, 4800];
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

  /** Waits until all conditions of the object's annotation hold, and returns the live object. */
  private async untilReady(
    object: KubernetesObject,
    applied: PropertyObject,
    operation: Operation,
    stateOf: (live: PropertyObject) => ResourceState,
  ): Promise<PropertyObject> {
    const conditions = waitConditions(object);
    const timeoutMs = waitTimeoutMs(object, operation.timeoutMs);
    const deadline = Date.now() + timeoutMs;
    let shown = "";
    for (let live = applied; ;) {
      const open = conditions.filter((condition) => !condition.holds(live));
      if (open.length === 0) {
        return live;
      }
      const now = open.map((condition) => condition.describe(live)).join(", ");
      const wanted = open.map((condition) => condition.text).join(", ");
      if (Date.now() > deadline) {
        const message = `${object.kind} ${idOf(object)} did not become ready in ${timeoutMs / 1000} s: waited for ${wanted}, but ${now}`;
        throw new PartialFailure(message, stateOf(live));
      }
      if (now !== shown) {
        operation.progress(`waiting for ${wanted}: ${now}`);
        shown = now;
      }
      await sleep(pollMs, undefined, { signal: operation.cancelled });
      live = (await this.connection().cluster.get(objectOf(live))) ?? gone(object);
    }
  }

  private state(
    live: KubernetesObject,
    inputs: PropertyObject,
    fieldManager: string,
    initialApiVersion: string,
  ): ResourceState {
    const { managedFields: _managedFields, ...metadata } = live.metadata;
    const outputs: PropertyObject = {
      ...live,
      metadata,
      __fieldManager: fieldManager,
      __initialApiVersion: initialApiVersion,
    };
    if (isSecret(live) && inputs.stringData !== undefined) {
      outputs.stringData = inputs.stringData;
    }
    const secretOutputs: PropertyPath[] = isSecret(live) ? [["data"], ["stringData"]] : [];
    return { id: idOf(live), outputs, secretOutputs };
  }

  private connection(): { readonly config: ProviderConfig; readonly cluster: Cluster } {
    if (this.configured === undefined) {
      throw new Error("The Kubernetes provider was used before it was configured.");
    }
    return this.configured;
  }
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

function gone(object: KubernetesObject): never {
  throw new Error(`${object.kind} ${idOf(object)} was deleted while it was waited for`);
}
