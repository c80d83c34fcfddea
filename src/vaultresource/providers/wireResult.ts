import type { Values } from "../fields.js";
import { PartialFailure } from "./handlers.js";

/** Without undefined values, which the plugin cannot store: it would fail after the work is done. */
export function withoutUndefined(values: object): Values {
  return JSON.parse(JSON.stringify(values)) as Values;
}

/** Turns whatever is thrown into an error of one clean message: the plugin prints the stack of any other. */
export async function withoutStack<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const shown = Object.assign(new Error(message), { stack: "" });
    if (error instanceof PartialFailure) {
      throw Object.assign(shown, { id: error.id, properties: withoutUndefined(error.outputs), reasons: [message] });
    }
    throw shown;
  }
}
