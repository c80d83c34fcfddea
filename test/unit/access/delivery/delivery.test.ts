import { describe, expect, it } from "vitest";
import {
  agentInjectorAnnotations,
  agentInjectorEnvironment,
  awsSharedConfig,
  externalSecretsGenerator,
  secretProviderClass,
  secretsOperatorObjects,
  type DeliveryTarget,
} from "../../../../src/access/index.js";
import { problemsOf, readSchema } from "./schema.js";

const target: DeliveryTarget = {
  vaultAddress: "https://vault.vault.svc:8200",
  roleName: "shop",
  credentialPath: "team/aws/creds/deploy",
};
const session: DeliveryTarget = {
  ...target,
  credentialPath: "aws/sts/audit",
  authMount: "clusters/one",
  audience: "vault",
};
const place = { name: "shop", namespace: "shop", serviceAccount: "shop" };
const inTheRest = "Take it from credentialPaths of the ApplicationAccess.";

describe("the check against a schema", () => {
  it("sees unknown fields, wrong types, values that are not allowed, and what is missing", () => {
    const schema = readSchema("secrets.hashicorp.com_vaultdynamicsecrets");
    expect(
      problemsOf(schema, {
        apiVersion: "secrets.hashicorp.com/v1",
        kind: "VaultDynamicSecret",
        spec: {
          mount: 5,
          destination: { create: "yes" },
          refreshAfter: "soon",
          leases: [],
          rolloutRestartTargets: [{ kind: "Job" }],
        },
      }),
    ).toEqual([
      "is secrets.hashicorp.com/v1 VaultDynamicSecret",
      "spec.path is missing",
      "spec.mount is of type integer, not string",
      "spec.destination.name is missing",
      "spec.destination.create is of type string, not boolean",
      "spec.refreshAfter must not be soon",
      "spec.leases is not a field",
      "spec.rolloutRestartTargets[].name is missing",
      "spec.rolloutRestartTargets[].kind must not be Job",
    ]);
  });
});

describe("secretsOperatorObjects", () => {
  it.each([
    [{ ...place, target }],
    [
      {
        ...place,
        target: session,
        caSecret: "vault-ca",
        secretName: "aws",
        restart: [{ kind: "Deployment" as const, name: "shop" }],
      },
    ],
    [{ ...place, target: { ...target, credentialPath: "aws/static-creds/ci", vaultNamespace: "team" } }],
  ])("fits the operator's types: %j", (args) => {
    const schemas = ["vaultconnections", "vaultauths", "vaultdynamicsecrets"].map((name) =>
      readSchema(`secrets.hashicorp.com_${name}`),
    );
    const objects = secretsOperatorObjects(args);
    expect(objects.map((object, index) => problemsOf(schemas[index] ?? schemas[0]!, { ...object }))).toEqual([
      [],
      [],
      [],
    ]);
  });

  it("says what is read, as whom, and where it goes", () => {
    const [connection, auth, secret] = secretsOperatorObjects({ ...place, target: session, caSecret: "vault-ca" });
    expect(connection?.spec).toEqual({
      address: "https://vault.vault.svc:8200",
      caCertSecretRef: "vault-ca",
      skipTLSVerify: false,
    });
    expect(auth?.spec).toEqual({
      vaultConnectionRef: "shop",
      method: "kubernetes",
      mount: "clusters/one",
      kubernetes: { role: "shop", serviceAccount: "shop", audiences: ["vault"] },
    });
    expect(secret?.spec).toEqual({
      vaultAuthRef: "shop",
      mount: "aws",
      path: "sts/audit",
      renewalPercent: 67,
      revoke: true,
      destination: {
        create: true,
        name: "shop-aws",
        transformation: {
          excludeRaw: true,
          excludes: [".*"],
          templates: {
            AWS_ACCESS_KEY_ID: { text: '{{ get .Secrets "access_key" }}' },
            AWS_SECRET_ACCESS_KEY: { text: '{{ get .Secrets "secret_key" }}' },
            AWS_SESSION_TOKEN: { text: '{{ with get .Secrets "session_token" }}{{ . }}{{ end }}' },
          },
        },
      },
    });
    expect(secretsOperatorObjects({ ...place, target })[2]?.spec).toMatchObject({
      mount: "team/aws",
      path: "creds/deploy",
    });
  });
});

