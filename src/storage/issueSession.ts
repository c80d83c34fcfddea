import type { STSClient } from "@aws-sdk/client-sts";
import { stsRequestHandler, waitUntilAccepted } from "../aws/sts/index.js";
import type { IssuedSession, SessionInputs } from "./sessionRequest.js";

/** How long a role, its trust policy and a fresh key may take to be known everywhere in AWS. */
const settlingMs = 60_000;
const intervalMs = 2_000;

/** What AWS answers while it does not know a role or a key everywhere yet. */
const notYet: readonly string[] = ["AccessDenied", "AccessDeniedException", "InvalidClientTokenId"];

/**
 * Asks STS for session credentials.
 *
 * @param onWait receives what is being waited for
 * @throws Error with AWS's own answer
 */
export async function issueSession(inputs: SessionInputs, onWait: (message: string) => void): Promise<IssuedSession> {
  const { accessKeyId, secretAccessKey, region, stsEndpoint } = inputs;
  const key = accessKeyId === undefined || secretAccessKey === undefined ? undefined : { accessKeyId, secretAccessKey };
  if (key !== undefined) {
    await waitUntilAccepted(key, { region, endpoint: stsEndpoint, onWait });
  }
  // The SDK is heavy: loaded where it is used.
  const { STSClient: Client } = await import("@aws-sdk/client-sts");
  const client = new Client({
    region,
    endpoint: stsEndpoint,
    credentials: key,
    requestHandler: await stsRequestHandler(),
  });
  try {
    return await whenSettled(() => ask(client, inputs), onWait);
  } catch (error) {
    const whose = inputs.roleArn === undefined ? `the user of key ${accessKeyId ?? "?"}` : `role ${inputs.roleArn}`;
    const answer = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    throw new Error(`AWS issues no session credentials for ${whose}: ${answer}`, { cause: error });
  } finally {
    client.destroy();
  }
}

async function ask(client: STSClient, inputs: SessionInputs): Promise<IssuedSession> {
  const { AssumeRoleCommand, GetSessionTokenCommand } = await import("@aws-sdk/client-sts");
  const { durationSeconds: DurationSeconds } = inputs;
  const { Credentials } =
    inputs.roleArn === undefined
      ? await client.send(new GetSessionTokenCommand({ DurationSeconds }))
      : await client.send(
          new AssumeRoleCommand({
            RoleArn: inputs.roleArn,
            RoleSessionName: inputs.sessionName,
            ExternalId: inputs.externalId,
            DurationSeconds,
          }),
        );
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = Credentials ?? {};
  if (
    AccessKeyId === undefined ||
    SecretAccessKey === undefined ||
    SessionToken === undefined ||
    Expiration === undefined
  ) {
    throw new Error("the answer of STS holds no credentials");
  }
  return {
    sessionAccessKeyId: AccessKeyId,
    sessionSecretAccessKey: SecretAccessKey,
    sessionToken: SessionToken,
    expiration: Expiration.toISOString(),
  };
}

async function whenSettled<T>(run: () => Promise<T>, onWait: (message: string) => void): Promise<T> {
  const end = Date.now() + settlingMs;
  for (;;) {
    try {
      return await run();
    } catch (error) {
      if (!(error instanceof Error) || !notYet.includes(error.name) || Date.now() + intervalMs > end) {
        throw error;
      }
      onWait(`waiting for AWS to know the role and its trust policy (${error.name})`);
      await new Promise((resolve) => setTimeout(resolve, intervalMs));
    }
  }
}
