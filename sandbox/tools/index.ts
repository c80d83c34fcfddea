export { builtToolPath } from "./buildTool.js";
export { cacheFolder } from "./cacheFolder.js";
export { findTool, type FoundTool } from "./findTool.js";
export { pythonEnvironment } from "./pythonEnvironment.js";
export { toolCatalog, type ToolName } from "./toolCatalog.js";
