export { cacheFolder } from "./cacheFolder.js";
export { findTool, findTools, type FindOptions, type FoundTool } from "./findTool.js";
export { pulumiPythonEnvironment, pythonEnvironment } from "./pythonEnvironment.js";
export { toolCatalog, type ToolName } from "./toolCatalog.js";
