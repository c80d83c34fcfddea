import type { EngineEvent, OpMap } from "@pulumi/pulumi/automation/index.js";
import pc from "picocolors";

const signs: Readonly<Record<string, string>> = {
  create: pc.green("+"),
  update: pc.yellow("~"),
  delete: pc.red("-"),
  replace: pc.magenta("+-"),
  "create-replacement": pc.magenta("++"),
  "delete-replaced": pc.magenta("--"),
  refresh: pc.cyan("≈"),
  read: pc.cyan(">"),
};

/** A resource as a reader knows it: `aws:iam/user:User vault-root`. */
function label(urn: string): string {
  const [, , types = "", name = ""] = urn.split("::");
  return `${types.slice(types.lastIndexOf("$") + 1)} ${pc.bold(name)}`;
}

/**
 * Prints what the engine does, one line for each resource that changes, as it happens.
 *
 * @param print takes the lines
 * @param finishedOnly leave out the lines that tell that work on a resource has begun: for previews, in which nothing takes long
 */
export function engineProgress(print: (line: string) => void, finishedOnly = false): (event: EngineEvent) => void {
  const started = new Map<string, number>();
  return (event) => {
    const before = event.resourcePreEvent?.metadata;
    const after = event.resOutputsEvent?.metadata;
    const failed = event.resOpFailedEvent?.metadata;
    if (before !== undefined && before.op in signs) {
      started.set(before.urn, Date.now());
      if (finishedOnly) {
        print(`  ${signs[before.op]} ${label(before.urn)}`);
      }
    }
    if (after !== undefined && after.op in signs && !finishedOnly) {
      const seconds = (Date.now() - (started.get(after.urn) ?? Date.now())) / 1000;
      print(`  ${signs[after.op]} ${label(after.urn)} ${pc.dim(`${seconds.toFixed(1)} s`)}`);
    }
    if (failed !== undefined) {
      print(`  ${pc.red("failed")} ${label(failed.urn)}`);
    }
    const diagnostic = event.diagnosticEvent;
    if (diagnostic !== undefined && (diagnostic.severity === "warning" || diagnostic.severity === "error")) {
      const where = diagnostic.urn ? `${label(diagnostic.urn)}: ` : "";
      print(`  ${pc.yellow(diagnostic.severity)} ${where}${plain(diagnostic.message)}`);
    }
  };
}

/** An engine message without the colour marks it carries. */
function plain(message: string): string {
  return message.replace(/<\{%[^%]*%\}>/g, "").trim();
}

/** `5 to create, 2 unchanged`: what an operation did or will do. */
export function changeSummary(changes: OpMap | undefined): string {
  const parts = Object.entries(changes ?? {}).map(([op, count]) => `${count} ${op === "same" ? "unchanged" : op}`);
  return parts.length === 0 ? "nothing" : parts.join(", ");
}

/** Whether an operation left everything as it was. */
export function nothingChanged(changes: OpMap | undefined): boolean {
  return Object.keys(changes ?? {}).every((op) => op === "same");
}
