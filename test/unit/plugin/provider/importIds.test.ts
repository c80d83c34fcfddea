import { describe, expect, it, test } from "vitest";
import {
  auditDeviceId,
  authConfigId,
  authMethodId,
  authRoleId,
  belowMountId,
  mountId,
  policyId,
  roleId,
} from "../../../../src/plugin/provider/importIds.js";

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
    [authMethodId, "auth/clusters/one/", { path: "clusters/one" }],
    [authRoleId("jwt"), "auth/clusters/one/role/shop", { mount: "clusters/one", name: "shop" }],
    [authConfigId("jwt"), "auth/jwt/config", { mount: "jwt" }],
    [policyId, "sys/policies/acl/teams/shop", { name: "teams/shop" }],
    [auditDeviceId, "sys/audit/file/", { path: "file" }],
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

  test.each([
    [mountId, "sys/mounts/aws", "<path of the mount>, such as aws"],
    [mountId, "auth/kubernetes", "<path of the mount>, such as aws"],
    [mountId, " aws", "<path of the mount>, such as aws"],
    [roleId("roles"), "aws//roles/deploy", "<mount>/roles/<name>, such as aws/roles/deploy"],
    [roleId("roles"), "aws/roles/a b", "<mount>/roles/<name>, such as aws/roles/deploy"],
    [roleId("static-roles"), "aws/roles/ci", "<mount>/static-roles/<name>, such as aws/static-roles/deploy"],
    [belowMountId("config/lease"), "/config/lease", "<mount>/config/lease, such as aws/config/lease"],
    [authMethodId, "kubernetes", "auth/<path>, such as auth/kubernetes"],
    [authMethodId, "auth//kubernetes", "auth/<path>, such as auth/kubernetes"],
    [authMethodId, "auth/token", "auth/<path>, such as auth/kubernetes"],
    [authRoleId("jwt"), "jwt/role/shop", "auth/<mount>/role/<name>, such as auth/jwt/role/shop"],
    [authRoleId("jwt"), "auth/jwt/role/Shop", "auth/<mount>/role/<name>, such as auth/jwt/role/shop"],
    [authConfigId("jwt"), "auth/jwt", "auth/<mount>/config, such as auth/jwt/config"],
    [policyId, "shop", "sys/policies/acl/<name>, such as sys/policies/acl/deploy"],
    [policyId, "sys/policies/acl/root", "sys/policies/acl/<name>, such as sys/policies/acl/deploy"],
    [auditDeviceId, "file", "sys/audit/<path>, such as sys/audit/file"],
  ])("%s rejects %s in the form of its own", (parse, id, form) => {
    expect(() => parse(id)).toThrow(new Error(`the ID must have the form ${form}, got ${JSON.stringify(id)}`));
  });

  it("never takes a role of static-roles for one of roles", () => {
    expect(() => roleId("roles")("aws/static-roles/ci")).toThrow("the ID must have the form <mount>/roles/<name>");
  });
});
