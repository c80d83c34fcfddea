import * as pulumi from "@pulumi/pulumi";
import { whereHooksRun } from "../hooks.js";
import { failPreview, isProgramRunner } from "./failPreview.js";
import { formatIssues, type Issue } from "./issues.js";

/** Rejects a value that was found to be wrong only after the constructor returned. */
export type Reject = <T>(issues: readonly Issue[]) => T;

const rejecters = new WeakMap<pulumi.Resource, Reject>();

/**
 * How values of a resource are rejected: with a message, without a stack, and each issue once however many checks find it.
 *
 * At preview the error is shown on the resource's row and the value left unknown. The program then runs to its end, and the preview fails there: a
 * promise that is rejected would leave whatever waits for a resource made of it waiting forever, since Pulumi settles no outputs of a resource
 * whose inputs fail. In an update, where an unknown value would be written as if it were none, the error is thrown.
 *
 * @param subject how messages name the resource: `VaultServer "vault"`
 */
export function rejecterOf(resource: pulumi.Resource, subject: string): Reject {
  const existing = rejecters.get(resource);
  if (existing !== undefined) {
    return existing;
  }
  const rejecter = newRejecter(resource, subject);
  rejecters.set(resource, rejecter);
  return rejecter;
}

function newRejecter(resource: pulumi.Resource, subject: string): Reject {
  const reported = new Set<string>();
  let lastError: pulumi.ResourceError | undefined;
  return <T>(issues: readonly Issue[]): T => {
    const unreported = issues.filter((issue) => !reported.has(JSON.stringify(issue)));
    for (const issue of unreported) {
      reported.add(JSON.stringify(issue));
    }
    const message = unreported.length === 0 ? undefined : formatIssues(subject, unreported);
    if (!pulumi.runtime.isDryRun()) {
      // Pulumi shows one error object once, however many promises it rejects.
      if (message !== undefined) {
        lastError = errorWithoutStack(resource, message);
        endUpdate(resource, subject);
      }
      throw lastError ?? errorWithoutStack(resource, formatIssues(subject, issues));
    }
    if (message !== undefined) {
      void pulumi.log.error(message, resource);
      failPreview();
    }
    return pulumi.unknown as unknown as T;
  };
}

/**
 * An error that is shown as it is, without a stack. Pulumi writes `error serializing property …` in front of the message of whatever is
 * thrown while values resolve, once for each reader; that says nothing to ours, so the message stays what it was.
 */
function errorWithoutStack(resource: pulumi.Resource, message: string): pulumi.ResourceError {
  const error = new pulumi.ResourceError(message, resource, true);
  // The program runner shows a stack of errors that come after the program's last line, whatever they say of it.
  Object.defineProperty(error, "stack", { value: "" });
  return Object.defineProperty(error, "message", { get: () => message, set: () => undefined });
}

/**
 * Lets an update of the Automation API's inline programs fail: whatever waits for a resource that is never created waits for good there, while the program
 * runner's process ends. A resource whose hook fails makes the engine end the update.
 */
function endUpdate(resource: pulumi.Resource, subject: string): void {
  if (isProgramRunner(process.argv[1]) || pulumi.runtime.getMonitor() === undefined) {
    return;
  }
  const fail = (): never => {
    throw new Error(`${subject}: its arguments are rejected`);
  };
  const hooks = whereHooksRun(() => ({ beforeCreate: [new pulumi.ResourceHook(`${subject}: rejected`, fail)] }));
  if (hooks !== undefined) {
    new pulumi.ComponentResource("kubevault-aws:index:Rejected", subject, {}, { parent: resource, hooks });
  }
}
