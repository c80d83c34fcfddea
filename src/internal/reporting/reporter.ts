import { EngineLog, type LogLine } from "./engineLog.js";
import { pluginProcess, type PluginProcess } from "./pluginProcess.js";
import { noteUrns, urnOf } from "./requestUrns.js";
import { rowOf } from "./resourceRow.js";

/** Reports to the user on one operation on one resource. Never fails, whatever becomes of its lines. */
export interface Reporter {
  /** What is done or waited for at the moment: on the resource's row, for as long as the operation runs. */
  readonly progress: (message: string) => void;
  /** What the user has to know afterwards, too. */
  readonly warn: (message: string) => void;
  /** Resolves when the engine has all lines: a plugin is ended as soon as its last operation is. */
  readonly flush: () => Promise<void>;
}

/** The reporters of a process. */
export class Reporting {
  private log: EngineLog | undefined;

  /**
   * @param plugin undefined outside of Pulumi's dynamic provider plugin: then all lines go to the console
   */
  constructor(readonly plugin: PluginProcess | undefined) {}

  /** Lets reporters know whose rows to write on, from the next request on. */
  watchRequests(): void {
    const { plugin } = this;
    if (plugin !== undefined) {
      attempt(() => noteUrns(plugin.load("@pulumi/pulumi/proto/provider_pb.js")));
    }
  }

  /**
   * The reporter of one operation.
   *
   * @param subject names the resource where its row cannot be written on, and lines stand on the stack's row instead
   * @param properties what the plugin handed over for the operation: the object itself
   */
  reporterOf(subject: string, properties: object): Reporter {
    const row = rowOf(properties);
    if (row !== undefined) {
      return { progress: row.progress, warn: row.warn, flush: () => Promise.resolve() };
    }
    const urn = urnOf(properties);
    const log = urn === undefined ? undefined : this.openLog();
    const pending = new Set<Promise<void>>();
    const report = (severity: LogLine["severity"], message: string) => {
      const otherwise = () => (severity === "warning" ? console.error : console.log)(`${subject}: ${message}`);
      if (urn === undefined || log === undefined) {
        otherwise();
        return;
      }
      const writing = log
        .write({ urn, severity, message, ephemeral: severity === "info" })
        .catch(otherwise)
        .finally(() => pending.delete(writing));
      pending.add(writing);
    };
    return {
      progress: (message) => report("info", message),
      warn: (message) => report("warning", message),
      flush: async () => {
        await Promise.all(pending);
      },
    };
  }

  private openLog(): EngineLog | undefined {
    const { plugin } = this;
    this.log ??= plugin === undefined ? undefined : attempt(() => new EngineLog(plugin));
    return this.log;
  }
}

/** The reporters of this process. */
export const reporting = new Reporting(pluginProcess(process.argv));

/** An SDK of another shape than is known here costs the user the rows, and nothing else. */
function attempt<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch {
    return undefined;
  }
}
