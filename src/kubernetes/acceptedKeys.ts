import * as pulumi from "@pulumi/pulumi";
import type { AccessKeyPair } from "../aws/sts/index.js";

/** Where to ask AWS whether it accepts a key. */
export interface KeyAcceptanceArgs {
  /** Region of STS: a region of the key's own partition. */
  readonly region: pulumi.Input<string>;
  /**
   * Endpoint of STS.
   *
   * @default - AWS's own for the region, or what AWS_ENDPOINT_URL_STS and AWS_ENDPOINT_URL say
   */
  readonly stsEndpoint?: pulumi.Input<string>;
  /**
   * Longest time to wait, in seconds.
   *
   * @default 180
   */
  readonly timeoutSeconds?: number;
}

/**
 * A hook for before keys are written where something will use them: waits until AWS accepts them. It runs at `up` only, and only when there is
 * something to write.
 */
export function waitForAcceptance(
  keys: pulumi.Output<AccessKeyPair>,
  args: KeyAcceptanceArgs,
  onWait: (message: string) => void,
): pulumi.ResourceHookFunction {
  return async () => {
    const { waitUntilAccepted } = await import("../aws/sts/index.js");
    const known = await valueAtUp(pulumi.all([keys, args.region, args.stsEndpoint]));
    const [key, region, endpoint] = known;
    const timeoutMs = args.timeoutSeconds === undefined ? undefined : args.timeoutSeconds * 1000;
    await waitUntilAccepted(key, { region, endpoint, timeoutMs, onWait });
  };
}

/** The value of an output at `up`, when all is known. */
function valueAtUp<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => output.apply(resolve));
}
