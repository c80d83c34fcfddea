import { generateKeyPairSync, sign } from "node:crypto";
import { CreateOpenIDConnectProviderCommand } from "@aws-sdk/client-iam";
import { AssumeRoleWithWebIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { irsaTrustPolicy } from "../../../src/iam/policies/irsaTrustPolicy.js";
import { derivedRootPolicy } from "../../../src/iam/policies/rootPolicy.js";
import { checkRootPolicy } from "../../../src/iam/analysis/checkRootPolicy.js";
import { assumableRoleTrustPolicy } from "../../../src/iam/policies/trustPolicy.js";
import type { AwsSecretsRoleSpec } from "../../../src/secretsengine/roleSpec.js";
import { mutantsOf } from "../../unit/iam/support/mutants.js";
import { outcome } from "../aws/support.js";
import { accountId, Stage, type Engine } from "./stage.js";

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.start();
});
afterAll(async () => {
  await stage.stop();
});

describe("the trust policy of assumable roles", () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await stage.makeEngine("trusted");
  });

  /** Reads credentials of a role of the other account that has this trust policy, and proves beforehand whether that works. */
  async function tryRole(
    name: string,
    trustPolicy: ReturnType<typeof assumableRoleTrustPolicy>,
    options: Pick<AwsSecretsRoleSpec, "externalId" | "sessionTags">,
  ): Promise<{ proven: boolean; worked: boolean }> {
    const roleArn = await stage.makeRole(name, trustPolicy, stage.farAdmin);
    const roles = { [name]: { credentialType: "assumed_role" as const, roleArns: [roleArn], ...options } };
    const policy = derivedRootPolicy({ partition: "aws", accountId, principalArn: engine.arn, roles });
    await engine.grant(policy);
    const findings = checkRootPolicy({
      principalArn: engine.arn,
      policies: [policy],
      roles,
      trustPolicies: { [roleArn]: trustPolicy },
    });
    await engine.writeRole(name, roles[name] ?? { credentialType: "assumed_role" });
    const worked = await engine.read(name).then(
      () => true,
      () => false,
    );
    return { proven: findings.length === 0, worked };
  }

  const externalId = "platform";
  const sessionTags = { team: "devs" };

  test.each<
    [
      string,
      { externalId?: string; sessionTags?: boolean },
      Pick<AwsSecretsRoleSpec, "externalId" | "sessionTags">,
      boolean,
    ]
  >([
    ["plain", {}, {}, true],
    ["with-id", { externalId }, { externalId }, true],
    ["with-tags", { sessionTags: true }, { sessionTags }, true],
    ["with-both", { externalId, sessionTags: true }, { externalId, sessionTags }, true],
    ["id-not-asked-for", {}, { externalId }, true],
    ["without-id", { externalId }, {}, false],
    ["with-another-id", { externalId }, { externalId: "other" }, false],
    ["without-tagging", {}, { sessionTags }, false],
  ])("%s", async (name, trusting, role, expected) => {
    const trustPolicy = assumableRoleTrustPolicy({ trustedPrincipalArn: engine.arn, ...trusting });
    expect(await tryRole(name, trustPolicy, role)).toEqual({ proven: expected, worked: expected });
  });

  test("lets nobody in without any one of its actions", async () => {
    const full = assumableRoleTrustPolicy({ trustedPrincipalArn: engine.arn, externalId, sessionTags: true });
    for (const [index, mutant] of mutantsOf(full).entries()) {
      const result = await tryRole(`mutant-${index}`, mutant.policy, { externalId, sessionTags });
      expect(result, `without ${mutant.without}`).toEqual({ proven: false, worked: false });
    }
  });

  test("lets no other user of the account in", async () => {
    const other = await stage.makeEngine("other");
    const trustPolicy = assumableRoleTrustPolicy({ trustedPrincipalArn: other.arn });
    expect(await tryRole("of-another", trustPolicy, {})).toEqual({ proven: false, worked: false });
  });
});

describe("the trust policy for a ServiceAccount", () => {
  const issuer = "https://oidc.eks.us-east-1.amazonaws.com/id/ABC";
  const signer = generateKeyPairSync("rsa", { modulusLength: 2048 });
  let roleArn: string;

  beforeAll(async () => {
    const key = { ...signer.publicKey.export({ format: "jwk" }), kid: "key-1", alg: "RS256", use: "sig" };
    await stage.aws.control.putIssuer(issuer, { keys: [key] });
    // The provider takes a second audience, as one that other tools share does; the role must not.
    const { OpenIDConnectProviderArn: oidcProviderArn = "" } = await stage.admin.iam.send(
      new CreateOpenIDConnectProviderCommand({ Url: issuer, ClientIDList: ["sts.amazonaws.com", "other"] }),
    );
    const subject = { oidcProviderArn, namespace: "security", serviceAccountName: "vault" };
    roleArn = await stage.makeRole("vault-pods", irsaTrustPolicy(subject));
  });

  function token(sub: string, aud: string): string {
    const now = Math.floor(Date.now() / 1000);
    const signed = [
      { alg: "RS256", kid: "key-1", typ: "JWT" },
      { iss: issuer, sub, aud: [aud], iat: now, exp: now + 600 },
    ]
      .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
      .join(".");
    return `${signed}.${sign("sha256", Buffer.from(signed), signer.privateKey).toString("base64url")}`;
  }

  test.each([
    ["the ServiceAccount", "system:serviceaccount:security:vault", "sts.amazonaws.com", "allowed"],
    [
      "one of the same name in another namespace",
      "system:serviceaccount:default:vault",
      "sts.amazonaws.com",
      "AccessDenied",
    ],
    ["another one of the namespace", "system:serviceaccount:security:vault2", "sts.amazonaws.com", "AccessDenied"],
    ["a token for somebody else", "system:serviceaccount:security:vault", "other", "AccessDenied"],
  ])("%s", async (_what, subject, audience, expected) => {
    const sts = new STSClient({ endpoint: stage.aws.endpoint, region: "us-east-1", maxAttempts: 1 });
    const exchange = new AssumeRoleWithWebIdentityCommand({
      RoleArn: roleArn,
      RoleSessionName: "pod",
      WebIdentityToken: token(subject, audience),
    });
    expect(await outcome(sts.send(exchange))).toBe(expected);
  });
});
