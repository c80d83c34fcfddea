/** One call that AWS got, newest last. Parameters are not kept, since they can be secret. */
export interface LoggedRequest {
  readonly requestId: string;
  /** ISO 8601. */
  readonly time: string;
  /** `iam:CreateUser`. Absent where the request could not be read. */
  readonly action?: string;
  readonly region?: string;
  /** ARN of the caller. Absent where the credentials were refused. */
  readonly principal?: string;
  readonly account?: string;
  readonly accessKeyId?: string;
  /** Everything that the caller's policies had to allow; empty for calls that need no permission. */
  readonly needs?: readonly { readonly action: string; readonly resource: string }[];
  /** `denied`: by policies. `rejected`: bad credentials or parameters. `fault`: by {@link AwsControl.fail}. */
  readonly decision: "allowed" | "denied" | "rejected" | "fault" | "failed";
  readonly status: number;
  /** AWS's error code, as the Query protocol names it. */
  readonly code?: string;
}

/** A failure that a test asks for. */
export interface AwsFault {
  /** `iam:CreateAccessKey`; wildcards allowed. */
  readonly action: string;
  /** AWS's error code: `Throttling`, `ServiceUnavailable`. */
  readonly code: string;
  readonly message?: string;
  /** HTTP status. Default 400. */
  readonly status?: number;
  /** How many calls fail. Default 1. */
  readonly count?: number;
  /** The call takes effect and only its answer is lost. Default false. */
  readonly after?: boolean;
  /** ARN of the callers that are hit; wildcards allowed. Default: everyone. */
  readonly principal?: string;
}

/** A set of public keys as OpenID Connect publishes it (RFC 7517). */
export interface JsonWebKeySet {
  readonly keys: readonly Record<string, unknown>[];
}

/** What tests may ask of the sandbox's AWS besides AWS's own API. */
export interface AwsControl {
  /** The calls so far, from all callers or from the one with this ARN. */
  readonly requests: (principalArn?: string) => Promise<LoggedRequest[]>;
  readonly clearRequests: () => Promise<void>;
  /** Makes coming calls fail. */
  readonly fail: (fault: AwsFault) => Promise<void>;
  readonly clearFaults: () => Promise<void>;
  /** Moves AWS's idea of the time forward: sessions expire, new keys become valid. It cannot be moved back. */
  readonly advanceClock: (seconds: number) => Promise<void>;
  /** Seconds during which access keys that are made from now on are rejected. */
  readonly setKeyDelay: (seconds: number) => Promise<void>;
  /** Hands over an OpenID Connect issuer's public keys, which AWS itself would fetch from the issuer over HTTPS. */
  readonly putIssuer: (issuer: string, jwks: JsonWebKeySet) => Promise<void>;
}

/** The control calls of an AWS that listens at `endpoint`. */
export function awsControl(endpoint: string, secret: string): AwsControl {
  const call = async (method: string, route: string, content?: unknown): Promise<unknown> => {
    const response = await fetch(`${endpoint}/_sandbox/${route}`, {
      method,
      headers: { authorization: `Bearer ${secret}` },
      body: content === undefined ? undefined : JSON.stringify(content),
      signal: AbortSignal.timeout(30_000),
    });
    const answer: unknown = await response.json();
    if (!response.ok) {
      throw new Error(`The sandbox's AWS refused ${method} ${route}: ${JSON.stringify(answer)}`);
    }
    return answer;
  };
  const send = async (method: string, route: string, content?: unknown): Promise<void> => {
    await call(method, route, content);
  };
  return {
    requests: async (principalArn) => {
      const { requests } = (await call("GET", "requests")) as { requests: LoggedRequest[] };
      return principalArn === undefined ? requests : requests.filter((request) => request.principal === principalArn);
    },
    clearRequests: () => send("DELETE", "requests"),
    fail: (fault) => send("POST", "faults", fault),
    clearFaults: () => send("DELETE", "faults"),
    advanceClock: (seconds) => send("POST", "clock", { advanceSeconds: seconds }),
    setKeyDelay: (seconds) => send("PUT", "key-delay", { seconds }),
    putIssuer: (issuer, jwks) => send("PUT", "issuers", { issuer, jwks }),
  };
}
