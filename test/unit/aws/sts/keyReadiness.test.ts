import { describe, expect, it } from "vitest";
import { stsRegionOf, waitForIdentity } from "../../../../src/aws/sts/keyReadiness.js";

const identity = { accountId: "123456789012", arn: "arn:aws:iam::123456789012:user/root" };

function awsError(name: string): Error {
  return Object.assign(new Error(`${name} said AWS`), { name });
}

/** Answers in turn, the last one for ever. */
function answering(...answers: (typeof identity | Error)[]) {
  const asked = { times: 0 };
  const ask = async () => {
    asked.times += 1;
    const answer = answers[Math.min(asked.times, answers.length) - 1]!;
    if (answer instanceof Error) {
      throw answer;
    }
    return answer;
  };
  return { ask, asked };
}

const quick = { intervalMs: 0, timeoutMs: 2_000 };

describe("waitForIdentity", () => {
  it("wants five good answers in a row", async () => {
    const { ask, asked } = answering(
      awsError("InvalidClientTokenId"),
      identity,
      identity,
      identity,
      identity,
      awsError("InvalidClientTokenId"),
      identity,
    );
    expect(await waitForIdentity("AKIA1", ask, quick)).toEqual(identity);
    expect(asked.times).toBe(11);
  });

  it("waits through refusals of a new key, throttling and lost connections", async () => {
    const { ask, asked } = answering(
      awsError("SignatureDoesNotMatch"),
      awsError("AccessDenied"),
      awsError("ThrottlingException"),
      awsError("TimeoutError"),
      identity,
    );
    await waitForIdentity("AKIA1", ask, { ...quick, consecutiveSuccesses: 2 });
    expect(asked.times).toBe(6);
  });

  it("ends at its time limit, with AWS's last answer", async () => {
    const { ask } = answering(awsError("InvalidClientTokenId"));
    await expect(waitForIdentity("AKIA1", ask, { intervalMs: 10, timeoutMs: 60 })).rejects.toThrow(
      "access key AKIA1 was not accepted by AWS within 0.06 s: InvalidClientTokenId: InvalidClientTokenId said AWS. " +
        "Was it deleted or rotated? Is the region of the key's own partition?",
    );
  });

  it("does not wait where waiting cannot help", async () => {
    const { ask, asked } = answering(awsError("ExpiredToken"));
    await expect(waitForIdentity("ASIA1", ask, quick)).rejects.toThrow(
      "access key ASIA1 is rejected by AWS: ExpiredToken: ExpiredToken said AWS",
    );
    expect(asked.times).toBe(1);
  });

  it("tells of a wait at the first refusal, not again at once, and not at all without one", async () => {
    const told: string[] = [];
    const onWait = (message: string) => void told.push(message);
    const refused = answering(awsError("InvalidClientTokenId"), awsError("SignatureDoesNotMatch"), identity);
    await waitForIdentity("AKIA1", refused.ask, { ...quick, onWait });
    expect(told).toEqual([
      "waiting for AWS to accept access key AKIA1, 0 s so far (InvalidClientTokenId: InvalidClientTokenId said AWS)",
    ]);
    await waitForIdentity("AKIA2", answering(identity).ask, { ...quick, onWait });
    expect(told).toHaveLength(1);
  });
});

describe("the region of STS where none is given", () => {
  it.each<[string | undefined, NodeJS.ProcessEnv, string]>([
    [undefined, {}, "us-east-1"],
    ["https://sts.cn-north-1.amazonaws.com.cn", { AWS_REGION: "eu-west-1" }, "cn-north-1"],
    ["https://vpce-1.sts.us-gov-west-1.vpce.amazonaws.com", {}, "us-gov-west-1"],
    ["https://sts-fips.us-gov-east-1.amazonaws.com/", {}, "us-gov-east-1"],
    ["https://sts.eusc-de-east-1.amazonaws.eu", {}, "eusc-de-east-1"],
    ["http://localhost:5000", { AWS_DEFAULT_REGION: "cn-northwest-1" }, "cn-northwest-1"],
    ["https://sts.amazonaws.com", { AWS_REGION: "", AWS_DEFAULT_REGION: "eu-west-1" }, "eu-west-1"],
  ])("with endpoint %s and %j is %s", (endpoint, environment, region) => {
    expect(stsRegionOf({ endpoint }, environment)).toBe(region);
  });

  it.each<[string, NodeJS.ProcessEnv, string]>([
    ["arn:aws-cn:sts::123456789012:assumed-role/deploy/vault-1", {}, "cn-north-1"],
    ["arn:aws-cn:iam::123456789012:role/deploy", { AWS_REGION: "eu-west-1" }, "cn-north-1"],
    ["arn:aws-cn:iam::123456789012:role/deploy", { AWS_REGION: "cn-northwest-1" }, "cn-northwest-1"],
    ["arn:aws-us-gov:iam::123456789012:user/deploy", { AWS_REGION: "us-east-1" }, "us-gov-west-1"],
    ["arn:aws-eusc:iam::123456789012:role/deploy", {}, "eusc-de-east-1"],
    ["arn:aws-iso-b:iam::123456789012:role/deploy", { AWS_REGION: "us-iso-east-1" }, "us-isob-east-1"],
    ["arn:aws:iam::123456789012:role/deploy", { AWS_REGION: "us-gov-west-1" }, "us-east-1"],
    ["arn:aws:iam::123456789012:role/deploy", { AWS_REGION: "eu-west-1" }, "eu-west-1"],
  ])("with an ARN of the partition, %s, and %j is %s", (arn, environment, region) => {
    expect(stsRegionOf({ arn }, environment)).toBe(region);
  });

  it("is that of the endpoint, whatever the ARN says", () => {
    const endpoint = "https://sts.cn-northwest-1.amazonaws.com.cn";
    expect(stsRegionOf({ endpoint, arn: "arn:aws:iam::123456789012:role/deploy" }, {})).toBe("cn-northwest-1");
  });
});
