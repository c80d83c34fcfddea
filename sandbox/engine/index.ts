export { createEngine, type Engine, type EngineOptions, type StackOptions } from "./engine.js";
export type { AwsTarget } from "./environment.js";
export type { PluginsInUse } from "./installPlugins.js";
export { findLanguages, type Language, type LanguageHosts, type LanguageSupport } from "./languageHosts.js";
