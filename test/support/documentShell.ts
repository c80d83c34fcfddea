import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";

/** Answers a command of a document in the test's own process: what it returns is the command's output, an error its failure. */
export type Command = (args: readonly string[], folder: string) => Promise<string>;

export interface DocumentShellOptions {
  /** Variables of every command. */
  readonly environment: Readonly<Record<string, string>>;
  /** Folders with the tools that documents call. */
  readonly toolFolders: readonly string[];
  /** Programs that the test answers itself, by their names. */
  readonly commands: Readonly<Record<string, Command>>;
}

/** A shell in which a reader of the documents types what is printed there. */
export interface DocumentShell {
  /**
   * Runs the text of a block, to its end or to the first command that fails.
   *
   * @returns what it printed to standard output
   * @throws Error with all that it printed, where a command fails
   */
  readonly run: (text: string, folder: string, environment?: Readonly<Record<string, string>>) => Promise<string>;
  readonly stop: () => Promise<void>;
}

/** Asks the test what a command is to print. */
const stub = (port: number) => `#!${process.execPath}
const name = require("node:path").basename(process.argv[1]);
const body = JSON.stringify({ name, args: process.argv.slice(2), folder: process.cwd() });
fetch("http://127.0.0.1:${port}", { method: "POST", body }).then(async (answer) => {
  const text = await answer.text();
  (answer.ok ? process.stdout : process.stderr).write(text);
  process.exitCode = answer.ok ? 0 : 1;
});
`;

export async function documentShell(options: DocumentShellOptions): Promise<DocumentShell> {
  const { environment, toolFolders, commands } = options;
  const server = await listen(commands);
  const bin = await mkdtemp(path.join(tmpdir(), "document-shell-"));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  for (const name of Object.keys(commands)) {
    await writeFile(path.join(bin, name), stub(port));
    await chmod(path.join(bin, name), 0o755);
  }
  return {
    run: async (text, folder, more = {}) => {
      const { exitCode, stdout, stderr } = await execa("bash", ["-euo", "pipefail", "-c", text], {
        cwd: folder,
        reject: false,
        stdin: "ignore",
        maxBuffer: 64 * 1024 * 1024,
        env: {
          ...environment,
          // A reader says yes.
          PULUMI_SKIP_CONFIRMATIONS: "true",
          PATH: [bin, ...toolFolders, process.env.PATH].join(path.delimiter),
          ...more,
        },
      });
      if (exitCode !== 0) {
        throw new Error(`The shell ended with ${exitCode}:\n${text}\n${stdout}\n${stderr}`);
      }
      return stdout;
    },
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await rm(bin, { recursive: true, force: true });
    },
  };
}

async function listen(commands: DocumentShellOptions["commands"]): Promise<Server> {
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      const { name, args, folder } = JSON.parse(body) as { name: string; args: string[]; folder: string };
      const command = commands[name];
      const answer = command === undefined ? Promise.reject(new Error(`no command ${name}`)) : command(args, folder);
      answer.then(
        (text) => response.end(text),
        (error: unknown) => {
          response.statusCode = 500;
          response.end(error instanceof Error ? error.message : String(error));
        },
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}