describe("secretProviderClass", () => {
  const schema = readSchema("secrets-store.csi.x-k8s.io_secretproviderclasses");

  it("fits the driver's type, and lists each file", () => {
    for (const args of [
      { ...place, target },
      { ...place, target: session, caCertPath: "/ca.crt", secretName: "aws" },
    ]) {
      expect(problemsOf(schema, { ...secretProviderClass(args) })).toEqual([]);
    }
    const { spec } = secretProviderClass({ ...place, target: session, secretName: "aws" });
    const { parameters, ...rest } = spec as { parameters: Record<string, string> };
    expect(JSON.parse(parameters.objects ?? "")).toEqual([
      { objectName: "AWS_ACCESS_KEY_ID", secretPath: "aws/sts/audit", secretKey: "access_key" },
      { objectName: "AWS_SECRET_ACCESS_KEY", secretPath: "aws/sts/audit", secretKey: "secret_key" },
      { objectName: "AWS_SESSION_TOKEN", secretPath: "aws/sts/audit", secretKey: "session_token" },
    ]);
    expect({ ...parameters, objects: "" }).toEqual({
      vaultAddress: "https://vault.vault.svc:8200",
      vaultAuthMountPath: "clusters/one",
      roleName: "shop",
      audience: "vault",
      objects: "",
    });
    expect(rest).toEqual({
      provider: "vault",
      secretObjects: [
        {
          secretName: "aws",
          type: "Opaque",
          data: ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"].map((key) => ({
            key,
            objectName: key,
          })),
        },
      ],
    });
  });

  it("has no session token where there is none", () => {
    expect(JSON.stringify(secretProviderClass({ ...place, target }))).not.toContain("session_token");
  });
});

describe("externalSecretsGenerator", () => {
  it.each([
    [{ ...place, target }],
    [
      {
        ...place,
        target: session,
        caSecret: { name: "vault-ca", key: "ca.crt" },
        refreshInterval: "10m",
        secretName: "aws",
      },
    ],
  ])("fits the operator's types: %j", (args) => {
    const schemas = [
      readSchema("generators.external-secrets.io_vaultdynamicsecrets"),
      readSchema("external-secrets.io_externalsecrets"),
    ] as const;
    const [generator, secret] = externalSecretsGenerator(args);
    expect(problemsOf(schemas[0], { ...generator })).toEqual([]);
    expect(problemsOf(schemas[1], { ...secret })).toEqual([]);
  });

  it("says what is read, as whom, and where it goes", () => {
    const [generator, secret] = externalSecretsGenerator({ ...place, target: session });
    expect(generator?.spec).toEqual({
      path: "/aws/sts/audit",
      method: "GET",
      resultType: "Data",
      provider: {
        server: "https://vault.vault.svc:8200",
        auth: {
          kubernetes: {
            mountPath: "clusters/one",
            role: "shop",
            serviceAccountRef: { name: "shop", audiences: ["vault"] },
          },
        },
      },
    });
    expect(secret?.spec).toEqual({
      refreshInterval: "30m",
      target: {
        name: "shop-aws",
        template: {
          data: {
            AWS_ACCESS_KEY_ID: "{{ .access_key }}",
            AWS_SECRET_ACCESS_KEY: "{{ .secret_key }}",
            AWS_SESSION_TOKEN: "{{ .session_token }}",
          },
        },
      },
      dataFrom: [
        {
          sourceRef: {
            generatorRef: {
              apiVersion: "generators.external-secrets.io/v1alpha1",
              kind: "VaultDynamicSecret",
              name: "shop",
            },
          },
        },
      ],
    });
  });
});

/** The annotations of the injector's documentation, without those of single secrets, which end in a name. */
const annotations = [
  "agent-inject",
  "agent-revoke-on-shutdown",
  "agent-service-account-token-volume-name",
  "auth-path",
  "ca-cert",
  "namespace",
  "role",
  "service",
  "tls-secret",
];
const annotationsOfSecrets = ["agent-inject-secret", "agent-inject-template", "agent-inject-perms"];

