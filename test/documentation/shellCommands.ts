/**
 * Pages whose shell blocks a test runs as they are printed, and that test. A command of another page is run where one of these pages has
 * it, too.
 */
export const pagesThatAreRun: Readonly<Record<string, string>> = {
  "README.md": "test/e2e/newcomer.test.ts",
  "docs/guides/cross-account.md": "test/e2e/examples.test.ts",
  "docs/guides/existing-cluster.md": "test/e2e/examples.test.ts",
  "docs/guides/kms-unseal.md": "test/e2e/examples.test.ts",
  "docs/guides/session-credentials.md": "test/e2e/examples.test.ts",
  "docs/guides/uninstall.md": "test/e2e/examples.test.ts",
  "docs/day-2.md": "test/e2e/dayTwoPage.test.ts",
  "examples/application/README.md": "test/e2e/application.test.ts",
  "examples/cross-account/README.md": "test/e2e/examples.test.ts",
  "examples/existing-table/README.md": "test/e2e/examples.test.ts",
  "examples/existing-vault/README.md": "test/e2e/examples.test.ts",
  "examples/kms-unseal/README.md": "test/e2e/examples.test.ts",
  "examples/minimal/README.md": "test/e2e/examples.test.ts",
  "examples/org-module/README.md": "test/e2e/examples.test.ts",
  "examples/platform/README.md": "test/e2e/newcomer.test.ts",
  "examples/preview-in-ci/README.md": "test/e2e/examples.test.ts",
  "examples/session-credentials/README.md": "test/e2e/examples.test.ts",
};

/** Beginnings of commands that are not run as they are printed: the test that runs them with its own values, or the reason why none does. */
export const runOtherwise: Readonly<Record<string, string>> = {
  "eksctl create cluster": "makes a cluster on EKS",
  "aws eks describe-cluster": "asks EKS for a cluster",
  "aws sts get-caller-identity": "names the reader's own account",
  "pulumi config set oidcProviderArn": "test/e2e/eksIrsa.test.ts",
  "kubectl -n vault get secret": "test/e2e/eksIrsa.test.ts",
  "vault operator generate-root": "test/e2e/automation.test.ts",
  "vault token revoke -self": "test/e2e/automation.test.ts",
  "vault read -field=role_id": "test/e2e/automation.test.ts",
  "vault write -field=secret_id": "test/e2e/automation.test.ts",
  "vault login": "asks the reader for a token, or the reader's browser",
  "aws dynamodb describe-continuous-backups": "test/e2e/examples.test.ts",
  "aws dynamodb restore-table-to-point-in-time --source-table-name $table": "test/e2e/dayTwoPage.test.ts",
  "kubectl -n vault create secret generic": "the keys are those of the reader's Vault",
  "kubectl -n vault port-forward": "opens a port of a cluster; the vault command of tests reaches Vault's own",
  "kubectl -n vault get secret vault-server-certs": "test/e2e/consumer.test.ts",
  "npm run build:plugin": "test/support/providerPlugin.ts",
  "pulumi plugin install resource": "test/e2e/pluginDistribution.test.ts",
  "pulumi package add": "test/e2e/pluginDistribution.test.ts",
  "pulumi package gen-sdk": "test/integration/plugin/sdks.test.ts",
  "go mod": "test/integration/plugin/sdks.test.ts",
};

/** Programs that tests do not have: the sub-commands and options of them that documents may use. */
export const outsidePrograms: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  kubectl: {
    "config current-context": [],
    "create -f": ["-n", "-f"],
    "create namespace": [],
    "create secret generic": ["--from-file", "-n"],
    "describe pods": ["-n"],
    "describe vaultopsrequest": ["-n"],
    exec: ["-n", "-c", "--"],
    "get pods": ["-n", "--context"],
    "get secret": ["-n", "-o"],
    "get vaultdynamicsecret": ["-n"],
    "get vaultserverversions": [],
    logs: ["-n", "-c"],
    "port-forward": ["-n"],
  },
  jq: { "{apiVersion,": [] },
  helm: {
    install: ["--set"],
    "repo add": [],
  },
  eksctl: { "create cluster": ["--name", "--region", "--nodes", "--with-oidc"] },
  aws: {
    "dynamodb create-table": ["--table-name", "--billing-mode", "--attribute-definitions", "--key-schema"],
    "dynamodb describe-continuous-backups": ["--table-name", "--query"],
    "dynamodb restore-table-to-point-in-time": [
      "--source-table-name",
      "--target-table-name",
      "--restore-date-time",
      "--use-latest-restorable-time",
    ],
    "dynamodb update-continuous-backups": ["--table-name", "--point-in-time-recovery-specification"],
    "dynamodb update-table": ["--table-name", "--deletion-protection-enabled"],
    "dynamodb wait table-exists": ["--table-name"],
    "eks describe-cluster": ["--name", "--region", "--query", "--output"],
    "iam list-access-keys": [],
    "iam list-users": ["--query", "--output"],
    "ssm describe-parameters": ["--query", "--output"],
    "sts get-caller-identity": ["--query", "--output"],
  },
  terraform: { "state rm": [] },
  go: { "mod edit": ["-require", "-replace"], "mod init": [], "mod tidy": [] },
};

/** Every shell and machine has these. */
export const shellPrograms = ["base64", "cat", "cd", "mkdir", "tar", "."];
