import type * as pulumi from "@pulumi/pulumi";

/**
 * A plain type as users may give it: every part, at any depth, may also be an output or a promise.
 *
 * @example
 * const spec: InputOf<VaultServerSpec> = { version: "1.18.4", backend: { dynamodb: { table: storage.tableName } } };
 */
export type InputOf<T> = T extends string | number | boolean | undefined
  ? pulumi.Input<T>
  : T extends readonly (infer Item)[]
    ? pulumi.Input<readonly InputOf<Item>[]>
    : pulumi.Input<{ [Key in keyof T]: InputOf<T[Key]> }>;
