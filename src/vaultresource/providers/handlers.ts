import type { Issue } from "../../internal/validation/issues.js";
import type { OpenVault } from "../../vault/session.js";
import type { Values } from "../fields.js";

/** What the work on one resource has at hand. */
export interface WorkContext {
  readonly vault: OpenVault;
  /** Whether what is missing together with its mount counts as gone (`onVaultReplaced: "recreate"`). */
  readonly recreate: boolean;
  /** Tells the user what is being done or waited for. It is shown only while the operation runs. */
  readonly progress: (message: string) => void;
  /** Tells the user what has to be known afterwards, too. */
  readonly warn: (message: string) => void;
}

export interface Created {
  readonly id: string;
  readonly outputs: Values;
}

/** A resource as Vault has it now: what came of it, and the inputs that would describe it. */
export interface Reading {
  readonly outputs: Values;
  readonly inputs: Values;
}

export interface Difference {
  /** Undefined where the engine is to compare the inputs itself: it then shows what differs inside of them, and nothing else. */
  readonly changes: boolean | undefined;
  /** The inputs whose change needs a new object. */
  readonly replaces?: readonly string[];
  /** Whether the old object has to go first, since both would be at the same path. */
  readonly deleteBeforeReplace?: boolean;
}

/**
 * What can be done with one kind of resource. Plain functions on plain values, which know nothing of the kind of provider that hosts them.
 * Outputs hold all inputs, since reading and deleting see nothing else.
 */
export interface ResourceHandlers {
  /** All that is wrong with inputs; `secrets` in them are never quoted. */
  readonly validate: (inputs: Values) => Issue[];
  /** Prepares inputs for the state. Default: as they are. */
  readonly prepare?: (inputs: Values) => Values;
  /**
   * The paths in Vault that the resource stands for. A path that another resource of the same program declares is not deleted there: the
   * object has moved.
   */
  readonly declares?: (inputs: Values) => readonly string[];
  /** Which inputs differ in what they say. Never calls Vault. */
  readonly diff: (before: Values, after: Values) => Difference;
  readonly create: (context: WorkContext, inputs: Values) => Promise<Created>;
  /**
   * Undefined where the object is gone.
   *
   * @param outputs of the state; inputs, or nothing, where an object is read that no state holds
   */
  readonly read: (context: WorkContext, outputs: Values, id: string) => Promise<Reading | undefined>;
  readonly update: (context: WorkContext, before: Values, after: Values) => Promise<Values>;
  readonly remove: (context: WorkContext, outputs: Values) => Promise<void>;
  /** Whether creating takes a token that is not shared, and that lives on: leases end with the token they were made with. */
  readonly createsLease?: boolean;
}

/** Something was made and then failed to become what it should: it is in the state, and the next `up` carries on. */
export class PartialFailure extends Error {
  override readonly name = "PartialFailure";

  constructor(
    message: string,
    readonly id: string,
    readonly outputs: Values,
  ) {
    super(message);
  }
}
