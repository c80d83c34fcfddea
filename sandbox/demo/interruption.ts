/**
 * What Ctrl-C, or a SIGTERM, does. The signals stay caught to the end: a process that is loaded through tsx ends itself at the first signal
 * for which no listener is left, and then stops nothing that it has started.
 */
export class Interruption {
  private act: () => void = () => undefined;

  constructor() {
    process.on("SIGINT", () => this.interrupt()).on("SIGTERM", () => this.interrupt());
  }

  /** Does this at the next interruption, in place of what was said before. */
  onceInterrupted(act: () => void): void {
    this.act = act;
  }

  private interrupt(): void {
    const { act } = this;
    this.act = () => undefined;
    act();
  }
}
