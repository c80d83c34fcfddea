import { freemem } from "node:os";

/** What linking Vault takes, the largest of the tools. */
const buildMemory = 4 * 1024 ** 3;

/** How many tools may be built at a time: two where there is memory for both. */
export function buildsAtATime(memory: number = availableMemory()): number {
  return memory >= 2 * buildMemory ? 2 : 1;
}

function availableMemory(): number {
  // Heeds the limits of a container; Node 20 has it from 20.13 on.
  return typeof process.availableMemory === "function" ? process.availableMemory() : freemem();
}

/** Lets so many tasks run at a time as {@link buildsAtATime} says, in the order in which they come. */
export class BuildSlots {
  private free: number;
  private readonly waiting: (() => void)[] = [];

  constructor(atATime: number = buildsAtATime()) {
    this.free = atATime;
  }

  async run<T>(task: () => Promise<T>): Promise<T> {
    if (this.free > 0) {
      this.free -= 1;
    } else {
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
    try {
      return await task();
    } finally {
      // A slot is handed to the next that waits, so that nobody who comes between gets it.
      const next = this.waiting.shift();
      if (next === undefined) {
        this.free += 1;
      } else {
        next();
      }
    }
  }
}
