import { unknownValue, type PropertyObject } from "../../../src/plugin/server/propertyValues.js";
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
import { checkArguments } from "./check.js";
import { AwsClients } from "./clients.js";
import { diffArguments, tagChange } from "./diff.js";
import { invokeFunction } from "./functions.js";
import { inputsOf, outputsOf, withTags } from "./outputs.js";
import { configFailures, parseConfig } from "./providerConfig.js";
import { findResourceType } from "./resourceTypes.js";
import { MadeButFailed, type OperationContext, type ResourceType } from "./resourceType.js";
import { whilePropagating } from "./retry.js";

/** The AWS provider's stand-in: the released provider's types and names, and real calls to whatever endpoint is configured. */
export class AwsProvider implements ResourceProvider {
  public readonly packageName = "aws";
  private configured: AwsClients | undefined;

  public constructor(public readonly version: string) {}

  public checkConfig(inputs: PropertyObject): CheckResult {
    return { inputs, failures: configFailures(inputs) };
  }

  public configure(config: PropertyObject): void {
    this.configured = new AwsClients(parseConfig(config, process.env));
  }

  public async check(
    subject: Subject,
    olds: PropertyObject,
    news: PropertyObject,
    randomSeed: Uint8Array,
  ): Promise<CheckResult> {
    return checkArguments(await findResourceType(subject.type), subject.name, olds, news, randomSeed);
  }

  public async diff(subject: Subject, state: ResourceStateOf, inputs: PropertyObject): Promise<DiffResult> {
    return diffArguments(await findResourceType(subject.type), state.outputs, inputs, this.defaultTags());
  }

  public async create(subject: Subject, inputs: PropertyObject, operation: Operation): Promise<ResourceState> {
    const type = await findResourceType(subject.type);
    const wanted = withTags(type, inputs, this.defaultTags());
    if (operation.preview) {
      const computed = Object.fromEntries(
        [...type.outputs, ...computedArguments(type)].map((output) => [output, unknownValue]),
      );
      return stateOf(type, "", { ...computed, ...wanted });
    }
    const context = this.context(operation);
    try {
      const id = await type.create(context, wanted);
      return stateOf(
        type,
        id,
        outputsOf(type, await this.readMade(type, context, id, wanted), inputs, this.defaultTags()),
      );
    } catch (error) {
      if (error instanceof MadeButFailed) {
        const actual = (await type.read(context, error.id, wanted)) ?? {};
        const outputs = outputsOf(type, actual, inputs, this.defaultTags());
        throw new PartialFailure(`${subject.type}: ${error.message}`, stateOf(type, error.id, outputs));
      }
      throw named(subject, "create", error);
    }
  }

  public async read(subject: Subject, state: ResourceStateOf): Promise<ReadResult | undefined> {
    const type = await findResourceType(subject.type);
    try {
      const actual = await type.read(this.context(), state.id, state.outputs);
      if (actual === undefined) {
        return undefined;
      }
      const outputs = outputsOf(type, actual, { ...state.outputs, ...state.inputs }, this.defaultTags());
      return { ...stateOf(type, state.id, outputs), inputs: inputsOf(type, outputs, state.inputs) };
    } catch (error) {
      throw named(subject, "read", error);
    }
  }

  public async update(
    subject: Subject,
    state: ResourceStateOf,
    inputs: PropertyObject,
    operation: Operation,
  ): Promise<ResourceState> {
    const type = await findResourceType(subject.type);
    const wanted = withTags(type, inputs, this.defaultTags());
    if (operation.preview) {
      return stateOf(type, state.id, { ...state.outputs, ...wanted });
    }
    const context = this.context(operation);
    const change = { state: state.outputs, inputs: wanted, changed: this.changed(type, state, inputs) };
    try {
      const tags = tagChange(type, state.outputs, inputs, this.defaultTags());
      if (tags !== undefined) {
        await type.tag?.(context, state.id, state.outputs, tags);
      }
      if (change.changed.size > 0) {
        await type.update?.(context, state.id, change);
      }
    } catch (error) {
      // Some of the changes may have been made: the state tells how the resource is now.
      const actual = (await type.read(context, state.id, state.outputs)) ?? state.outputs;
      const outputs = outputsOf(type, actual, state.outputs, this.defaultTags());
      throw new PartialFailure(named(subject, "update", error).message, stateOf(type, state.id, outputs));
    }
    const actual = await this.readMade(type, context, state.id, { ...state.outputs, ...wanted });
    return stateOf(type, state.id, outputsOf(type, actual, inputs, this.defaultTags()));
  }

  public async delete(subject: Subject, state: ResourceStateOf, operation: Operation): Promise<void> {
    const type = await findResourceType(subject.type);
    try {
      await type.delete(this.context(operation), state.id, state.outputs);
    } catch (error) {
      throw named(subject, "delete", error);
    }
  }

  public async invoke(token: string, args: PropertyObject): Promise<FunctionResult> {
    return { values: await invokeFunction(this.clients(), token, args) };
  }

  private changed(type: ResourceType, state: ResourceStateOf, inputs: PropertyObject): Set<string> {
    const { changes } = diffArguments(type, state.outputs, inputs, this.defaultTags());
    return new Set([...changes.keys()].filter((property) => property !== "tags" && property !== "tagsAll"));
  }

  /** What was made a moment ago may not be visible yet. */
  private readMade(
    type: ResourceType,
    context: OperationContext,
    id: string,
    state: PropertyObject,
  ): Promise<PropertyObject> {
    const invisible = new Error(`AWS took ${type.token} ${id}, and does not show it.`);
    return whilePropagating(
      async () => {
        const actual = await type.read(context, id, state);
        if (actual === undefined) {
          throw invisible;
        }
        return actual;
      },
      (error) => error === invisible,
      context.cancelled,
    );
  }

  private context(operation?: Operation): OperationContext {
    return {
      clients: this.clients(),
      progress: operation?.progress ?? (() => undefined),
      cancelled: operation?.cancelled ?? new AbortController().signal,
    };
  }

  private clients(): AwsClients {
    if (this.configured === undefined) {
      throw new Error("The AWS provider was used before it was configured.");
    }
    return this.configured;
  }

  private defaultTags(): Readonly<Record<string, string>> {
    return this.configured?.config.defaultTags ?? {};
  }
}

function computedArguments(type: ResourceType): string[] {
  return Object.entries(type.arguments)
    .filter(([, definition]) => definition.computed)
    .map(([property]) => property);
}

function stateOf(type: ResourceType, id: string, outputs: PropertyObject): ResourceState {
  const secretArguments = Object.entries(type.arguments)
    .filter(([, definition]) => definition.secret)
    .map(([property]) => property);
  return { id, outputs, secretOutputs: [...(type.secretOutputs ?? []), ...secretArguments].map((output) => [output]) };
}

function named(subject: Subject, verb: string, error: unknown): Error {
  const [code, message] = error instanceof Error ? [error.name, error.message] : ["", String(error)];
  const prefix = code === "" || code === "Error" ? "" : `${code}: `;
  return new Error(`${verb} ${subject.type}: ${prefix}${message}`, { cause: error });
}
