/**
 * The objects in Vault that resources of the running operation were created for.
 *
 * A resource that is renamed without an alias, or replaced by request, is created before its old one is deleted: it takes over the object that is there,
 * and the deletion that follows would take it away. A plugin process serves one operation of the engine, so what is deleted in it after its creation
 * belongs to another resource by now.
 */
const created = new Set<string>();

/** What tells an object from all others: the kind of its resource, its ID, and the Vault and namespace that it is in. */
export interface ObjectKey {
  readonly kind: string;
  readonly id: string;
  readonly clusterId: unknown;
  readonly namespace: unknown;
}

/** Notes that a resource was created for an object. */
export function noteCreated(object: ObjectKey): void {
  created.add(textOf(object));
}

/** Whether a resource was created for an object in this operation. */
export function isCreatedNow(object: ObjectKey): boolean {
  return created.has(textOf(object));
}

/** Begins another operation. For tests: there, one process serves several. */
export function forgetCreatedObjects(): void {
  created.clear();
}

function textOf({ kind, id, clusterId, namespace }: ObjectKey): string {
  return JSON.stringify([kind, id, clusterId, namespace]);
}
