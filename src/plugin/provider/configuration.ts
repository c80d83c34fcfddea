import { decode, isObject, type PropertyObject } from "../server/propertyValues.js";

/** Settings that are objects. They arrive as objects from YAML, and as JSON text from other languages and from stack configuration. */
const objects = ["login", "kubernetes"];

/** Names that the engine adds to a provider's configuration. */
const engineNames = ["version", "pluginDownloadURL"];

/** A provider's configuration with its objects as objects and without what is the engine's. */
export function connectionSettings(values: PropertyObject): Record<string, unknown> {
  const settings: Record<string, unknown> = Object.fromEntries(
    Object.entries(values).filter(([name]) => !engineNames.includes(name)),
  );
  for (const name of objects) {
    const value = settings[name];
    if (typeof value === "string" && value.trimStart().startsWith("{")) {
      settings[name] = parseObject(name, value);
    }
  }
  return settings;
}

function parseObject(name: string, text: string): unknown {
  try {
    // Secrets inside come wrapped, as Pulumi's SDKs serialize them.
    return decode(JSON.parse(text)).values;
  } catch {
    // The parser's message would quote the text, which can hold a secret.
    throw new Error(`provider configuration: ${name}: must be an object, or one as JSON text`);
  }
}

/** The configuration as the handlers' connection reads it: one text per setting. */
export function settingReader(settings: Readonly<Record<string, unknown>>): { get(key: string): unknown } {
  return {
    get: (key) => {
      const value = settings[key.replace(/^kubevault-aws:/, "")];
      return isObject(value) ? JSON.stringify(value) : value;
    },
  };
}
