import { CreateOpenIDConnectProviderCommand, CreateRoleCommand, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { AssumeRoleWithWebIdentityCommand, GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Aws } from "../../../sandbox/aws/index.js";
import { allow, clients, document, keysOf, messageOf, outcome, startTestAws, trust } from "./support.js";

const issuer = "https://kubernetes.example/cluster-1";
const provider = "kubernetes.example/cluster-1";
const RoleArn = "arn:aws:iam::123456789012:role/irsa";
const signer = generateKeyPairSync("rsa", { modulusLength: 2048 });
let aws: Aws;
let anonymous: STSClient;

interface Claims {
  readonly iss?: string;
  readonly sub?: string;
  readonly aud?: string | string[];
  readonly exp?: number;
}

function part(content: object): string {
  return Buffer.from(JSON.stringify(content)).toString("base64url");
}

/** A token of a ServiceAccount as the API server signs it. */
function token(claims: Claims = {}, key: KeyObject = signer.privateKey): string {
  const now = Math.floor(Date.now() / 1000);
  const full = {
    iss: issuer,
    sub: "system:serviceaccount:vault:vault",
    aud: ["sts.amazonaws.com"],
    iat: now,
    exp: now + 600,
    ...claims,
  };
  const signed = `${part({ alg: "RS256", kid: "key-1", typ: "JWT" })}.${part(full)}`;
  return `${signed}.${sign("sha256", Buffer.from(signed), key).toString("base64url")}`;
}

function exchange(WebIdentityToken: string, arn = RoleArn) {
  const input = { RoleArn: arn, RoleSessionName: "pod", WebIdentityToken };
  return anonymous.send(new AssumeRoleWithWebIdentityCommand(input));
}

beforeAll(async () => {
  aws = await startTestAws();
  anonymous = new STSClient({ endpoint: aws.endpoint, region: aws.region, maxAttempts: 1 });
  const { iam } = clients(aws, aws.admin);
  await aws.control.putIssuer(issuer, {
    keys: [{ ...signer.publicKey.export({ format: "jwk" }), kid: "key-1", alg: "RS256", use: "sig" }],
  });
  const made = await iam.send(
    new CreateOpenIDConnectProviderCommand({
      Url: issuer,
      ClientIDList: ["sts.amazonaws.com"],
      ThumbprintList: ["0".repeat(40)],
    }),
  );
  const condition = {
    StringEquals: {
      [`${provider}:sub`]: "system:serviceaccount:vault:vault",
      [`${provider}:aud`]: "sts.amazonaws.com",
    },
  };
  const statement = trust({ Federated: made.OpenIDConnectProviderArn }, "sts:AssumeRoleWithWebIdentity", condition);
  await iam.send(new CreateRoleCommand({ RoleName: "irsa", AssumeRolePolicyDocument: document(statement) }));
  const PolicyDocument = document(allow("dynamodb:ListTables"));
  await iam.send(new PutRolePolicyCommand({ RoleName: "irsa", PolicyName: "tables", PolicyDocument }));
});
afterAll(async () => {
  await aws.stop();
});

describe("AssumeRoleWithWebIdentity", () => {
  it("gives the role's session to the right token, without any other credentials", async () => {
    const answer = await exchange(token());
    expect(answer.SubjectFromWebIdentityToken).toBe("system:serviceaccount:vault:vault");
    expect(answer.Audience).toBe("sts.amazonaws.com");
    expect(answer.Provider).toBe(`arn:aws:iam::123456789012:oidc-provider/${provider}`);
    const { sts, dynamodb } = clients(aws, keysOf(answer.Credentials));
    expect((await sts.send(new GetCallerIdentityCommand({}))).Arn).toBe(
      "arn:aws:sts::123456789012:assumed-role/irsa/pod",
    );
    expect(await outcome(dynamodb.send(new ListTablesCommand({})))).toBe("allowed");
    await aws.control.advanceClock(3601);
    expect(await outcome(dynamodb.send(new ListTablesCommand({})))).toBe("ExpiredTokenException");
  });

  const later = () => Math.floor(Date.now() / 1000) + 86_400;
  const refused: [string, () => string, string, string][] = [
    [
      "another ServiceAccount",
      () => token({ sub: "system:serviceaccount:vault:default", exp: later() }),
      "AccessDenied",
      "Not authorized to perform sts:AssumeRoleWithWebIdentity",
    ],
    [
      "another audience",
      () => token({ aud: "https://kubernetes.default.svc", exp: later() }),
      "InvalidIdentityTokenException",
      "Incorrect token audience",
    ],
    [
      "another signer",
      () => token({ exp: later() }, generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey),
      "InvalidIdentityTokenException",
      "signature is not valid",
    ],
    [
      "an issuer whose keys nobody knows",
      () => token({ iss: "https://elsewhere.example", exp: later() }),
      "InvalidIdentityTokenException",
      "Couldn't retrieve verification key from your identity provider",
    ],
    ["a token that has expired", () => token({ exp: 1 }), "ExpiredTokenException", "Token expired"],
    ["something that is no token", () => "no.token.atall", "InvalidIdentityTokenException", "not a valid JWT"],
  ];
  it.each(refused)("refuses %s", async (_title, make, code, message) => {
    const text = make();
    expect(await outcome(exchange(text))).toBe(code);
    expect(await messageOf(exchange(text))).toContain(message);
  });

  it("refuses an issuer that the account has not registered, and a role that does not trust it", async () => {
    const unregistered = "https://unregistered.example";
    await aws.control.putIssuer(unregistered, {
      keys: [{ ...signer.publicKey.export({ format: "jwk" }), kid: "key-1" }],
    });
    expect(await messageOf(exchange(token({ iss: unregistered, exp: later() })))).toBe(
      `No OpenIDConnect provider found in your account for ${unregistered}`,
    );
    const { iam } = clients(aws, aws.admin);
    const statement = trust({ AWS: "arn:aws:iam::123456789012:root" }, "sts:AssumeRole");
    await iam.send(new CreateRoleCommand({ RoleName: "other", AssumeRolePolicyDocument: document(statement) }));
    const other = "arn:aws:iam::123456789012:role/other";
    expect(await outcome(exchange(token({ exp: later() }), other))).toBe("AccessDenied");
  });

  it("is in the log with the session that it opened", async () => {
    await aws.control.clearRequests();
    await exchange(token({ exp: later() }));
    const [entry] = await aws.control.requests();
    expect(entry).toMatchObject({
      action: "sts:AssumeRoleWithWebIdentity",
      principal: "arn:aws:sts::123456789012:assumed-role/irsa/pod",
      decision: "allowed",
    });
  });
});
