import { describe, expect, it, test } from "vitest";
import { belowMountId, mountId, roleId } from "../../../../src/plugin/provider/importIds.js";

describe("the ID of an import", () => {
  test.each([
    [mountId, "aws", { path: "aws" }],
    [mountId, "/teams/payments/aws/", { path: "teams/payments/aws" }],
    [roleId("roles"), "aws/roles/deploy", { mount: "aws", name: "deploy" }],
    [roleId("roles"), "teams/roles/aws/roles/deploy", { mount: "teams/roles/aws", name: "deploy" }],
    [roleId("static-roles"), "aws/static-roles/ci", { mount: "aws", name: "ci" }],
    [belowMountId("config/root"), "aws/config/root", { mount: "aws" }],
    [belowMountId("config/lease"), "a/config/b/config/lease", { mount: "a/config/b" }],
    [belowMountId("roles"), "/teams/aws/roles", { mount: "teams/aws" }],
  ])("%s %s", (parse, id, properties) => {
    expect(parse(id)).toEqual(properties);
  });

  test.each([
    [mountId, "", 'the ID must have the form <path of the mount>, such as aws, got ""'],
    [mountId, "a//b", 'the ID must have the form <path of the mount>, such as aws, got "a//b"'],
    [
      roleId("roles"),
      "deploy",
      'the ID must have the form <mount>/roles/<name>, such as aws/roles/deploy, got "deploy"',
    ],
    [
      roleId("roles"),
      "aws/roles/",
      'the ID must have the form <mount>/roles/<name>, such as aws/roles/deploy, got "aws/roles/"',
    ],
    [
      belowMountId("config/root"),
      "aws/config/lease",
      'the ID must have the form <mount>/config/root, such as aws/config/root, got "aws/config/lease"',
    ],
  ])("%s rejects %s", (parse, id, message) => {
    expect(() => parse(id)).toThrow(new Error(message));
  });

  it("never takes a role of static-roles for one of roles", () => {
    expect(() => roleId("roles")("aws/static-roles/ci")).toThrow("the ID must have the form <mount>/roles/<name>");
  });
});
