export { freePort } from "./freePort.js";
export { startProcess, type ManagedProcess, type ProcessOptions } from "./managedProcess.js";
export { waitFor, type WaitOptions } from "./waitFor.js";
