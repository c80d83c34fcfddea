"use strict";
// The program of every stack that is measured: case.json, beside it, says which form of how many roles.
const { readFileSync } = require("node:fs");
const { join } = require("node:path");
const pulumi = require("@pulumi/pulumi");

const { form, count, changed, address, token } = JSON.parse(readFileSync(join(__dirname, "case.json"), "utf8"));

const roles = Object.fromEntries(
  Array.from({ length: count }, (_, index) => {
    const name = `role-${String(index).padStart(4, "0")}`;
    const policy = changed && index === 0 ? "PowerUserAccess" : "ReadOnlyAccess";
    return [name, { credentialType: "iam_user", policyArns: [`arn:aws:iam::aws:policy/${policy}`] }];
  }),
);

/** As little as a dynamic resource can do: it keeps its inputs. */
class Nothing extends pulumi.dynamic.Resource {
  constructor(name, props) {
    super({ create: async (inputs) => ({ id: inputs.name, outs: inputs }) }, name, props);
  }
}

if (form === "floor") {
  for (const [name, role] of Object.entries(roles)) {
    new Nothing(name, { mount: "aws", name, ...role });
  }
} else {
  const { AwsSecretsRole, AwsSecretsRoles, useProviderPlugin, VaultConnection } = require("pulumi-kubevault-aws");
  if (form.endsWith("ByPlugin")) {
    useProviderPlugin();
  }
  const provider = new VaultConnection("vault", { address, login: { kind: "token", token } });
  if (form.startsWith("collection")) {
    new AwsSecretsRoles("roles", { mount: "aws", roles }, { provider });
  } else {
    for (const [name, role] of Object.entries(roles)) {
      new AwsSecretsRole(name, { mount: "aws", name, ...role }, { provider });
    }
  }
}
