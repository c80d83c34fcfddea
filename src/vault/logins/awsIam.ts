import { loadSts } from "../../aws/sts/loadSts.js";
import type { AwsIamLogin } from "../login.js";
import type { Environment } from "../../internal/environmentProxy.js";

/** The part of a login body that carries a signed request for Vault to make. */
export interface SignedCallerIdentity {
  readonly iam_http_request_method: string;
  readonly iam_request_url: string;
  readonly iam_request_body: string;
  readonly iam_request_headers: string;
}

interface SignedRequest {
  readonly method: string;
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

class Captured extends Error {
  constructor(readonly request: SignedRequest) {
    super("signed");
  }
}

/**
 * Signs a GetCallerIdentity without making the call: Vault makes it, and so learns which principal signed.
 *
 * The SDK's own client signs, with its usual chain of credentials; a request handler that keeps the request stands in for the network.
 */
export async function signedCallerIdentity(
  login: AwsIamLogin,
  environment: Environment,
): Promise<SignedCallerIdentity> {
  const { GetCallerIdentityCommand, STSClient } = await loadSts();
  const region = login.region ?? environment.AWS_REGION ?? environment.AWS_DEFAULT_REGION ?? "us-east-1";
  const client = new STSClient({
    region,
    endpoint: login.stsEndpoint,
    maxAttempts: 1,
    requestHandler: {
      handle: (request: unknown) => Promise.reject(new Captured(request as SignedRequest)),
    },
  });
  const { serverId } = login;
  if (serverId !== undefined) {
    client.middlewareStack.add(
      (next) => (args) => {
        (args.request as { headers: Record<string, string> }).headers["x-vault-aws-iam-server-id"] = serverId;
        return next(args);
      },
      { step: "build", name: "vaultServerId" },
    );
  }
  try {
    await client.send(new GetCallerIdentityCommand({}));
  } catch (error) {
    if (error instanceof Captured) {
      return loginBody(error.request);
    }
    throw new Error(`login of kind awsIam: cannot sign as an AWS principal: ${(error as Error).message}`, {
      cause: error,
    });
  } finally {
    client.destroy();
  }
  throw new Error("login of kind awsIam: the AWS SDK did not hand over the signed request");
}

function loginBody(request: SignedRequest): SignedCallerIdentity {
  const port = request.port === undefined ? "" : `:${request.port}`;
  const url = `${request.protocol}//${request.hostname}${port}${request.path}`;
  const base64 = (text: string) => Buffer.from(text, "utf8").toString("base64");
  return {
    iam_http_request_method: request.method,
    iam_request_url: base64(url),
    iam_request_body: base64(String(request.body)),
    iam_request_headers: base64(JSON.stringify(request.headers)),
  };
}
