import { applicationChecks } from "./application.js";
import { issuedCredentialChecks } from "./issuedCredentials.js";
import { leastPrivilegeChecks } from "./leastPrivilege.js";
import { stateSecrecyCheck } from "./stateSecrecy.js";
import type { Check } from "./subject.js";

export { awsClients, refusal, type AwsClients, type AwsEndpoint, type AwsKeys } from "./awsClients.js";
export { applicationParameter, foreignParameter } from "./issuedCredentials.js";
export { foreignTable, foreignUser } from "./leastPrivilege.js";
export { leftovers, takeInventory, type Inventory } from "./leftovers.js";
export { readSecret } from "./kubernetesSecrets.js";
export type { Check, PlatformOutputs, Subject } from "./subject.js";

/** What must be true of examples/platform once it is up. */
export const platformChecks: readonly Check[] = [
  ...issuedCredentialChecks,
  ...applicationChecks,
  ...leastPrivilegeChecks,
  stateSecrecyCheck,
];
