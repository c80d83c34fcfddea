/**
 * The paths in Vault that the running program's resources stand for.
 *
 * The engine checks the inputs of every resource of a program before it deletes what the program no longer has. So when something is to be
 * deleted, it is known whether another resource has taken over its path: an object that moves from one resource to another stays in Vault.
 *
 * A plugin process serves one operation of the engine, and `destroy` checks nothing: there all is deleted.
 */
const declared = new Set<string>();
const passedOn = new Set<string>();
let lastCheck = 0;

/** Longest time to wait for a program that still registers resources, and how long without a new one it counts as done. */
const longestWaitMs = 10_000;
const quietMs = 500;

/** Notes that resources of the program stand for these paths. */
export function declarePaths(paths: readonly string[]): void {
  lastCheck = Date.now();
  for (const path of paths) {
    declared.add(path);
  }
}

/**
 * Whether an object stays in Vault when its resource is deleted, because a resource of the running program stands for its path. That one may take
 * it over as it is: it can be the same resource, which the engine deletes before it creates it.
 */
export function passesOn(path: string): boolean {
  if (declared.has(path)) {
    passedOn.add(path);
  }
  return declared.has(path);
}

/** Whether a resource that is deleted has left the object at this path to its next one. */
export function isPassedOn(path: string): boolean {
  return passedOn.has(path);
}

/** Waits until the program has registered no further resource of this plugin for a moment: what is still to come may take over a path. */
export async function untilProgramIsQuiet(): Promise<void> {
  const until = Date.now() + longestWaitMs;
  for (let now = Date.now(); now < until && now - lastCheck < quietMs; now = Date.now()) {
    await new Promise((resolve) => setTimeout(resolve, quietMs - (now - lastCheck)));
  }
}

/** Begins another operation. For tests: there, one process serves several. */
export function forgetDeclaredPaths(): void {
  declared.clear();
  passedOn.clear();
  lastCheck = 0;
}
