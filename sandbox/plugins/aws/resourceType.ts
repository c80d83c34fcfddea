import type { PropertyObject, PropertyValue } from "../../../src/plugin/server/propertyValues.js";
import type { Progress } from "../../../src/plugin/server/resourceProvider.js";
import type { AwsClients } from "./clients.js";

/** How one argument of a resource type behaves. */
export interface PropertyDefinition {
  readonly required?: true;
  /** A change makes a new resource. */
  readonly replaces?: true;
  /** What AWS takes when the argument is absent; without it an absent argument means the empty value. */
  readonly defaultValue?: PropertyValue;
  /** An absent argument means: whatever AWS chose. */
  readonly computed?: true;
  /** Only the caller knows it, AWS does not tell it back: outputs repeat the argument. */
  readonly writeOnly?: true;
  /** Secret in the state even if the argument was plain. */
  readonly secret?: true;
  /** Whether two values mean the same. Default: the same JSON. */
  readonly equals?: (left: PropertyValue, right: PropertyValue) => boolean;
}

export interface OperationContext {
  readonly clients: AwsClients;
  readonly progress: Progress;
  readonly cancelled: AbortSignal;
}

/** One resource type of the AWS provider, as the stand-in makes it with real AWS calls. */
export interface ResourceType {
  readonly token: string;
  readonly arguments: Readonly<Record<string, PropertyDefinition>>;
  /** Outputs that are no arguments: unknown in a preview of the creation. */
  readonly outputs: readonly string[];
  readonly secretOutputs?: readonly string[];
  /** The argument that gets the resource's name and a random suffix when it is absent, and the longest that AWS takes. */
  readonly autoname?: { readonly property: string; readonly maxLength: number; readonly prefix?: string };
  /** @returns the id. What fails after AWS has made the resource must be thrown as {@link MadeButFailed}. */
  readonly create: (context: OperationContext, inputs: Arguments) => Promise<string>;
  /** All arguments and outputs as they are, tags as `tagsAll`; undefined when it is gone. `state` is empty in an import. */
  readonly read: (context: OperationContext, id: string, state: PropertyObject) => Promise<PropertyObject | undefined>;
  /** Absent where every change replaces. `changed` names the arguments that differ; tags are not among them. */
  readonly update?: (context: OperationContext, id: string, change: Change) => Promise<void>;
  readonly delete: (context: OperationContext, id: string, state: PropertyObject) => Promise<void>;
  /** Present where the type has tags. */
  readonly tag?: (context: OperationContext, id: string, state: PropertyObject, change: TagChange) => Promise<void>;
}

/** Arguments, with tags merged with the provider's default tags into `tagsAll`. */
export interface Arguments extends PropertyObject {
  tagsAll?: { [key: string]: string };
}

export interface Change {
  readonly state: PropertyObject;
  readonly inputs: Arguments;
  readonly changed: ReadonlySet<string>;
}

export interface TagChange {
  readonly set: Readonly<Record<string, string>>;
  readonly remove: readonly string[];
}

/** AWS has made the resource, and a later step of its creation failed. */
export class MadeButFailed extends Error {
  public constructor(
    public readonly id: string,
    cause: unknown,
  ) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/** Arguments that every tagged type has. */
export const tagArguments = { tags: {}, tagsAll: { computed: true } } as const satisfies Record<
  string,
  PropertyDefinition
>;

/** AWS's list of tags as an object. Tags of AWS itself are no one's to manage. */
export function tagMap(tags: readonly { Key?: string; Value?: string }[] | undefined): Record<string, string> {
  const own = (tags ?? []).filter((tag) => tag.Key !== undefined && !tag.Key.startsWith("aws:"));
  return Object.fromEntries(own.map((tag) => [tag.Key as string, tag.Value ?? ""]));
}

/** An object of tags as AWS's list. */
export function tagList(tags: Readonly<Record<string, string>> | undefined): { Key: string; Value: string }[] {
  return Object.entries(tags ?? {}).map(([Key, Value]) => ({ Key, Value }));
}
