import { AttachUserPolicyCommand, CreateAccessKeyCommand, PutUserPolicyCommand } from "@aws-sdk/client-iam";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { derivedRootPolicy, documentedRootPolicy } from "../../../src/iam/policies/rootPolicy.js";
import { checkRootPolicy } from "../../../src/iam/analysis/checkRootPolicy.js";
import { asList, statementsOf } from "../../../src/iam/policies/statements.js";
import { mutantsOf } from "../../unit/iam/support/mutants.js";
import type { AwsSecretsRoleSpec } from "../../../src/secretsengine/roleSpec.js";
import { clients, outcome } from "../aws/support.js";
import { cases, type Declared } from "./cases.js";
import { accountId, Stage, type Engine } from "./stage.js";

let stage: Stage;

describe.each(["vault", "vault-1.21"] as const)("the derived policy with a real %s and enforced IAM", (release) => {
  beforeAll(async () => {
    stage = await Stage.start(release);
  });
  afterAll(async () => {
    await stage.stop();
  });

  test.each(cases)("$name: suffices, is all used, and fails without any one action", async (one) => {
    const engine = await stage.makeEngine(one.name, one.settings);
    const declared = await one.prepare(engine);
    const policy = derivedRootPolicy({ partition: "aws", accountId, principalArn: engine.arn, ...declared });
    const usernameTemplate = one.settings?.["username_template"];
    const checked = { principalArn: engine.arn, usernameTemplate, ...declared };
    expect(checkRootPolicy({ ...checked, policies: [policy] }).filter(({ severity }) => severity === "error")).toEqual(
      [],
    );

    await engine.grant(policy);
    await stage.aws.control.clearRequests();
    await one.operate(engine, declared);
    const ownActions = statementsOf(policy)
      .filter(({ Sid }) => Sid?.startsWith("Delegated") !== true)
      .flatMap(({ Action }) => asList(Action));
    expect(await engine.usedActions()).toEqual([...new Set(ownActions)].sort());

    for (const mutant of mutantsOf(policy)) {
      await engine.grant(mutant.policy);
      const outcome = await one.operate(engine, declared).then(
        () => "everything worked",
        (error: unknown) => (error as Error).message,
      );
      expect(outcome, `without ${mutant.without}`).toMatch(/AccessDenied|not authorized/);
      expect(
        checkRootPolicy({ ...checked, policies: [mutant.policy] }).filter(({ severity }) => severity === "error"),
        `the analysis without ${mutant.without}`,
      ).not.toEqual([]);
      await engine.forgetLeases();
      await stage.deleteUsers(one.userNamePrefix ?? "vault-");
    }
  });
});

describe("the documented policy with a real Vault and enforced IAM", () => {
  beforeAll(async () => {
    stage = await Stage.start();
  });
  afterAll(async () => {
    await stage.stop();
  });

  const served = ["users-with-managed-policies", "users-with-an-inline-policy", "users-with-a-boundary"];

  test.each(cases.filter(({ name }) => served.includes(name)))("suffices for $name", async (one) => {
    const engine = await stage.makeEngine(`documented-${one.name}`);
    const declared = await one.prepare(engine);
    await engine.grant(documentedRootPolicy({ partition: "aws", accountId }));
    await one.operate(engine, declared);
    expect(await engine.usedActions()).toContain("iam:DeleteUser");
  });
});

describe("the derived policy lets Vault do no more", () => {
  const own = "arn:aws:iam::123456789012:policy/boundary";
  const declared: Declared = {
    roles: { r: { credentialType: "iam_user", permissionsBoundaryArn: own, policyArns: [own], iamGroups: ["devs"] } },
  };
  let engine: Engine;
  beforeAll(async () => {
    stage = await Stage.start();
    await stage.makePolicy("boundary");
    engine = await stage.makeEngine("narrow");
    await engine.grant(derivedRootPolicy({ partition: "aws", accountId, principalArn: engine.arn, ...declared }));
  });
  afterAll(async () => {
    await stage.stop();
  });

  test.each<[string, AwsSecretsRoleSpec]>([
    [
      "attach another policy",
      {
        ...declared.roles["r"],
        credentialType: "iam_user",
        policyArns: ["arn:aws:iam::aws:policy/AdministratorAccess"],
      },
    ],
    ["make users without the boundary", { credentialType: "iam_user", policyArns: [own] }],
    ["make users on another path", { ...declared.roles["r"], credentialType: "iam_user", userPath: "/other/" }],
    ["add users to another group", { ...declared.roles["r"], credentialType: "iam_user", iamGroups: ["ops"] }],
    ["give users an inline policy", { ...declared.roles["r"], credentialType: "iam_user", policyDocument: "{}" }],
    ["take a role", { credentialType: "assumed_role", roleArns: ["arn:aws:iam::123456789012:role/deploy"] }],
    ["ask for federation tokens", { credentialType: "federation_token", policyArns: [own] }],
  ])("not %s", async (_what, role) => {
    await engine.writeRole("r", role);
    await expect(engine.read("r")).rejects.toThrow(/AccessDenied/);
    await stage.deleteUsers("vault-");
  });

  test("not change itself", async () => {
    const { iam } = clients(stage.aws, await engine.ownKeys());
    const target = { UserName: engine.userName };
    expect(
      await outcome(iam.send(new PutUserPolicyCommand({ ...target, PolicyName: "p", PolicyDocument: "{}" }))),
    ).toBe("AccessDenied");
    expect(await outcome(iam.send(new AttachUserPolicyCommand({ ...target, PolicyArn: own })))).toBe("AccessDenied");
    expect(await outcome(iam.send(new CreateAccessKeyCommand(target)))).toBe("AccessDenied");
  });
});
