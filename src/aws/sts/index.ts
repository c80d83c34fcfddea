export { stsRequestHandler } from "./loadSts.js";
export {
  waitUntilAccepted,
  type AccessKeyPair,
  type AskIdentity,
  type CallerIdentity,
  type KeyReadinessOptions,
} from "./keyReadiness.js";
