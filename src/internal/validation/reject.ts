import * as pulumi from "@pulumi/pulumi";

/** Refuses to go on with a value that was found to be wrong only after the constructor returned. */
export type Reject = <T>(message: string) => T;

/**
 * How values of a resource are refused, with a message and no stack.
 *
 * At preview the error is shown and the value left unknown, so that the preview goes on to its end and fails there: a promise that is rejected
 * would leave whatever waits for a resource made of it waiting forever, since Pulumi settles no outputs of a resource whose inputs fail. In an
 * update, where an unknown value would be written as if it were none, the error is thrown.
 *
 * @param resource on whose row the error is shown
 */
export function rejecterOf(resource: pulumi.Resource): Reject {
  const reported = new Set<string>();
  return <T>(message: string): T => {
    if (!pulumi.runtime.isDryRun()) {
      throw errorWithoutStack(resource, message);
    }
    if (!reported.has(message)) {
      reported.add(message);
      void pulumi.log.error(message, resource);
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
  return Object.defineProperty(error, "message", { get: () => message, set: () => undefined });
}
