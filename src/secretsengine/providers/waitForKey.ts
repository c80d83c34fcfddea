import { waitUntilAccepted, type AccessKeyPair } from "../../aws/sts/keyReadiness.js";
import { canonicalValues, type Values } from "../../vaultresource/fields.js";
import type { WorkContext } from "../../vaultresource/providers/handlers.js";
import { keyReadinessFields } from "../engineFields.js";

/** Where STS is asked, unless the `keyReadiness` argument says otherwise. The empty text stands for "not set". */
export interface StsDefaults {
  readonly region?: unknown;
  readonly endpoint?: unknown;
  /** ARNs that may tell the key's partition. */
  readonly arns?: readonly unknown[];
}

/**
 * Waits until AWS accepts an access key, as the `keyReadiness` argument asks for.
 *
 * @param inputs the resource's inputs
 * @throws KeyNotAcceptedError
 */
export async function waitForKey(
  context: WorkContext,
  inputs: Values,
  key: AccessKeyPair,
  defaults: StsDefaults = {},
): Promise<void> {
  const readiness = canonicalValues(keyReadinessFields, (inputs.keyReadiness ?? {}) as Values);
  if (readiness.skip === true) {
    return;
  }
  const firstText = (...texts: unknown[]) =>
    texts.find((text): text is string => typeof text === "string" && text !== "");
  await waitUntilAccepted(key, {
    region: firstText(readiness.region, defaults.region),
    arn: firstText(...(defaults.arns ?? [])),
    endpoint: firstText(readiness.stsEndpoint, defaults.endpoint),
    consecutiveSuccesses: Number(readiness.consecutiveSuccesses),
    timeoutMs: Number(readiness.timeout) * 1000,
    onWait: context.progress,
  });
}
