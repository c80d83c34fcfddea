import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startAws, type Aws } from "../../sandbox/aws/index.js";
import { createEngine, findLanguages, type Engine } from "../../sandbox/engine/index.js";
import { findTool, pythonEnvironment } from "../../sandbox/tools/index.js";

const repository = path.join(__dirname, "..", "..");

/** A project with one program for each case; `late` values are outputs that are known at preview. */
const program = `
const pulumi = require("@pulumi/pulumi");
const {
  AssumableRole, AwsSecretsEngine, AwsSecretsRole, AwsSecretsRoles, DynamoDbStorage, RootCredential, VaultConnection,
} = require("pulumi-kubevault-aws");
const late = (value) => pulumi.output(Promise.resolve(value));
const iamGroups = ["devs"];
const here = "arn:aws:iam::123456789012";
const role = here + ":role/deploy";
const statement = (more) => ({ Effect: "Allow", Resource: "*", ...more });
const policy = (...Statement) => JSON.stringify({ Version: "2012-10-17", Statement });
const trusting = (principal) =>
  policy({ Effect: "Allow", Principal: { AWS: principal }, Action: "sts:AssumeRole" });
const assumed = { d: { credentialType: "assumed_role", roleArns: [role] } };
const wrong = policy(statement({ Action: "s3:*" })).replace("Allow", "allow");
const provider = () => ({ provider: new VaultConnection("c", { address: "http://127.0.0.1:1" }) });
const user = { credentialType: "iam_user", policyDocument: wrong };
const lateUser = { credentialType: "iam_user", policyDocument: late(wrong) };
const cases = {
  right: () => new RootCredential("r", { roles: { x: { credentialType: "iam_user", iamGroups } } }),
  argument: () => new AssumableRole("r", { trustedPrincipalArn: "nonsense" }),
  output: () => new AssumableRole("r", { trustedPrincipalArn: late("nonsense") }),
  besideUnknown: () => {
    const other = new RootCredential("other", {});
    new AssumableRole("r", { trustedPrincipalArn: other.principalArn, policyDocument: late("{"), maxSessionDuration: late(5) });
  },
  finding: () => new RootCredential("r", { permissions: "documented", roles: { x: { credentialType: "iam_user", iamGroups } } }),
  // The identity's ARN is known at this first preview: given, or by account, path and name.
  ownName: () =>
    new RootCredential("r", {
      userName: "root",
      extraStatements: [statement({ Action: "iam:PutUserPolicy", Resource: here + ":user/" + "$" + "{aws:username}" })],
    }),
  trust: () =>
    new RootCredential("r", { userName: late("root"), roles: assumed, trustPolicies: { [role]: trusting(here + ":user/other") } }),
  existingRole: () =>
    new RootCredential("r", {
      identity: "role", existingRoleArn: here + ":role/pods", attachPolicies: false,
      roles: assumed, trustPolicies: { [role]: trusting(here + ":user/other") },
    }),
  namedRole: () => {
    const root = new RootCredential("root", { userName: "root" });
    const deploy = new AssumableRole("deploy", { trustedPrincipalArn: root.principalArn, roleName: "deploy", externalId: "abc" });
    const trustPolicies = pulumi.all([deploy.arn, deploy.trustPolicy]).apply(([arn, text]) => ({ [arn]: text }));
    new RootCredential("r", {
      userName: "root", roles: { d: { credentialType: "assumed_role", roleArns: [deploy.arn] } }, trustPolicies,
    });
  },
  transformedTrust: () => {
    const root = new RootCredential("root", { userName: "root" });
    new AssumableRole("r", {
      trustedPrincipalArn: root.principalArn,
      transform: { role: (args) => ({ ...args, assumeRolePolicy: trusting(here + ":user/other") }) },
    });
  },
  secretsRole: () => new AwsSecretsRole("r", { mount: "aws", name: "d", ...user }, provider()),
  lateSecretsRole: () => new AwsSecretsRole("r", { mount: "aws", name: "d", ...lateUser }, provider()),
  secretsRoles: () => new AwsSecretsRoles("r", { mount: "aws", roles: { d: user } }, provider()),
  lateSecretsRoles: () => new AwsSecretsRoles("r", { mount: "aws", roles: { d: lateUser } }, provider()),
  engine: () => {
    const { provider: vault } = provider();
    new AwsSecretsEngine("r", { roles: { d: user } }, { providers: [vault] });
  },
  lateEngine: () => {
    const { provider: vault } = provider();
    new AwsSecretsEngine("r", { rootConfig: { usernameTemplate: late("vault-{{ randomise 8 }}") } }, { providers: [vault] });
  },
  existingTable: () => new DynamoDbStorage("s", { existingTableName: "nonexistent" }),
};
cases[new pulumi.Config().require("case")]();
`;

