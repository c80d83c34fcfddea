import type * as pulumi from "@pulumi/pulumi";

/**
 * A plain type as users may give it: every part, at any depth, may also be an output or a promise.
 *
 * @example
 * const spec: InputOf<VaultServerSpec> = { version: "1.18.4", backend: { dynamodb: { table: storage.tableName } } };
 */
export type InputOf<T> = [T] extends [Primitive]
  ? pulumi.Input<T>
  : [T] extends [readonly (infer Item)[] | undefined]
    ? pulumi.Input<readonly InputOf<Item>[] | Extract<T, undefined>>
    : pulumi.Input<InputParts<NonNullable<T>> | Extract<T, undefined>>;

type Primitive = string | number | boolean | undefined;

// Apart, so that optional keys stay optional.
type InputParts<T> = { [Key in keyof T]: InputOf<T[Key]> };