describe("agentInjectorAnnotations", () => {
  it("uses the injector's annotations only", () => {
    const all = agentInjectorAnnotations({
      target: { ...session, vaultNamespace: "team" },
      tokenVolume: "vault-token",
      caSecret: "vault-ca",
    });
    for (const name of Object.keys(all)) {
      const [, own = ""] = /^vault\.hashicorp\.com\/(.*)$/.exec(name) ?? [];
      const known =
        annotations.includes(own) ||
        annotationsOfSecrets.some(
          (prefix) => /^-aws-(credentials|config)$/.test(own.slice(prefix.length)) && own.startsWith(prefix),
        );
      expect(known, name).toBe(true);
    }
    expect(all).toMatchObject({
      "vault.hashicorp.com/auth-path": "auth/clusters/one",
      "vault.hashicorp.com/role": "shop",
      "vault.hashicorp.com/namespace": "team",
      "vault.hashicorp.com/tls-secret": "vault-ca",
      "vault.hashicorp.com/ca-cert": "/vault/tls/ca.crt",
      "vault.hashicorp.com/agent-service-account-token-volume-name": "vault-token",
      "vault.hashicorp.com/agent-inject-secret-aws-credentials": "aws/sts/audit",
      "vault.hashicorp.com/agent-inject-perms-aws-credentials": "0555",
      "vault.hashicorp.com/agent-inject-template-aws-config":
        "[default]\ncredential_process = /vault/secrets/aws-credentials\n",
    });
    expect(agentInjectorEnvironment).toEqual({ AWS_CONFIG_FILE: "/vault/secrets/aws-config" });
  });

  it("rejects an audience that the pod's own token is not for", () => {
    expect(() => agentInjectorAnnotations({ target: session })).toThrow(
      'agentInjectorAnnotations: invalid argument: tokenVolume: is required, since the auth role asks for audience "vault". The pod\'s own token ' +
        "is for the API server's audience: give the name of a projected volume with one for this.",
    );
  });
});

describe("awsSharedConfig", () => {
  it("names the script in the profile", () => {
    expect(awsSharedConfig({ target, profile: "shop", region: "eu-west-1", scriptPath: "/run/aws" }).config).toBe(
      "[profile shop]\ncredential_process = /run/aws\nregion = eu-west-1\n",
    );
    expect(awsSharedConfig({ target, keepSeconds: 60 }).scriptTemplate).toBe(
      '{{ with secret "team/aws/creds/deploy" -}}\n#!/bin/sh\n' +
        'expires=$(date -u -d "@$(($(date +%s) + 60))" +%Y-%m-%dT%H:%M:%SZ)\n' +
        'printf \'{"Version":1,"AccessKeyId":"{{ .Data.access_key }}","SecretAccessKey":"{{ .Data.secret_key }}",' +
        '{{ if .Data.session_token }}"SessionToken":"{{ .Data.session_token }}",' +
        '{{ else if .Data.security_token }}"SessionToken":"{{ .Data.security_token }}",{{ end }}"Expiration":"%s"}\\n\' "$expires"\n{{ end }}',
    );
  });

  it("keeps an IAM user's credentials of before until AWS accepts the new key", () => {
    const { destination, command } = awsSharedConfig({ target, scriptPath: "/run/aws", settleSeconds: 10 });
    expect([destination, command]).toEqual([
      "/run/aws.next",
      "if [ -e /run/aws ]; then sleep 10; fi; cp -p /run/aws.next /run/aws.copy && mv /run/aws.copy /run/aws",
    ]);
    expect(awsSharedConfig({ target }).command).toContain("sleep 15");
    for (const credentialPath of ["aws/sts/audit", "aws/static-creds/ci"]) {
      const other = awsSharedConfig({ target: { credentialPath }, scriptPath: "/run/aws" });
      expect([other.destination, other.command]).toEqual(["/run/aws", undefined]);
    }
  });

  it.each<[object, string]>([
    [
      { target: { credentialPath: "aws/roles/deploy" } },
      `credentialPath: must be MOUNT/creds/ROLE, MOUNT/sts/ROLE or MOUNT/static-creds/ROLE, got "aws/roles/deploy". ${inTheRest}`,
    ],
    [{ scriptPath: "run me" }, 'scriptPath: must be an absolute path without spaces, got "run me".'],
    [{ profile: "a b" }, 'profile: must be a name without spaces, got "a b".'],
    [{ keepSeconds: 0 }, "keepSeconds: must be a whole number above 0, got 0."],
    [
      { settleSeconds: 26 },
      "settleSeconds: must be a whole number from 0 to 25, got 26. Vault Agent ends a command after 30 seconds.",
    ],
  ])("rejects %j", (change, message) => {
    expect(() => awsSharedConfig({ target, ...change })).toThrow(`awsSharedConfig: invalid argument: ${message}`);
  });
});

it("every delivery rejects a target that cannot be", () => {
  const bad = { vaultAddress: "vault:8200", roleName: "", credentialPath: "aws/creds/" };
  const message =
    'vaultAddress: must be an http or https URL without a path, got "vault:8200". Write the address as pods reach it: https://vault.vault.svc:8200.';
  for (const build of [
    () => secretsOperatorObjects({ ...place, target: bad }),
    () => secretProviderClass({ ...place, target: bad }),
    () => externalSecretsGenerator({ ...place, target: bad }),
    () => agentInjectorAnnotations({ target: bad }),
  ]) {
    expect(build).toThrow(message);
    expect(build).toThrow("roleName: is required. Take it from roleName of the ApplicationAccess.");
  }
});