describe("pulumi preview of a project", () => {
  let folder: string;
  let aws: Aws;
  let engine: Engine;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "preview-"));
    const python = await pythonEnvironment(() => undefined);
    aws = await startAws({ workDir: path.join(folder, "aws"), python, keyDelaySeconds: 0 });
    const languages = await findLanguages(["nodejs"]);
    engine = await createEngine({ workDir: folder, pulumi: (await findTool("pulumi")).path, aws, ...languages });
    await mkdir(path.join(folder, "node_modules"));
    await symlink(path.join(repository, "node_modules", "@pulumi"), path.join(folder, "node_modules", "@pulumi"));
    await symlink(repository, path.join(folder, "node_modules", "pulumi-kubevault-aws"));
    await writeFile(
      path.join(folder, "Pulumi.yaml"),
      "name: previews\nruntime:\n  name: nodejs\n  options: { typescript: false }\n",
    );
    await writeFile(path.join(folder, "package.json"), JSON.stringify({ name: "previews", main: "index.js" }));
    await writeFile(path.join(folder, "index.js"), program);
    await pulumi("stack", "init", "dev");
  });

  afterAll(async () => {
    await aws.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const pulumi = (...args: string[]) => engine.run([...args, "--non-interactive"], folder);

  async function preview(name: string): Promise<{ readonly failed: boolean; readonly printed: string }> {
    await pulumi("config", "set", "case", name);
    return pulumi("preview").then(
      (printed) => ({ failed: false, printed }),
      (error: Error) => ({ failed: true, printed: error.message }),
    );
  }

  it("ends with exit code 0 where all is right", async () => {
    const { failed, printed } = await preview("right");
    expect(printed).toContain("to create");
    expect(failed).toBe(false);
  });

  it.each<string[]>([
    [
      "argument",
      'AssumableRole "r": invalid argument: trustedPrincipalArn: must be the ARN of one IAM user or role, got "nonsense".',
    ],
    [
      "output",
      'AssumableRole "r": invalid argument: trustedPrincipalArn: must be the ARN of one IAM user or role, got "nonsense".',
    ],
    ["besideUnknown", "maxSessionDuration: must be a whole number of seconds from 3600 to 43200, got 5."],
    ["finding", "roles.x.iamGroups[0]: iam:AddUserToGroup on arn:aws:iam::123456789012:group/devs"],
    [
      "ownName",
      'RootCredential "r": invalid argument: extraStatements[0]: iam:PutUserPolicy on arn:aws:iam::123456789012:user/root is granted to that very user',
    ],
    [
      "trust",
      'RootCredential "r": invalid argument: roles.d.roleArns[0]: the trust policy of arn:aws:iam::123456789012:role/deploy does not let ' +
        "arn:aws:iam::123456789012:user/root in (sts:AssumeRole).",
    ],
    [
      "existingRole",
      "roles.d.roleArns[0]: the trust policy of arn:aws:iam::123456789012:role/deploy does not let arn:aws:iam::123456789012:role/pods in",
    ],
    [
      "namedRole",
      'RootCredential "r": invalid argument: roles.d.roleArns[0]: the trust policy of arn:aws:iam::123456789012:role/deploy asks for an external ID',
    ],
    [
      "transformedTrust",
      'AssumableRole "r": invalid argument: transform.role.assumeRolePolicy: does not let arn:aws:iam::123456789012:user/root in (sts:AssumeRole).',
    ],
    ...["secretsRole", "lateSecretsRole"].map((name) => [
      name,
      'policyDocument.Statement[0].Effect: must be "Allow" or "Deny", got "allow"',
    ]),
    ...["secretsRoles", "lateSecretsRoles", "engine"].map((name) => [
      name,
      'roles.d.policyDocument.Statement[0].Effect: must be "Allow" or "Deny", got "allow"',
    ]),
    ["lateEngine", 'usernameTemplate: must be a template that Vault can parse: function "randomise" not defined'],
    [
      "existingTable",
      'DynamoDbStorage "s": invalid argument: existingTableName: must be the name of a table in the provider\'s account and region, got "nonexistent".',
    ],
  ])("ends with another exit code for %s, and shows the error once, without a stack", async (name, message) => {
    const { failed, printed } = await preview(name);
    expect(failed).toBe(true);
    // The diagnostics at the end; above, the progress repeats the first line of each.
    const diagnostics = printed.slice(printed.indexOf("Diagnostics:"));
    expect(diagnostics.split(message)).toHaveLength(2);
    expect(diagnostics.match(/^ {4}error: /gm)).toHaveLength(1);
    expect(printed).not.toMatch(/^\s+at .+:\d+:\d+/m);
    expect(printed).not.toContain("error serializing property");
  });
});
