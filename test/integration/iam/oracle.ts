import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { createInterface, type Interface } from "node:readline";
import { pythonEnvironment } from "../../../sandbox/tools/index.js";

const script = path.join(__dirname, "..", "..", "..", "sandbox", "python", "policy_oracle.py");

/** Implementations of IAM's evaluation that others wrote, in one Python process. See `sandbox/python/policy_oracle.py`. */
export class Oracle {
  private readonly waiting: { resolve: (answer: unknown) => void; reject: (error: Error) => void }[] = [];
  private readonly lines: Interface;
  private errors = "";

  private constructor(private readonly process: ChildProcessWithoutNullStreams) {
    this.lines = createInterface(process.stdout);
    this.lines.on("line", (line) => this.waiting.shift()?.resolve(JSON.parse(line)));
    process.stderr.on("data", (text: Buffer) => {
      this.errors += text.toString();
    });
    process.on("exit", () => {
      for (const { reject } of this.waiting.splice(0)) {
        reject(new Error(`the oracle ended: ${this.errors}`));
      }
    });
  }

  static async start(): Promise<Oracle> {
    return new Oracle(spawn(await pythonEnvironment(), ["-I", script], { stdio: "pipe" }));
  }

  ask<T>(ask: string, questions: readonly unknown[] = []): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.waiting.push({ resolve: resolve as (answer: unknown) => void, reject });
      this.process.stdin.write(`${JSON.stringify({ ask, questions })}\n`);
    });
  }

  async stop(): Promise<void> {
    const ended = once(this.process, "exit");
    this.process.stdin.end();
    await ended;
    this.lines.close();
  }
}
