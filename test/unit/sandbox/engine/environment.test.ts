import { describe, expect, it } from "vitest";
import { engineEnvironment } from "../../../../sandbox/engine/environment.js";

const aws = {
  endpoint: "http://127.0.0.1:5000",
  region: "us-east-1",
  admin: { accessKeyId: "AKIAADMIN", secretAccessKey: "secret" },
};

describe("engineEnvironment", () => {
  it("takes away what would lead to the user's own clouds, Vaults and stacks, and nothing else", () => {
    const shell = {
      PATH: "/usr/bin",
      HTTP_PROXY: "http://proxy",
      KUBEBUILDER_ASSETS: "/assets",
      AWS_PROFILE: "production",
      AWS_SESSION_TOKEN: "token",
      VAULT_ADDR: "https://vault",
      VAULT_TOKEN: "token",
      KUBECONFIG: "/home/me/.kube/config",
      PULUMI_ACCESS_TOKEN: "token",
      PULUMI_HOME: "/home/me/.pulumi",
      PULUMI_CONFIG_PASSPHRASE_FILE: "/home/me/passphrase",
    };
    const environment = engineEnvironment({ pulumiHome: "/home", stateFolder: "/state", passphrase: "pass" }, shell);
    expect(environment).toEqual({
      AWS_PROFILE: undefined,
      AWS_SESSION_TOKEN: undefined,
      VAULT_ADDR: undefined,
      VAULT_TOKEN: undefined,
      KUBECONFIG: undefined,
      PULUMI_ACCESS_TOKEN: undefined,
      PULUMI_CONFIG_PASSPHRASE_FILE: undefined,
      PULUMI_HOME: "/home",
      PULUMI_BACKEND_URL: "file:///state",
      PULUMI_CONFIG_PASSPHRASE: "pass",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      PULUMI_IGNORE_AMBIENT_PLUGINS: "true",
    });
  });

  it("points at the given AWS and cluster, and lets the caller's variables have the last word", () => {
    const options = {
      pulumiHome: "/home",
      stateFolder: "/state",
      passphrase: "pass",
      aws,
      kubeconfigPath: "/kubeconfig",
    };
    const env = { AWS_REGION: "eu-west-1", VAULT_TOKEN: "root" };
    expect(engineEnvironment({ ...options, env }, { AWS_REGION: "from the shell" })).toMatchObject({
      AWS_ENDPOINT_URL: "http://127.0.0.1:5000",
      AWS_REGION: "eu-west-1",
      AWS_ACCESS_KEY_ID: "AKIAADMIN",
      AWS_SECRET_ACCESS_KEY: "secret",
      AWS_CONFIG_FILE: "/dev/null",
      AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
      AWS_EC2_METADATA_DISABLED: "true",
      KUBECONFIG: "/kubeconfig",
      VAULT_TOKEN: "root",
    });
  });
});
