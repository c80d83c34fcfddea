import { describe, expect, test } from "vitest";
import { accountFindings } from "../../../src/iam/accountFindings.js";
import type { PlainRootCredential } from "../../../src/iam/rootDocument.js";
import { unknownValue } from "../../../src/internal/validation/known.js";

const account = { partition: "aws-us-gov", accountId: "123456789012" };
const paths = (args: Partial<PlainRootCredential>) =>
  accountFindings({ entityName: "root", ...args }, account).map(({ path }) => path);

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
      "roles.u.policyArns[0]",
      "roles.u.permissionsBoundaryArn",
      "roles.a.roleArns[0]",
      "staticRoles.s.assumeRoleArn",
    ]);
  });
});
