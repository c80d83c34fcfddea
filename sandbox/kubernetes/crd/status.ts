import { authMethodTypes } from "./spec.js";
import { boolean, choice, dateTime, int32, int64, list, object, required, string, strings } from "./schema.js";

/** Conditions as all of KubeVault's objects carry them. */
export const conditions = list(
  object({
    lastTransitionTime: required(dateTime),
    message: string,
    observedGeneration: int64,
    reason: string,
    severity: string,
    status: required(string),
    type: required(string),
  }),
);

/** `status`, the same in both versions. */
export const status = object({
  authMethodStatus: list(
    object({
      path: required(string),
      reason: string,
      status: required(choice("EnableSucceeded", "EnableFailed", "DisableSucceeded", "DisableFailed")),
      type: required(choice(...authMethodTypes)),
    }),
  ),
  clientPort: int64,
  conditions,
  initialized: boolean,
  observedGeneration: int64,
  phase: choice("Initializing", "Unsealing", "Sealed", "Ready", "NotReady", "Critical"),
  relayPlacement: object({
    applied: int32,
    clusters: list(
      object({ certExpiry: dateTime, clusterName: required(string), phase: string, tokenExpiry: dateTime }),
    ),
    placement: string,
    ready: int32,
    selected: int32,
  }),
  serviceName: string,
  updatedNodes: strings,
  vaultStatus: object({ active: string, sealed: strings, standby: strings, unsealed: strings }),
});
