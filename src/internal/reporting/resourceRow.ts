/** Where the lines about one operation go, in a plugin that gets the resource with each request. */
export interface ResourceRow {
  readonly progress: (message: string) => void;
  readonly warn: (message: string) => void;
}

const rows = new WeakMap<object, ResourceRow>();

/**
 * Says where the lines about the resource that properties belong to go.
 *
 * @param properties the object that the handlers are handed, not a copy of it
 */
export function setRow(properties: object, row: ResourceRow): void {
  rows.set(properties, row);
}

/** The row to write on, where the host has given one. */
export function rowOf(properties: object): ResourceRow | undefined {
  return rows.get(properties);
}
