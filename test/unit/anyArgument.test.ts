import * as pulumi from "@pulumi/pulumi";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import {
  AssumableRole,
  AwsSecretsEngine,
  AwsSecretsRole,
  AwsSecretsRoles,
  RootCredential,
  VaultPlatform,
} from "../../src/index.js";
import { accountId, mockAws, registrationsDone } from "./iam/support/awsMocks.js";

/** Every argument that has to do with IAM, at every depth, given wrongly in every way: as a misspelt name, as a value of another kind, as an output. */

const iam = `arn:aws:iam::${accountId}`;
const readOnly = "arn:aws:iam::aws:policy/ReadOnlyAccess";
const statement = {
  Sid: "A",
  Effect: "Allow",
  Action: "s3:GetObject",
  Resource: "*",
  Condition: { StringEquals: { "aws:RequestedRegion": "eu-west-1" } },
};
const policyDocument = { Version: "2012-10-17", Statement: [statement] };
const trustPolicy = {
  Version: "2012-10-17",
  Statement: [
    { Effect: "Allow", Principal: { AWS: `${iam}:user/p/root` }, Action: ["sts:AssumeRole", "sts:TagSession"] },
  ],
};
const user = {
  credentialType: "iam_user",
  policyArns: [readOnly],
  policyDocument,
  iamGroups: ["devs"],
  iamTags: { team: "devs" },
  userPath: "/team/",
  permissionsBoundaryArn: `${iam}:policy/b`,
};
const roles = {
  user,
  assumed: {
    credentialType: "assumed_role",
    roleArns: [`${iam}:role/x`],
    sessionTags: { team: "devs" },
    externalId: "platform",
    defaultStsTtl: "1h",
    maxStsTtl: "1h",
  },
  federated: { credentialType: "federation_token", policyDocument },
  session: { credentialType: "session_token", mfaSerialNumber: `${iam}:mfa/x` },
};
const staticRoles = { s: { username: "svc", rotationPeriod: "24h" } };

type Component = new (name: string, args: never) => unknown;
type Path = readonly (string | number)[];

const valid: [Component, object][] = [
  [
    RootCredential,
    {
      userName: "root",
      path: "/p/",
      roles,
      staticRoles: { s: { username: "svc" } },
      assumeRoleArns: [`${iam}:role/x`],
      trustPolicies: { [`${iam}:role/x`]: trustPolicy },
      permissions: "derived",
      extraStatements: [{ ...statement, Sid: "Extra" }],
      additionalPolicyArns: [readOnly],
      permissionsBoundaryArn: "arn:aws:iam::aws:policy/AdministratorAccess",
      policyDocuments: { [`${iam}:policy/z`]: policyDocument },
      rotateRoot: true,
      seedKey: true,
      keyGeneration: 1,
      formerUserPaths: ["/old/"],
      formerGroups: ["old"],
      forceDestroy: true,
      tags: { team: "platform" },
      userNamePrefix: "vault-",
      usernameTemplate: "vault-{{ random 10 }}",
      policyName: "p",
    },
  ],
  [
    RootCredential,
    {
      identity: "role",
      roleName: "r",
      serviceAccount: {
        oidcProviderArn: `${iam}:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/A`,
        namespace: "vault",
        serviceAccountName: "vault",
      },
    },
  ],
  [
    AssumableRole,
    {
      trustedPrincipalArn: `${iam}:user/root`,
      policyArns: [readOnly],
      policyDocument,
      externalId: "platform",
      sessionTags: true,
      maxSessionDuration: 3600,
      roleName: "r",
      path: "/p/",
      permissionsBoundaryArn: `${iam}:policy/b`,
      description: "Deploys",
      tags: { team: "platform" },
    },
  ],
  [AwsSecretsRole, { mount: "aws", name: "d", ...user }],
  [AwsSecretsRoles, { mount: "aws", roles }],
  [
    AwsSecretsEngine,
    {
      path: "aws",
      mount: { description: "x" },
      rootConfig: { region: "eu-west-1", usernameTemplate: "vault-{{ random 8 }}" },
      leaseConfig: { lease: "1h", leaseMax: "2h" },
      roles,
      staticRoles,
    },
  ],
  [
    VaultPlatform,
    {
      namespace: "vault",
      vaultServer: { version: "1.18.4" },
      roles: { user, deploy: { credentialType: "assumed_role", assumableRoles: ["deploy"] } },
      assumableRoles: { deploy: { policyArns: [readOnly], maxSessionDuration: 3600 } },
      staticRoles,
      rootCredential: { userName: "root", extraStatements: [{ ...statement, Sid: "Extra" }] },
      storage: { table: { name: "vault" } },
      rootConfig: { maxRetries: 3 },
      leaseConfig: { lease: "1h", leaseMax: "2h" },
      tags: { team: "platform" },
      connection: { maxRetries: 3 },
      vaultServerOptions: { readyTimeoutSeconds: 900 },
      applications: { app: { roles: ["user"], serviceAccounts: ["app"], namespaces: ["default"] } },
    },
  ],
];

