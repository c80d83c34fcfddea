/**
 * The AWS SDK's client of STS. It is heavy, so that it is loaded where it is used.
 *
 * On a Node.js release that a later SDK will drop, the SDK prints a warning: in a provider plugin it would stand among the messages of every
 * `pulumi up`, for users who never chose the SDK.
 */
export async function loadSts(): Promise<typeof import("@aws-sdk/client-sts")> {
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
  return import("@aws-sdk/client-sts");
}

/** How the SDK makes its requests: within time limits, and by the environment's proxies (HTTPS_PROXY, HTTP_PROXY, NO_PROXY). */
export async function stsRequestHandler() {
  const { environmentProxyAgent } = await import("../proxyAgent.js");
  const agent = environmentProxyAgent();
  return {
    connectionTimeout: 5_000,
    requestTimeout: 10_000,
    throwOnRequestTimeout: true,
    ...(agent === undefined ? {} : { httpAgent: agent, httpsAgent: agent }),
  };
}
