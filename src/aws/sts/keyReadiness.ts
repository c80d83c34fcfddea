import { pause } from "../../internal/pause.js";
import { parseArn } from "../arns.js";
import { defaultRegionOf, partitionOfRegion } from "../regions.js";
import { loadSts, stsRequestHandler } from "./loadSts.js";

/** An AWS access key, of an IAM user or of a session. */
export interface AccessKeyPair {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** How to find out whether AWS accepts a key yet. */
export interface KeyReadinessOptions {
  /**
   * Region of STS. A key is known in its own partition alone, so a key of China, GovCloud or the European Sovereign Cloud needs a region of it.
   *
   * @default - the region in `endpoint`, else AWS_REGION or AWS_DEFAULT_REGION where it is of the partition of `arn`, else that partition's first,
   * else `us-east-1`
   */
  readonly region?: string;
  /** An ARN of the key's partition, such as that of the role that the session is of. */
  readonly arn?: string;
  /** Endpoint of STS, where it is not the region's own. */
  readonly endpoint?: string;
  /** How many answers in a row have to be good: AWS's servers learn of a new key one by one. Default: 5. */
  readonly consecutiveSuccesses?: number;
  /** Time between two questions. Default: 500. */
  readonly intervalMs?: number;
  /** Longest time to wait in all. Default: 180000. */
  readonly timeoutMs?: number;
  /** Receives what is being waited for: at the first refusal, and every 5 s from then on. */
  readonly onWait?: (message: string) => void;
}

/** Whose key it is. */
export interface CallerIdentity {
  readonly accountId: string;
  readonly arn: string;
}

/** Asks AWS once: `sts:GetCallerIdentity`, which needs no permission. */
export type AskIdentity = (signal: AbortSignal) => Promise<CallerIdentity>;

/** AWS's codes for a key that it does not know, or not everywhere yet. */
const notYet = new Set([
  "InvalidClientTokenId",
  "SignatureDoesNotMatch",
  "AccessDenied",
  "UnrecognizedClientException",
]);

/** The key was not accepted in time, or never will be. */
export class KeyNotAcceptedError extends Error {
  override readonly name = "KeyNotAcceptedError";
}

/**
 * Waits until AWS accepts a new access key everywhere: IAM takes some seconds to make it known.
 *
 * @throws KeyNotAcceptedError with AWS's last answer, when time runs out, or at once where waiting cannot help
 */
export async function waitUntilAccepted(
  key: AccessKeyPair,
  options: KeyReadinessOptions = {},
): Promise<CallerIdentity> {
  const { GetCallerIdentityCommand, STSClient } = await loadSts();
  const client = new STSClient({
    region: options.region ?? stsRegionOf(options, process.env),
    endpoint: options.endpoint,
    credentials: key,
    maxAttempts: 1,
    requestHandler: await stsRequestHandler(),
  });
  try {
    return await waitForIdentity(
      key.accessKeyId,
      async (signal) => {
        const answer = await client.send(new GetCallerIdentityCommand({}), { abortSignal: signal });
        return { accountId: answer.Account ?? "", arn: answer.Arn ?? "" };
      },
      options,
    );
  } finally {
    client.destroy();
  }
}

/**
 * The region of STS where none is given: each partition has an STS of its own, which alone knows its keys.
 *
 * @param options `endpoint`: that of STS, where it is not the region's own: `https://sts.cn-north-1.amazonaws.com.cn`
 */
export function stsRegionOf(
  { endpoint, arn }: Pick<KeyReadinessOptions, "endpoint" | "arn">,
  environment: NodeJS.ProcessEnv,
): string {
  const [, region] = /^https?:\/\/(?:[^/]*\.)?sts(?:-fips)?\.([a-z]{2,}(?:-[a-z]+)+-\d+)\./i.exec(endpoint ?? "") ?? [];
  const general = environment.AWS_REGION || environment.AWS_DEFAULT_REGION;
  const partition = parseArn(arn ?? "")?.partition;
  const isOfPartition = general && (partition === undefined || partitionOfRegion(general) === partition);
  return region ?? (isOfPartition ? general : (defaultRegionOf(partition ?? "aws") ?? "us-east-1"));
}

/** {@link waitUntilAccepted}, with the question to AWS given. */
export async function waitForIdentity(
  accessKeyId: string,
  ask: AskIdentity,
  options: KeyReadinessOptions = {},
): Promise<CallerIdentity> {
  const wanted = options.consecutiveSuccesses ?? 5;
  const timeoutMs = options.timeoutMs ?? 180_000;
  const started = Date.now();
  const deadline = AbortSignal.timeout(timeoutMs);
  let successes = 0;
  let lastAnswer: string | undefined;
  let reported: number | undefined;
  while (!deadline.aborted) {
    try {
      const identity = await ask(deadline);
      successes += 1;
      if (successes >= wanted) {
        return identity;
      }
    } catch (error) {
      if (deadline.aborted) {
        break;
      }
      successes = 0;
      lastAnswer = answerOf(error);
      if (isFinal(error)) {
        throw new KeyNotAcceptedError(`access key ${accessKeyId} is rejected by AWS: ${lastAnswer}`);
      }
    }
    // A key that is accepted at once is not worth a line.
    if (lastAnswer !== undefined && (reported === undefined || Date.now() - reported >= 5_000)) {
      reported = Date.now();
      const seconds = Math.round((reported - started) / 1000);
      options.onWait?.(`waiting for AWS to accept access key ${accessKeyId}, ${seconds} s so far (${lastAnswer})`);
    }
    await pause(options.intervalMs ?? 500);
  }
  throw new KeyNotAcceptedError(
    `access key ${accessKeyId} was not accepted by AWS within ${timeoutMs / 1000} s: ${lastAnswer ?? "no answer yet"}. ` +
      "Was it deleted or rotated? Is the region of the key's own partition?",
  );
}

function answerOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

/** Whether AWS gave an answer that more time does not change. What is no answer of AWS (connections, throttling) may pass. */
function isFinal(error: unknown): boolean {
  if (!(error instanceof Error) || notYet.has(error.name)) {
    return false;
  }
  return ["ExpiredToken", "ExpiredTokenException", "RegionDisabledException", "CredentialsProviderError"].includes(
    error.name,
  );
}
