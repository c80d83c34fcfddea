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
