import { afterEach, describe, expect, it, vi } from "vitest";
import { waitUntilAccepted } from "../../../../src/aws/sts/keyReadiness.js";
import { waitForKey } from "../../../../src/secretsengine/providers/waitForKey.js";
import type { WorkContext } from "../../../../src/vaultresource/providers/handlers.js";

vi.mock("../../../../src/aws/sts/keyReadiness.js", () => ({ waitUntilAccepted: vi.fn() }));

describe("the wait for a key", () => {
  afterEach(() => vi.clearAllMocks());
  const context = { progress: () => undefined } as unknown as WorkContext;
  const key = { accessKeyId: "AKIA1", secretAccessKey: "x" };
  const session = "arn:aws-cn:sts::123456789012:assumed-role/deploy/vault-1";

  it.each<[object, object, object]>([
    [{}, { arns: ["", session] }, { region: undefined, arn: session, endpoint: undefined }],
    [{}, { arns: [undefined] }, { region: undefined, arn: undefined }],
    [{ keyReadiness: { region: "cn-north-1" } }, { arns: [session] }, { region: "cn-north-1", arn: session }],
    [{}, { region: "eu-west-1", endpoint: "" }, { region: "eu-west-1", arn: undefined, endpoint: undefined }],
  ])("with %j and %j asks at %j", async (inputs, defaults, expected) => {
    await waitForKey(context, inputs as never, key, defaults);
    expect(waitUntilAccepted).toHaveBeenCalledWith(key, expect.objectContaining(expected));
  });

  it("is left out where the argument says so", async () => {
    await waitForKey(context, { keyReadiness: { skip: true } }, key);
    expect(waitUntilAccepted).not.toHaveBeenCalled();
  });
});
