import type { ConstructRequest, ConstructResponse } from "@pulumi/pulumi/proto/provider_pb.js";
import type { PropertyObject, PropertyPath } from "./propertyValues.js";

/** What a request names: the resource's URN and its type token. */
export interface Subject {
  readonly urn: string;
  readonly type: string;
  /** The name the program gave, the last part of the URN. */
  readonly name: string;
}

export interface CheckResult {
  readonly inputs: PropertyObject;
  /** Complaints, each a full sentence that names the argument. None: the inputs are good. */
  readonly failures: readonly string[];
}

export type PropertyChange = "add" | "delete" | "update" | "addReplace" | "deleteReplace" | "updateReplace";

export interface DiffResult {
  /** What changes, keyed by property path in Pulumi's notation. Empty: nothing. */
  readonly changes: ReadonlyMap<string, PropertyChange>;
  readonly deleteBeforeReplace: boolean;
}

export interface ResourceState {
  readonly id: string;
  readonly outputs: PropertyObject;
  /** Outputs that are secret whatever the inputs were. */
  readonly secretOutputs: readonly PropertyPath[];
}

export interface ReadResult extends ResourceState {
  /** The inputs that would have made the resource as it is now. */
  readonly inputs: PropertyObject;
}

/** What a function returns. */
export interface FunctionResult {
  readonly values: PropertyObject;
  readonly secrets?: readonly PropertyPath[];
}

/** Says on the resource's row what is going on. */
export type Progress = (message: string) => void;

export interface Operation {
  /** True when the engine asks for the outcome without the deed. */
  readonly preview: boolean;
  /** From the resource's customTimeouts, in milliseconds; undefined when none is set. */
  readonly timeoutMs: number | undefined;
  readonly progress: Progress;
  /** Says on the resource's row what has to be known afterwards, too. */
  readonly warn: Progress;
  /** Aborted when the engine is asked to cancel. */
  readonly cancelled: AbortSignal;
}

/** A resource plugin behind the wire format: plain values in, plain values out. An error's message is what the user reads. */
export interface ResourceProvider {
  /** The Pulumi package that it serves: `aws`. */
  readonly packageName: string;
  readonly version: string;
  /** The package's schema as JSON. */
  schema?: () => string;
  checkConfig(inputs: PropertyObject): CheckResult | Promise<CheckResult>;
  configure(config: PropertyObject): void;
  check(subject: Subject, olds: PropertyObject, news: PropertyObject, randomSeed: Uint8Array): Promise<CheckResult>;
  diff(subject: Subject, state: ResourceStateOf, inputs: PropertyObject): Promise<DiffResult>;
  create(subject: Subject, inputs: PropertyObject, operation: Operation): Promise<ResourceState>;
  /** @returns undefined when the resource is gone */
  read(subject: Subject, state: ResourceStateOf, operation: Operation): Promise<ReadResult | undefined>;
  update(
    subject: Subject,
    state: ResourceStateOf,
    inputs: PropertyObject,
    operation: Operation,
  ): Promise<ResourceState>;
  delete(subject: Subject, state: ResourceStateOf, operation: Operation): Promise<void>;
  invoke(token: string, args: PropertyObject, operation: Operation): Promise<FunctionResult>;
  /** Creates a component, by registering its children with the engine at this address. */
  construct?: (request: ConstructRequest, engineAddress: string) => Promise<ConstructResponse>;
  /** Releases what the provider holds, such as tokens, when the engine cancels its work. */
  close?: () => Promise<void>;
}

/** What the engine remembers of a resource. Both objects are empty when it is being imported. */
export interface ResourceStateOf {
  readonly id: string;
  readonly outputs: PropertyObject;
  readonly inputs: PropertyObject;
}

/** The resource exists, but something went wrong afterwards: it is kept in the state, and the next update carries on. */
export class PartialFailure extends Error {
  public constructor(
    message: string,
    public readonly state: ResourceState,
  ) {
    super(message);
  }
}
