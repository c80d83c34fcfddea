import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { VaultPlatform } from "../../../src/index.js";
import { record, settled } from "../../support/recorder.js";
import { account, cloud, small } from "./support.js";

const isNull = "must not be null. Give a value, or leave it out.";
const mustBePlain = "must be a plain value, not an output: it decides which resources there are.";

const server = (spec: object) => ({ vaultServer: { version: "1.18.4", ...spec } });
const pods = (spec: object) => server({ podTemplate: { spec } });
const anti = (terms: object) =>
  pods({ affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [terms] } } });
const certificate = (given: object) => server({ tls: { certificates: [{ alias: "server", ...given }] } });
const misspelt = {
  Version: "2012-10-17",
  Statement: [
    {
      Effect: "Allow",
      Action: "s3:GetObject",
      Resource: "*",
      Condition: { StringsEquals: { "aws:RequestedRegion": "eu-west-1" } },
    },
  ],
};
const noSuchOperator =
  "roles.deploy.policyDocument.Statement[0].Condition.StringsEquals: is not a condition operator of IAM. Did you mean StringEquals?";
const inPods = "vaultServer.podTemplate.spec";
const inCertificate = "vaultServer.tls.certificates[0]";

describe("a platform without arguments", () => {
  it.each([undefined, null, {}])("says what it needs: %j", async (args) => {
    const recorded = await record(cloud);
    expect(() => new VaultPlatform("p", args as never)).toThrow(
      'VaultPlatform "p": 2 invalid arguments:\n' +
        '  - vaultServer: is required. Give at least { version: "1.18.4" }.\n' +
        "  - namespace: is required. Give the name of a Kubernetes namespace.",
    );
    await settled();
    expect(recorded.map(({ type }) => type)).toEqual(["kubevault-aws:index:VaultPlatform"]);
  });
});

