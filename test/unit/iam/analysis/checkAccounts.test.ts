import { describe, expect, test } from "vitest";
import type { PlainRootCredential } from "../../../../src/iam/rootDocument.js";
import { unknownValue } from "../../../../src/internal/validation/known.js";
import { ofCredential, ofPolicy } from "../support/analysisInputs.js";

const account = { partition: "aws-us-gov", accountId: "123456789012" };
const paths = (args: Partial<PlainRootCredential>) =>
  ofCredential(args, account)
    .filter(({ problem }) => /^is (in partition|a policy of account)/.test(problem))
    .map(({ path }) => path);

describe("ARNs of a root credential", () => {
  test("pass in its own partition, and policies in its own account", () => {
    expect(
      paths({
        permissionsBoundaryArn: "arn:aws-us-gov:iam::123456789012:policy/b",
        additionalPolicyArns: [unknownValue, "arn:aws-us-gov:iam::aws:policy/ReadOnlyAccess"],
        assumeRoleArns: ["arn:aws-us-gov:iam::999999999999:role/r"],
        roles: {
          a: {
            credentialType: "assumed_role",
            roleArns: ["arn:aws-us-gov:iam::999999999999:role/r"],
            policyArns: ["arn:aws-us-gov:iam::999999999999:policy/p"],
          },
        },
      }),
    ).toEqual([]);
  });

  test("are rejected in another partition, and policies in another account", () => {
    expect(
      paths({
        permissionsBoundaryArn: "arn:aws-us-gov:iam::999999999999:policy/b",
        additionalPolicyArns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
        assumeRoleArns: ["arn:aws-cn:iam::123456789012:role/r"],
        roles: {
          u: {
            credentialType: "iam_user",
            policyArns: ["arn:aws-us-gov:iam::999999999999:policy/p"],
            permissionsBoundaryArn: "arn:aws:iam::123456789012:policy/b",
          },
          a: { credentialType: "assumed_role", roleArns: ["arn:aws:iam::123456789012:role/r"] },
        },
        staticRoles: { s: { username: "svc", assumeRoleArn: "arn:aws:iam::123456789012:role/r" } },
      }),
    ).toEqual([
      "permissionsBoundaryArn",
      "additionalPolicyArns[0]",
      "assumeRoleArns[0]",
      "roles.a.roleArns[0]",
      "roles.u.policyArns[0]",
      "roles.u.permissionsBoundaryArn",
      "staticRoles.s.assumeRoleArn",
    ]);
  });

  test("are also compared where a policy is written by hand", () => {
    const principalArn = "arn:aws-cn:iam::123456789012:user/root";
    const roleArns = ["arn:aws:iam::123456789012:role/x"];
    expect(ofPolicy([], { principalArn, roles: { r: { credentialType: "assumed_role", roleArns } } })[0]).toEqual({
      severity: "error",
      path: "roles.r.roleArns[0]",
      role: "r",
      resource: "arn:aws:iam::123456789012:role/x",
      problem: 'is in partition aws, but the root credential is in aws-cn, got "arn:aws:iam::123456789012:role/x"',
      fix: "Write arn:aws-cn:...",
    });
    expect(
      ofPolicy([], {
        permissionsBoundaryArn: "arn:aws:iam::999999999999:policy/b",
        unreadPolicyArns: ["arn:aws-cn:iam::aws:policy/ReadOnlyAccess"],
      }).map(({ path }) => path),
    ).toEqual(expect.arrayContaining(["permissionsBoundaryArn", "unreadPolicyArns[0]"]));
  });

  test("are rejected where a session policy is of another account than the role that is assumed", () => {
    const policyArn = "arn:aws-us-gov:iam::123456789012:policy/p";
    const roleArns = ["arn:aws-us-gov:iam::999999999999:role/r"];
    const roles = { a: { credentialType: "assumed_role" as const, roleArns, policyArns: [policyArn] } };
    expect(ofCredential({ roles }, account)).toEqual([
      {
        severity: "error",
        path: "roles.a.policyArns[0]",
        role: "a",
        resource: policyArn,
        problem: `is a policy of account 123456789012, but roleArns[0] is a role of 999999999999, got "${policyArn}"`,
        fix: "A policy can narrow the sessions of roles of its own account only.",
      },
    ]);
  });
});
