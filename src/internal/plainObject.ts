/**
 * An object type that an output cannot stand in for. Pulumi lifts the fields of an object in an output, which makes the output assignable to any
 * type whose fields are all optional inputs; a component would then see none of them.
 */
export type PlainObject<T> = T & NotAnOutput;

interface NotAnOutput {
  /** Never given: outputs have a method of this name. */
  readonly apply?: never;
}
