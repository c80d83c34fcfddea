import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import path from "node:path";
import { RunResponse, type RunRequest } from "@pulumi/pulumi/proto/language_pb.js";

/** What the SDK's runner ends with when it has told the user everything itself. */
const exitAfterUserMessage = 32;

/** Runs a program with the SDK that it has installed, and waits for its end. */
export async function runProgram(request: RunRequest, engineAddress: string | undefined): Promise<RunResponse> {
  const info = request.getInfo();
  const folder = info?.getProgramDirectory() || request.getPwd();
  const runner = createRequire(path.join(folder, "package.json")).resolve("@pulumi/pulumi/cmd/run");
  const child = spawn(process.execPath, [runner, ...runnerArguments(request, engineAddress)], {
    cwd: folder,
    env: runnerEnvironment(request),
    stdio: ["ignore", "inherit", "inherit"],
  });
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  const response = new RunResponse();
  if (exitCode === exitAfterUserMessage) {
    response.setBail(true);
  } else if (exitCode !== 0) {
    response.setError(`Program exited with non-zero exit code: ${exitCode}`);
  }
  return response;
}

function runnerArguments(request: RunRequest, engineAddress: string | undefined): string[] {
  const info = request.getInfo();
  const named: Record<string, string | undefined> = {
    monitor: request.getMonitorAddress(),
    engine: engineAddress,
    organization: request.getOrganization(),
    project: request.getProject(),
    stack: request.getStack(),
    pwd: info?.getProgramDirectory() || request.getPwd(),
    parallel: String(request.getParallel()),
  };
  return [
    ...Object.entries(named).flatMap(([name, value]) => (value ? [`--${name}`, value] : [])),
    ...(request.getDryrun() ? ["--dry-run"] : []),
    ...(request.getQuerymode() ? ["--query-mode"] : []),
    info?.getEntryPoint() || request.getProgram() || ".",
    ...request.getArgsList(),
  ];
}

function runnerEnvironment(request: RunRequest): NodeJS.ProcessEnv {
  const typescript = request.getInfo()?.getOptions()?.toJavaScript().typescript;
  return {
    ...process.env,
    PULUMI_NODEJS_TYPESCRIPT: typescript === false ? "false" : "true",
    PULUMI_CONFIG: JSON.stringify(Object.fromEntries(request.getConfigMap().toArray())),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
  };
}
