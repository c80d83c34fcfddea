/** The texts of long lists: a statement may name each of a thousand resources, and is asked for each of them. */
const sets = new WeakMap<readonly unknown[], ReadonlySet<unknown>>();
const longList = 16;

/** Whether a list of a policy, which never changes, holds a text as it is. */
export function includes(list: readonly unknown[], text: string): boolean {
  if (list.length < longList) {
    return list.includes(text);
  }
  const set = sets.get(list) ?? new Set(list);
  sets.set(list, set);
  return set.has(text);
}
