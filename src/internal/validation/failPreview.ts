/** The exit code by which the SDK's program runner tells the language host that the errors have been shown already. */
const exitAfterShownErrors = 32;

/**
 * Makes the process of a program end with a non-zero exit code, so that its preview fails once it has shown all errors.
 *
 * A logged error alone fails the Automation API's inline programs, which look at the SDK's count of errors. The program runner of the `pulumi`
 * command looks at uncaught errors and at the exit code only. In any other process, such as a tool that runs inline programs or unit tests, the
 * exit code is not ours to set.
 *
 * The code is set at once: the runner tells the engine that a program has succeeded when its event loop is empty, unless a code is set by then.
 */
export function failPreview(): void {
  if (isProgramRunner(process.argv[1])) {
    process.exitCode = process.exitCode || exitAfterShownErrors;
  }
}

/** Whether a process's main script is the SDK's program runner, which the language host starts for each run of a program. */
export function isProgramRunner(mainScript: string | undefined): boolean {
  return mainScript !== undefined && /[\\/]cmd[\\/]run(?:[\\/](?:index(?:\.js)?)?)?$/.test(mainScript);
}
