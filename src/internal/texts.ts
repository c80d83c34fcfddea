import * as pulumi from "@pulumi/pulumi";

/** A record of texts as users may give it. */
export type TextsInput = pulumi.Input<Readonly<Record<string, pulumi.Input<string>>>>;

/** Several records as one, of which the last wins; undefined where none is given. Plain ones stay plain, so that they are checked at once. */
export function mergedTexts(...given: readonly (TextsInput | undefined)[]): TextsInput | undefined {
  const records = given.filter((record) => record !== undefined);
  if (records.length < 2) {
    return records[0];
  }
  const isPlain = records.every((record) => !pulumi.Output.isInstance(record) && !(record instanceof Promise));
  return isPlain
    ? (Object.assign({}, ...records) as Readonly<Record<string, pulumi.Input<string>>>)
    : pulumi.all(records).apply((known) => Object.assign({}, ...known) as Record<string, string>);
}