describe("a misused argument of a platform is one error, before anything is registered", () => {
  it.each<[string, object, string]>([
    ["null for the VaultServer", { vaultServer: null }, `vaultServer: ${isNull}`],
    ["null for its TLS", { vaultServer: { version: "1.18.4", tls: null } }, `vaultServer.tls: ${isNull}`],
    ["null for a role", { roles: { a: null } }, `roles.a: ${isNull}`],
    ["null for an assumable role", { assumableRoles: { a: null } }, `assumableRoles.a: ${isNull}`],
    ["null for an application", { applications: { shop: null } }, `applications.shop: ${isNull}`],
    [
      "undefined for a role",
      { roles: { a: undefined } },
      "roles.a: must not be undefined. Give a value, or leave the name out.",
    ],
    [
      "undefined for a static role",
      { staticRoles: { a: undefined } },
      "staticRoles.a: must not be undefined. Give a value, or leave the name out.",
    ],
    [
      "undefined for an assumable role",
      { assumableRoles: { audit: {}, a: undefined } },
      "assumableRoles.a: must not be undefined. Give a value, or leave the name out.",
    ],
    [
      "undefined for an application",
      { applications: { shop: undefined } },
      "applications.shop: must not be undefined. Give a value, or leave the name out.",
    ],
    [
      "one Secret for the unseal keys and the storage's key",
      { unsealer: { kind: "kubernetesSecret", secretName: "vault" }, storageSecretName: "vault" },
      'storageSecretName: must be another Secret than the unsealer\'s, which holds the unseal keys, got "vault".',
    ],
    [
      "the Secret of the storage's key for the unseal keys",
      { unsealer: { kind: "kubernetesSecret", existingSecretName: "p-storage-credential" } },
      "unsealer.existingSecretName: must be another Secret than the storage's, which holds the access key, " +
        'got "p-storage-credential".',
    ],
    [
      "the Secret of the unseal keys for the storage's key",
      { serverName: "vault", storageSecretName: "vault-keys" },
      'storageSecretName: must be another Secret than the unsealer\'s, which holds the unseal keys, got "vault-keys".',
    ],
    [
      "the Secret of the unseal keys for Vault's configuration",
      server({ configSecret: { name: "p-keys" } }),
      'vaultServer.configSecret.name: must be another Secret than that of the unseal keys, unsealer.secretName, got "p-keys".',
    ],
    [
      "a workload identity beside the platform's own key",
      {
        roles: {},
        rootConfig: { identityTokenAudience: "vault", roleArn: `arn:aws:iam::${account}:role/vault` },
      },
      "rootConfig.identityTokenAudience: cannot be given without irsa: the platform then gives Vault an access key, and Vault takes one of the two. " +
        "Give irsa, or leave it out.",
    ],
    [
      "the Secret of unseal keys in KubeVault's terms for the storage's key",
      {
        ...server({
          unsealer: { secretShares: 5, secretThreshold: 3, mode: { kubernetesSecret: { secretName: "mine" } } },
        }),
        storageSecretName: "mine",
      },
      'storageSecretName: must be another Secret than the unsealer\'s, which holds the unseal keys, got "mine".',
    ],
    [
      "a Secret for no key, under irsa",
      {
        roles: {},
        irsa: { roleArn: `arn:aws:iam::${account}:role/vault`, clusterRegion: "eu-west-1" },
        storageSecretName: "vault",
      },
      "storageSecretName: cannot be given together with irsa: Vault's pods have a role, and there is no key to keep. Leave it out.",
    ],
    [
      "a Secret for no key, without a credential",
      { storage: { credential: "none" }, storageSecretName: "vault" },
      'storageSecretName: cannot be given together with storage.credential "none", and there is no key to keep. Leave it out.',
    ],
    [
      "parameters below too many levels",
      { unsealer: { kind: "awsKmsSsm", ssmKeyPrefix: `/${"a/".repeat(15)}` } },
      "unsealer.ssmKeyPrefix: must have at most 14 levels: SSM takes 15, and the parameters' names are the last, " +
        'got "/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/". Write "/vault/prod/".',
    ],
    [
      "parameters with long names",
      { unsealer: { kind: "awsKmsSsm", ssmKeyPrefix: `/${"a".repeat(699)}/` } },
      "unsealer.ssmKeyPrefix: must be at most 700 characters long: SSM takes 1011, and the parameters' names follow, " +
        `got "/${"a".repeat(118)}…. Write "/vault/prod/".`,
    ],
    [
      "a list of policy documents for one",
      { roles: { deploy: { credentialType: "iam_user", policyDocument: [misspelt] } } },
      `roles.deploy.policyDocument: must be a policy document, as an object or as JSON text, got ${JSON.stringify([misspelt]).slice(0, 120)}….`,
    ],
    [
      "the provider of an EKS cluster in another region",
      {
        roles: {},
        irsa: {
          oidcProviderArn: `arn:aws:iam::${account}:oidc-provider/oidc.eks.us-east-1.amazonaws.com/id/0123456789ABCDEF`,
          clusterRegion: "eu-west-1",
        },
      },
      "irsa.clusterRegion: must be the region of the cluster, whose OIDC provider is in us-east-1, " +
        'got "eu-west-1". Write "us-east-1", or give the ARN of the other cluster\'s provider.',
    ],
    [
      "the path of the API in the address",
      { vaultAddress: "https://vault.example.com:8200/v1/" },
      'vaultAddress: must not end with /v1, which every request adds, got "https://vault.example.com:8200/v1/". ' +
        "Write https://vault.example.com:8200.",
    ],
    [
      "the name of a role for a user",
      { rootCredential: { roleName: "vault" } },
      'rootCredential.roleName: only serves identity "role". Give irsa, or leave it out.',
    ],
    ["null for irsa", { irsa: null }, `irsa: ${isNull}`],
    ["null for the storage", { storage: null }, `storage: ${isNull}`],
    ["null for its credential", { storage: { credential: null } }, `storage.credential: ${isNull}`],
    ["null for the unsealer", { unsealer: null }, `unsealer: ${isNull}`],
    ["null for a kubeconfig", { kubeconfig: null }, `kubeconfig: ${isNull}`],
    ["no namespace", { namespace: undefined }, "namespace: is required. Give the name of a Kubernetes namespace."],
    [
      "an output for the unsealer",
      { unsealer: pulumi.output({ kind: "awsKmsSsm" }) },
      "unsealer: must be a plain object; its fields may be outputs.",
    ],
    ["an output for its kind", { unsealer: { kind: pulumi.output("awsKmsSsm") } }, `unsealer.kind: ${mustBePlain}`],
    [
      "an output for its shares",
      { unsealer: { kind: "awsKmsSsm", secretShares: pulumi.output(5) } },
      `unsealer.secretShares: ${mustBePlain}`,
    ],
    ["an output for plainHttp", { plainHttp: pulumi.output(true) }, `plainHttp: ${mustBePlain}`],
    ["an output for portForward", { portForward: pulumi.output(true) }, `portForward: ${mustBePlain}`],
    [
      "an empty prefix of parameters",
      { unsealer: { kind: "awsKmsSsm", ssmKeyPrefix: "" } },
      "unsealer.ssmKeyPrefix: must start and end with a slash: the unsealer puts it before the parameters' names as it is, " +
        'got "". Write "/vault/".',
    ],
    [
      "an address without a scheme",
      { vaultAddress: "vault.example.com:8200" },
      'vaultAddress: must be an http or https URL, got "vault.example.com:8200". Write https://vault.example.com:8200.',
    ],
    [
      "an empty address",
      { vaultAddress: "" },
      'vaultAddress: must be an http or https URL, got "". Write https://vault.example.com:8200.',
    ],
    [
      "a proxy before a port-forward",
      { connection: { proxyAddress: "http://proxy.example.com:3128" } },
      "connection.proxyAddress: cannot be given together with kubernetes. " +
        "A proxy before the Kubernetes API is named by the kubeconfig's proxy-url.",
    ],
    [
      "an empty kubeconfig",
      { kubeconfig: "" },
      "kubeconfig: must be a text that is not empty. Leave it out to take KUBECONFIG and its current context.",
    ],
    [
      "an empty context",
      { context: " ", vaultAddress: "https://vault.example.com" },
      "context: must be a text that is not empty. Leave it out to take KUBECONFIG and its current context.",
    ],
    [
      "an endpoint of STS without a scheme",
      { endpoints: { sts: "sts.eu-west-1.amazonaws.com" } },
      'endpoints.sts: must be an http or https URL, got "sts.eu-west-1.amazonaws.com".',
    ],
    [
      "an empty version",
      { vaultServer: { version: "" } },
      'vaultServer.version: must be a name: an empty one refers to nothing, got "".',
    ],
    [
      "an operator of a toleration",
      pods({ tolerations: [{ key: "vault", operator: "exists" }] }),
      `${inPods}.tolerations[0].operator: must be one of Exists, Equal, got "exists".`,
    ],
    [
      "an effect of a toleration",
      pods({ tolerations: [{ operator: "Exists", effect: "NoShedule" }] }),
      `${inPods}.tolerations[0].effect: must be one of NoSchedule, PreferNoSchedule, NoExecute, got "NoShedule".`,
    ],
    [
      "an operator of an affinity",
      anti({ topologyKey: "zone", labelSelector: { matchExpressions: [{ key: "app", operator: "in" }] } }),
      `${inPods}.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].labelSelector.matchExpressions[0].operator: ` +
        'must be one of In, NotIn, Exists, DoesNotExist, got "in".',
    ],
    [
      "an affinity without its topology",
      anti({ labelSelector: {} }),
      `${inPods}.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].topologyKey: is required.`,
    ],
    [
      "namespaces of an affinity as a text",
      anti({ topologyKey: "zone", namespaces: "vault" }),
      `${inPods}.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].namespaces: must be a list of string values, got "vault".`,
    ],
    [
      "a text for seconds of a probe",
      pods({ readinessProbe: { periodSeconds: "3" } }),
      `${inPods}.readinessProbe.periodSeconds: must be a whole number of at least 0, got "3".`,
    ],
    [
      "negative seconds of a probe",
      pods({ readinessProbe: { periodSeconds: -3 } }),
      `${inPods}.readinessProbe.periodSeconds: must be a whole number of at least 0, got -3.`,
    ],
    [
      "a probe without a port",
      pods({ readinessProbe: { httpGet: { path: "/" } } }),
      `${inPods}.readinessProbe.httpGet.port: is required.`,
    ],
    [
      "a text for a flag",
      pods({ securityContext: { runAsNonRoot: "true" } }),
      `${inPods}.securityContext.runAsNonRoot: must be true or false, got "true".`,
    ],
    [
      "a quantity of an init container",
      pods({ initContainers: [{ name: "init", resources: { requests: { memory: "1GB" } } }] }),
      `${inPods}.initContainers[0].resources.requests.memory: must be a quantity, got "1GB".`,
    ],
    [
      "a label of nodes",
      pods({ nodeSelector: { zone: "a b" } }),
      `${inPods}.nodeSelector.zone: must be at most 63 letters, digits, hyphens, underscores and dots, and begin and end with a letter or digit, got "a b".`,
    ],
    [
      "negative seconds to terminate",
      pods({ terminationGracePeriodSeconds: -1 }),
      `${inPods}.terminationGracePeriodSeconds: must be a whole number of at least 0, got -1.`,
    ],
    [
      "a type of a Service",
      server({ serviceTemplates: [{ alias: "vault", spec: { type: "Loadbalancer" } }] }),
      'vaultServer.serviceTemplates[0].spec.type: must be one of ClusterIP, NodePort, LoadBalancer, got "Loadbalancer".',
    ],
    [
      "a port of a Service",
      server({ serviceTemplates: [{ alias: "vault", spec: { ports: [{ name: "api", port: 82000 }] } }] }),
      "vaultServer.serviceTemplates[0].spec.ports[0].port: must be a whole number from 1 to 65535, got 82000.",
    ],
    [
      "negative seconds of the health checker",
      server({ healthChecker: { periodSeconds: -1 } }),
      "vaultServer.healthChecker.periodSeconds: must be a whole number of at least 1, got -1.",
    ],
    [
      "two auth methods at one path",
      server({
        authMethods: [
          { type: "kubernetes", path: "k8s" },
          { type: "jwt", path: "k8s/" },
        ],
      }),
      'vaultServer.authMethods[1].path: must differ from the paths of the others, got "k8s".',
    ],
    [
      "a kind of issuer",
      server({ tls: { issuerRef: { name: "ca", kind: "issuer" } } }),
      'vaultServer.tls.issuerRef.kind: must be Issuer or ClusterIssuer, got "issuer".',
    ],
    [
      "days of a certificate",
      certificate({ duration: "90d" }),
      `${inCertificate}.duration: must be a length of time in hours, minutes or seconds, got "90d". Write 2160h for 90 days.`,
    ],
    [
      "a renewal before the certificate is valid",
      certificate({ duration: "1h", renewBefore: "2h" }),
      `${inCertificate}.renewBefore: must be less than duration, 1h, got "2h".`,
    ],
    [
      "a URL for a DNS name",
      certificate({ dnsNames: ["https://vault.example.com"] }),
      `${inCertificate}.dnsNames[0]: must be a DNS name, without scheme and port, got "https://vault.example.com".`,
    ],
    [
      "no IP address",
      certificate({ ipAddresses: ["10.0.0.300"] }),
      `${inCertificate}.ipAddresses[0]: must be an IP address, got "10.0.0.300".`,
    ],
    ["a number for a tag", { tags: { team: 1 } }, "tags.team: must be a text, got 1."],
    [
      "AWS's own form of tags",
      { tags: [{ Key: "a", Value: "b" }] },
      'tags: must be an object of texts, got [{"Key":"a","Value":"b"}]. Write { team: "payments" }.',
    ],
    [
      "a list of labels",
      { labels: ["team"] },
      'labels: must be an object of texts, got ["team"]. Write { team: "payments" }.',
    ],
    [
      "a text for annotations",
      { annotations: "team" },
      'annotations: must be an object of texts, got "team". Write { team: "payments" }.',
    ],
    [
      "a KMS key of another partition",
      { unsealer: { kind: "awsKmsSsm", kmsKeyArn: `arn:aws-cn:kms:eu-west-1:${account}:key/1-2` } },
      `unsealer.kmsKeyArn: must be an ARN of the partition aws, which eu-west-1 belongs to, got "arn:aws-cn:kms:eu-west-1:${account}:key/1-2".`,
    ],
    [
      "a key of a table of another partition",
      { storage: { table: { encryption: { kmsKeyArn: `arn:aws:kms:us-gov-west-1:${account}:key/1-2` } } } },
      `storage.table.encryption.kmsKeyArn: must be an ARN of the partition aws-us-gov, which us-gov-west-1 belongs to, got "arn:aws:kms:us-gov-west-1:${account}:key/1-2".`,
    ],
    [
      "a condition operator that IAM does not have, in a role of users",
      { roles: { deploy: { credentialType: "iam_user", policyDocument: misspelt } } },
      noSuchOperator,
    ],
    [
      "a condition operator that IAM does not have, in a session policy",
      {
        roles: {
          deploy: {
            credentialType: "assumed_role",
            roleArns: [`arn:aws:iam::${account}:role/deploy`],
            policyDocument: JSON.stringify(misspelt),
          },
        },
      },
      noSuchOperator,
    ],
    [
      "an OIDC provider of another partition",
      { roles: {}, irsa: { oidcProviderArn: `arn:aws:iam::${account}:oidc-provider/x`, clusterRegion: "cn-north-1" } },
      `irsa.oidcProviderArn: must be an ARN of the partition aws-cn, which cn-north-1 belongs to, got "arn:aws:iam::${account}:oidc-provider/x".`,
    ],
  ])("%s", async (_, args, message) => {
    const recorded = await record({ ...cloud, preview: true });
    expect(() => new VaultPlatform("p", { ...small, ...args })).toThrow(
      expect.objectContaining({ message: `VaultPlatform "p": invalid argument: ${message}` }),
    );
    await settled();
    expect(recorded.map(({ type }) => type)).toEqual(["kubevault-aws:index:VaultPlatform"]);
  });
});
