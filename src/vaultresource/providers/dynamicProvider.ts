import type { Values } from "../fields.js";
import type { ProviderConfig } from "./connection.js";
import type { Difference } from "./handlers.js";

/** What Pulumi's dynamic provider plugin asks for. */
export interface DynamicProvider {
  configure(request: { config: ProviderConfig }): Promise<void>;
  check(olds: Values, news: Values): Promise<{ inputs?: Values; failures?: { property: string; reason: string }[] }>;
  diff(id: string, olds: Values, news: Values): Promise<Difference>;
  create(inputs: Values): Promise<{ id: string; outs: Values }>;
  read(id: string, props: Values): Promise<{ id?: string; props?: Values; inputs?: Values }>;
  update(id: string, olds: Values, news: Values): Promise<{ outs: Values }>;
  delete(id: string, props: Values): Promise<void>;
}
