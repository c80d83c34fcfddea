export { type PluginProcess } from "./pluginProcess.js";
export { reporting, type Reporter } from "./reporter.js";
export { whileRunning } from "./whileRunning.js";
