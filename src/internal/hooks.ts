import * as pulumi from "@pulumi/pulumi";

/**
 * A binding of resource hooks, or none where the program runs against mocks: `pulumi.runtime.setMocks` says that it supports hooks, but its
 * monitor has no such function, and a program with a hook would never end in a unit test.
 *
 * @param bind makes the binding; a hook is registered as soon as it is created
 */
export function whereHooksRun(bind: () => pulumi.ResourceHookBinding): pulumi.ResourceHookBinding | undefined {
  const monitor = pulumi.runtime.getMonitor();
  return monitor !== undefined && typeof monitor.registerResourceHook !== "function" ? undefined : bind();
}
