import { provider } from "../../src/plugin/dynamic/entry.js";
import { forgetCreatedObjects } from "../../src/vaultresource/providers/createdObjects.js";
import { forgetDeclaredPaths } from "../../src/vaultresource/providers/declaredPaths.js";

export type Values = Readonly<Record<string, unknown>>;

/** A resource as a stack's state holds it. */
export interface Stored {
  readonly kind: string;
  readonly id: string;
  readonly inputs: Values;
  readonly outputs: Values;
}

/** An error with what a plugin would hand to the engine for the state. */
export interface PartialError extends Error {
  readonly id?: string;
  readonly properties?: Values;
}

/** The plugin's side of Pulumi's engine: checks before it writes, and keeps what comes back. */
export class Plugin {
  constructor(private readonly config: Values) {}

  private provider(kind: string) {
    const hosted = provider(kind);
    void hosted.configure({ config: { get: (key) => this.config[key] } });
    return hosted;
  }

  async create(kind: string, inputs: Values): Promise<Stored> {
    const checked = await this.check(kind, inputs);
    const { id, outs } = await this.provider(kind).create(checked);
    return { kind, id, inputs: checked, outputs: outs };
  }

  /** The inputs as the state would hold them. */
  async check(kind: string, inputs: Values): Promise<Values> {
    const { inputs: checked, failures } = await this.provider(kind).check({}, { ...inputs, __provider: "text" });
    if (failures !== undefined && failures.length > 0) {
      throw new Error(failures.map(({ reason }) => reason).join("\n"));
    }
    return { ...checked, __provider: "text" };
  }

  async diff(stored: Stored, inputs: Values) {
    return this.provider(stored.kind).diff(stored.id, stored.outputs, await this.check(stored.kind, inputs));
  }

  async update(stored: Stored, inputs: Values): Promise<Stored> {
    const checked = await this.check(stored.kind, inputs);
    const { outs } = await this.provider(stored.kind).update(stored.id, stored.outputs, checked);
    return { ...stored, inputs: checked, outputs: outs };
  }

  /** Undefined where the object is gone. */
  async refresh(stored: Stored): Promise<Stored | undefined> {
    const { id, props, inputs } = await this.provider(stored.kind).read(stored.id, stored.outputs);
    if (id === undefined) {
      return undefined;
    }
    return { ...stored, id, inputs: inputs ?? {}, outputs: props ?? {} };
  }

  async destroy(stored: Stored): Promise<void> {
    // Another operation than the one that created it.
    forgetDeclaredPaths();
    forgetCreatedObjects();
    await this.remove(stored);
  }

  /** Deletes within the operation that goes on, after what it has created. */
  async remove(stored: Stored): Promise<void> {
    await this.provider(stored.kind).delete(stored.id, stored.outputs);
  }
}

/** What an error left for the state, as the engine would store it. */
export function leftBy(kind: string, error: unknown): Stored {
  const { id, properties } = error as PartialError;
  if (id === undefined || properties === undefined) {
    throw new Error(`nothing was left for the state by: ${String(error)}`);
  }
  return { kind, id, inputs: properties, outputs: properties };
}

/** The error of work that must fail. */
export async function failureOf(work: Promise<unknown>): Promise<PartialError> {
  let result: unknown;
  try {
    result = await work;
  } catch (error) {
    return error as PartialError;
  }
  throw new Error(`it did not fail, but gave ${JSON.stringify(result)}`);
}