/** Objects whose keys are the user's own. */
const hasFreeKeys = (path: Path) =>
  /^(?:\w*[tT]ags|\w*[rR]oles|trustPolicies|policyDocuments|applications|StringEquals)$/.test(String(path.at(-1)));

function pathsOf(value: unknown, path: Path = []): Path[] {
  const below = value !== null && typeof value === "object" ? Object.entries(value) : [];
  return [path, ...below.flatMap(([key, part]) => pathsOf(part, [...path, Array.isArray(value) ? Number(key) : key]))];
}

function at(value: unknown, path: Path): unknown {
  return path.reduce((part, key) => (part as Record<string | number, unknown>)[key], value);
}

function withPart(value: unknown, [key, ...rest]: Path, part: unknown): unknown {
  if (key === undefined) {
    return part;
  }
  if (Array.isArray(value)) {
    return value.map((one: unknown, index) => (index === key ? withPart(one, rest, part) : one));
  }
  return { ...(value as object), [key]: withPart((value as Record<string, unknown>)[key], rest, part) };
}

let made = 0;
/** How the component rejects the arguments; undefined where it takes them. An error of another class is thrown on. */
function rejection(component: Component, args: unknown): string | undefined {
  made += 1;
  try {
    new component(`x${made}`, args as never);
    return undefined;
  } catch (error) {
    if (error instanceof pulumi.ResourceError || error instanceof pulumi.RunError) {
      return error.message;
    }
    throw error;
  }
}

beforeAll(() => {
  mockAws({ preview: true });
  vi.spyOn(pulumi.log, "error").mockResolvedValue();
  vi.spyOn(pulumi.log, "warn").mockResolvedValue();
});
afterAll(async () => {
  await registrationsDone();
  await registrationsDone();
  console.log(`${made} components with one argument given wrongly`);
});

describe.each(valid)("%o", { timeout: 60_000 }, (component, args) => {
  const paths = pathsOf(args);

  test("takes its arguments", () => {
    expect(rejection(component, args)).toBeUndefined();
  });

  test("rejects a name that it does not know, at every depth", () => {
    const objects = paths.filter((path) => {
      const value = at(args, path);
      return value !== null && typeof value === "object" && !Array.isArray(value) && !hasFreeKeys(path);
    });
    for (const path of objects) {
      const message = rejection(component, withPart(args, path, { ...(at(args, path) as object), surelyUnknown: "x" }));
      expect(message, path.join(".")).toMatch(/surelyUnknown: is (?:not|no) /);
    }
  });

  test.each([123456, [null], { a: 1 }, null])(
    "never ends with an error of the program for %j in the place of any argument",
    (wrong) => {
      for (const path of paths.slice(1)) {
        expect(() => rejection(component, withPart(args, path, wrong)), path.join(".")).not.toThrow();
      }
    },
  );

  test("takes what is not known yet, or says that it must be plain", () => {
    for (const path of paths) {
      const message = rejection(component, withPart(args, path, pulumi.output(pulumi.unknown)));
      expect(message ?? "must be a plain value", path.join(".")).toMatch(/must be a plain /);
    }
  });
});
