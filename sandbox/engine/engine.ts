import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, symlinkSync } from "node:fs";
import path from "node:path";
import type { PulumiFn, Stack } from "@pulumi/pulumi/automation/index.js";
import { writeStackConfig, type ConfigValues } from "./stackConfig.js";
import { engineEnvironment, type AwsTarget } from "./environment.js";
import { installLanguageHosts, type LanguageHosts } from "./languageHosts.js";
import { installPlugins, type PluginsInUse } from "./installPlugins.js";

export interface EngineOptions {
  /** Folder for everything the engine writes: state, plugins, projects. Nothing is written outside it. */
  readonly workDir: string;
  /** Full path of the `pulumi` command. */
  readonly pulumi: string;
  /**
   * Folder whose installed `@pulumi/aws` and `@pulumi/kubernetes` the programs use: the plugins must be of their versions.
   * Default: this repository.
   */
  readonly sdkFolder?: string;
  /** Use the machine's released AWS and Kubernetes plugins instead of the stand-ins. Default false. */
  readonly releasedPlugins?: boolean;
  /** Languages of programs that are run by their Pulumi.yaml. Programs in this process, given to `createStack`, need none. Default: none. */
  readonly languageHosts?: LanguageHosts;
  /** The AWS that programs reach unless their provider says otherwise. Default: none. */
  readonly aws?: AwsTarget;
  /** The cluster that programs reach unless their provider says otherwise. Default: none. */
  readonly kubeconfigPath?: string;
  /** More variables for the engine and its plugins. Variables named PULUMI_*, AWS_*, VAULT_*, KUBECONFIG come only from here. */
  readonly env?: Readonly<Record<string, string>>;
  readonly log?: (line: string) => void;
}

export interface StackOptions {
  readonly projectName: string;
  readonly stackName: string;
  /** The program; what it returns becomes the stack's outputs. */
  readonly program: PulumiFn;
  /**
   * The project's folder, with the `node_modules` that dynamic resources find their code in: plugins run there. Only read, never
   * written to.
   */
  readonly programDirectory: string;
  /** Stack configuration by full key, `project:key`. Secret values never are on an argument list. */
  readonly config?: ConfigValues;
}

/** A Pulumi engine with a home, a state backend, and plugins of its own. */
export interface Engine {
  readonly pluginsInUse: PluginsInUse;
  /** What the `pulumi` command needs in its environment to work on the engine's stacks. Holds the passphrase of the state's secrets. */
  readonly environment: Readonly<Record<string, string>>;
  /** The stack of this name, made if there is none yet, with this program and configuration. */
  readonly createStack: (options: StackOptions) => Promise<Stack>;
  /** Where `pulumi` commands on stacks of this project run. */
  readonly projectFolder: (projectName: string) => string;
  /**
   * Runs the `pulumi` command, with `env` on top of the engine's environment.
   *
   * @returns what it printed to standard output
   * @throws Error with all that it printed, where it fails
   */
  readonly run: (args: readonly string[], folder: string, env?: Readonly<Record<string, string>>) => Promise<string>;
  /**
   * Everything that is kept of the engine's stacks as it lies on disk: states, their backups and history, configuration. The Automation
   * API's exportStack decrypts secrets; here they are as whoever takes the files would see them.
   */
  readonly storedText: () => string;
}

/**
 * Sets up a Pulumi engine in a folder of its own.
 *
 * @throws Error when the `pulumi` command is not there, or is too old for the Automation API
 */
export async function createEngine(options: EngineOptions): Promise<Engine> {
  const root = path.join(options.workDir, "engine");
  const pulumiHome = path.join(root, "home");
  const stateFolder = path.join(root, "state");
  const binFolder = path.join(root, "bin");
  for (const folder of [pulumiHome, stateFolder, binFolder]) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }
  // The Automation API wants a folder with bin/pulumi, and puts it first on PATH.
  const command = path.join(binFolder, "pulumi");
  if (!existsSync(command)) {
    symlinkSync(options.pulumi, command);
  }
  const started = Date.now();
  const pluginsInUse = await installPlugins(pulumiHome, {
    programFolder: options.sdkFolder ?? path.join(__dirname, "..", ".."),
    releasedPlugins: options.releasedPlugins ?? false,
  });
  installLanguageHosts(pulumiHome, options.languageHosts ?? {});
  const passphrase = randomBytes(24).toString("base64url");
  const variables = engineEnvironment({
    pulumiHome,
    stateFolder,
    passphrase,
    aws: options.aws,
    kubeconfigPath: options.kubeconfigPath,
    env: options.env,
  });
  const { LocalWorkspace, PulumiCommand } = await import("@pulumi/pulumi/automation/index.js");
  const pulumiCommand = await PulumiCommand.get({ root });
  options.log?.(
    `engine: Pulumi ${pulumiCommand.version?.version ?? "of unknown version"} ready in ${Date.now() - started} ms`,
  );

  const projectFolder = (projectName: string): string => path.join(root, "projects", projectName);
  return {
    pluginsInUse,
    environment: defined(variables),
    projectFolder,
    run: (args, folder, env) => runCommand(command, args, folder, { ...process.env, ...variables, ...env }),
    storedText: () => [stateFolder, path.join(root, "projects")].map(textOf).join("\n"),
    createStack: async ({ projectName, stackName, program, programDirectory, config }) => {
      const folder = projectFolder(projectName);
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      const stack = await LocalWorkspace.createOrSelectStack(
        { projectName, stackName, program },
        {
          workDir: folder,
          pulumiHome,
          pulumiCommand,
          // Plugins run in the folder of `main`, so that they find what the program finds.
          projectSettings: { name: projectName, runtime: "nodejs", main: path.resolve(programDirectory) },
          // The type has no room for undefined, which is how a variable of this process is kept from the engine.
          envVars: variables as Record<string, string>,
        },
      );
      await writeStackConfig(stack, config ?? {}, {
        command,
        folder,
        env: { ...process.env, ...variables },
      });
      return stack;
    },
  };
}

async function runCommand(
  command: string,
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
): Promise<string> {
  const { execa } = await import("execa");
  const result = await execa(command, args, { cwd, env, extendEnv: false, reject: false, maxBuffer: 64 * 1024 * 1024 });
  if (result.exitCode !== 0) {
    throw new Error(`pulumi ${args.join(" ")} failed:\n${result.stdout}\n${result.stderr}`);
  }
  return result.stdout;
}

function textOf(folder: string): string {
  const files = existsSync(folder) ? readdirSync(folder, { recursive: true, withFileTypes: true }) : [];
  return files
    .filter((file) => file.isFile())
    .map((file) => readFileSync(path.join(file.parentPath, file.name), "utf8"))
    .join("\n");
}

function defined(variables: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(variables).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
