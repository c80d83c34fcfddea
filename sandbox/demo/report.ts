import Table from "cli-table3";
import pc from "picocolors";

/** One row of the report: something that was done or shown, how it ended and how long it took. */
export interface Row {
  readonly title: string;
  readonly ok: boolean;
  /** What was seen, or why it failed. */
  readonly seen: string;
  readonly seconds: number;
}

/** Runs steps one after another, prints each as it ends, and remembers all of them for the table at the end. */
export class Report {
  readonly rows: Row[] = [];

  constructor(private readonly print: (line: string) => void) {}

  get failed(): boolean {
    return this.rows.some((row) => !row.ok);
  }

  /** Runs one step. A step that throws is printed and remembered as failed; its error goes on only if `essential`. */
  async step<T>(
    title: string,
    run: () => Promise<{ readonly seen: string; readonly value: T }>,
    essential: true,
  ): Promise<T>;
  async step(title: string, run: () => Promise<{ readonly seen: string }>): Promise<void>;
  async step<T>(
    title: string,
    run: () => Promise<{ readonly seen: string; readonly value?: T }>,
    essential = false,
  ): Promise<T | undefined> {
    const started = Date.now();
    try {
      const { seen, value } = await run();
      this.add({ title, ok: true, seen, seconds: (Date.now() - started) / 1000 });
      return value;
    } catch (error) {
      const seen = error instanceof Error ? error.message : String(error);
      this.add({ title, ok: false, seen, seconds: (Date.now() - started) / 1000 });
      if (essential) {
        throw error;
      }
      return undefined;
    }
  }

  private add(row: Row): void {
    this.rows.push(row);
    const sign = row.ok ? pc.green("ok    ") : pc.red("FAILED");
    this.print(`${sign} ${row.title} ${pc.dim(`(${row.seconds.toFixed(1)} s)`)}\n       ${pc.dim(row.seen)}`);
  }

  table(): string {
    const table = new Table({
      head: ["", "what was shown", "s"],
      colAligns: ["left", "left", "right"],
      style: { head: [], border: [] },
      // One line for each row.
      chars: { mid: "", "left-mid": "", "mid-mid": "", "right-mid": "" },
    });
    for (const row of this.rows) {
      table.push([row.ok ? pc.green("ok") : pc.red("FAILED"), row.title, row.seconds.toFixed(1)]);
    }
    return table.toString();
  }
}
