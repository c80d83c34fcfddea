import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { VaultServer } from "../../../src/kubernetes/index.js";
import { isKnownOutput, valueOf } from "../../support/outputs.js";
import { inputsOf, listed, record, type Recorded } from "../../support/recorder.js";
import { soundSpec } from "./samples.js";

const ready = ({ type, inputs }: Recorded) =>
  type.endsWith(":VaultServerRollout")
    ? { phase: "Ready" }
    : type.endsWith(":VaultServer")
      ? { metadata: { ...(inputs.metadata as object), uid: "uid-1" } }
      : {};
const guardType = "pulumi-nodejs:dynamic/kubevault-aws:ReplacementGuard";
const rolloutType = "pulumi-nodejs:dynamic/kubevault-aws:VaultServerRollout";
const irsa = { roleArn: "arn:aws:iam::123456789012:role/vault", clusterRegion: "eu-west-1" };
const withoutKeys = { ...soundSpec, backend: { dynamodb: { table: "vault-data", region: "eu-west-1" } } };

async function settled(vault: VaultServer): Promise<void> {
  await valueOf(vault.address);
  await valueOf(vault.vaultServer.urn);
}

describe("VaultServer", () => {
  test("creates the VaultServer object and the wait for it", async () => {
    const recorded = await record({ outputs: ready });
    await settled(new VaultServer("vault", { namespace: "demo", spec: soundSpec, labels: { team: "platform" } }));
    expect(listed(recorded)).toEqual([
      "kubernetes:kubevault.com/v1alpha2:VaultServer vault-vault-server",
      "kubevault-aws:index:VaultServer vault",
      `${guardType} vault-replacement-guard`,
      `${rolloutType} vault-rollout`,
    ]);
    expect(inputsOf(recorded, "vault-vault-server")).toEqual({
      apiVersion: "kubevault.com/v1alpha2",
      kind: "VaultServer",
      metadata: {
        name: "vault",
        namespace: "demo",
        labels: { team: "platform" },
      },
      spec: { ...soundSpec, authMethods: [{ type: "kubernetes", path: "kubernetes" }] },
    });
    expect(inputsOf(recorded, "vault")).toEqual({ namespace: "demo" });
  });

  test("says where Vault is and where its root token is kept", async () => {
    await record({ outputs: ready });
    const vault = new VaultServer("prod", {
      namespace: "demo",
      serverName: "vault",
      operatorClusterName: "eu1",
      spec: soundSpec,
    });
    expect(await valueOf(vault.name)).toBe("vault");
    expect(await valueOf(vault.namespace)).toBe("demo");
    expect(await valueOf(vault.address)).toBe("http://vault.demo.svc:8200");
    expect(await valueOf(vault.serviceHost)).toBe("vault.demo.svc");
    expect(await valueOf(vault.serviceName)).toBe("vault");
    expect(await valueOf(vault.serviceAccountName)).toBe("vault");
    expect(await valueOf(vault.phase)).toBe("Ready");
    expect(await valueOf(vault.caSecret)).toBeUndefined();
    expect(await valueOf(vault.rootTokenSecret)).toEqual({
      namespace: "demo",
      name: "vault-keys",
      key: "k8s.eu1.demo.vault-root-token",
    });
  });

  test("leaves the cluster's part of the root token's key empty where the operator has no cluster name", async () => {
    await record({ outputs: ready });
    const vault = new VaultServer("vault", { namespace: "demo", spec: soundSpec });
    expect((await valueOf(vault.rootTokenSecret))?.key).toBe("k8s.-.demo.vault-root-token");
  });

  test("has no root token Secret where the unseal keys are elsewhere", async () => {
    await record({ outputs: ready });
    const unsealer = { secretShares: 1, secretThreshold: 1, mode: { awsKmsSsm: { kmsKeyID: "key" } } };
    const vault = new VaultServer("vault", { namespace: "demo", spec: { ...soundSpec, unsealer } });
    expect(await valueOf(vault.rootTokenSecret)).toBeUndefined();
  });

  test("speaks https with tls, and says where the CA is", async () => {
    await record({ outputs: ready });
    const own = new VaultServer("own", { namespace: "demo", spec: { ...soundSpec, tls: {} } });
    expect(await valueOf(own.address)).toBe("https://own.demo.svc:8200");
    expect(await valueOf(own.caSecret)).toEqual({ namespace: "demo", name: "own-server-certs", key: "ca.crt" });
    const tls = { certificates: [{ alias: "server", secretName: "vault-tls" }] };
    const given = new VaultServer("given", { namespace: "demo", spec: { ...soundSpec, tls } });
    expect(await valueOf(given.caSecret)).toEqual({ namespace: "demo", name: "vault-tls", key: "ca.crt" });
  });

  test("makes the ServiceAccount with the role, under the VaultServer's name", async () => {
    const recorded = await record({ outputs: ready });
    await settled(new VaultServer("vault", { namespace: "demo", serverName: "prod", irsa, spec: withoutKeys }));
    expect(listed(recorded)).toEqual([
      "kubernetes:core/v1:ServiceAccount vault-service-account",
      "kubernetes:kubevault.com/v1alpha2:VaultServer vault-vault-server",
      "kubevault-aws:index:VaultServer vault",
      `${guardType} vault-replacement-guard`,
      `${rolloutType} vault-rollout`,
    ]);
    expect(inputsOf(recorded, "vault-service-account")).toEqual({
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: {
        name: "prod",
        namespace: "demo",
        annotations: { "eks.amazonaws.com/role-arn": "arn:aws:iam::123456789012:role/vault" },
      },
    });
  });

  test("restarts Vault's pods for what they read only when they start, and waits for any change of the spec", async () => {
    const digests = async (args: Partial<ConstructorParameters<typeof VaultServer>[1]>) => {
      const recorded = await record({ outputs: ready });
      await settled(new VaultServer("vault", { namespace: "demo", spec: soundSpec, ...args }));
      const { specDigest, restartDigest } = inputsOf(recorded, "vault-rollout");
      return { spec: specDigest, restart: restartDigest };
    };
    const first = await digests({});
    expect(await digests({ labels: { team: "platform" } })).toEqual(first);
    const scaled = await digests({ spec: { ...soundSpec, healthChecker: { periodSeconds: 30 } } });
    expect(scaled.restart).toBe(first.restart);
    expect(scaled.spec).not.toBe(first.spec);
    for (const change of [
      { spec: { ...soundSpec, version: "1.17.6" } },
      { spec: { ...soundSpec, tls: {} } },
      { spec: { ...soundSpec, configSecret: { name: "config" } } },
      { spec: { ...soundSpec, podTemplate: { metadata: { annotations: { a: "b" } } } } },
      { restartTrigger: pulumi.output("AKIA2") },
      { restartTrigger: "2026-01-01T00:00:00Z" },
    ]) {
      expect((await digests(change)).restart).not.toBe(first.restart);
    }
  });

  test("writes v1alpha1 on request", async () => {
    const recorded = await record({ outputs: ready });
    const args = {
      namespace: "demo",
      apiVersion: "kubevault.com/v1alpha1",
      sessionTokenSecretName: "vault-token",
    } as const;
    await settled(new VaultServer("vault", { ...args, spec: soundSpec }));
    expect(listed(recorded)).toEqual([
      "kubernetes:kubevault.com/v1alpha1:VaultServer vault-vault-server",
      "kubevault-aws:index:VaultServer vault",
      `${guardType} vault-replacement-guard`,
      `${rolloutType} vault-rollout`,
    ]);
    expect(inputsOf(recorded, "vault-vault-server")["spec"]).toMatchObject({
      backend: {
        dynamodb: {
          table: "vault-data",
          region: "eu-west-1",
          credentialSecret: "vault-aws",
          sessionTokenSecret: "vault-token",
        },
      },
    });
  });

  test("registers its namespace and name before the VaultServer object, with whether it may be replaced", async () => {
    const registered = async (change: object) => {
      const recorded = await record({ outputs: ready });
      await settled(new VaultServer("vault", { namespace: "demo", serverName: "prod", spec: soundSpec, ...change }));
      const { __provider: _, ...inputs } = inputsOf(recorded, "vault-replacement-guard");
      const names = recorded.map(({ name }) => name);
      expect(names.indexOf("vault-replacement-guard")).toBeLessThan(names.indexOf("vault-vault-server"));
      return inputs;
    };
    const guarded = { guarded: "VaultServer", place: { namespace: "demo", name: "prod" } };
    expect(await registered({})).toEqual(guarded);
    expect(await registered({ onImmutableChange: "replace" })).toEqual({ ...guarded, replaces: true });
  });

  test("has all children below itself", async () => {
    await record({ outputs: ready });
    const vault = new VaultServer("vault", { namespace: "demo", irsa, spec: withoutKeys });
    const below = (type: string, name: string) =>
      `urn:pulumi:stack::project::kubevault-aws:index:VaultServer$${type}::${name}`;
    expect(await valueOf(vault.vaultServer.urn)).toBe(
      below("kubernetes:kubevault.com/v1alpha2:VaultServer", "vault-vault-server"),
    );
    expect(await valueOf(pulumi.output(vault.serviceAccount?.urn))).toBe(
      below("kubernetes:core/v1:ServiceAccount", "vault-service-account"),
    );
  });

  test("lets the caller change what the children are made of", async () => {
    const recorded = await record({ outputs: ready });
    const vault = new VaultServer("vault", {
      namespace: "demo",
      irsa,
      spec: withoutKeys,
      transform: {
        serviceAccount: (args) => ({ ...args, automountServiceAccountToken: false }),
        vaultServer: (args) => ({ ...args, metadata: { name: "other" } }),
      },
    });
    await settled(vault);
    expect(inputsOf(recorded, "vault-service-account")).toMatchObject({ automountServiceAccountToken: false });
    expect(inputsOf(recorded, "vault-vault-server")).toMatchObject({ metadata: { name: "other" } });
  });

  test("refuses wrong arguments before anything is made, and names the component", async () => {
    const recorded = await record();
    expect(() => new VaultServer("vault", { namespace: "demo", spec: { ...soundSpec, replicas: 3 } })).toThrow(
      'VaultServer "vault": invalid argument: spec.replicas: must be 1 unless backend.dynamodb.haEnabled is true: without its lock several active nodes would write to one table, got 3. Set backend.dynamodb.haEnabled to true.',
    );
    expect(recorded.filter(({ type }) => type.startsWith("kubernetes:"))).toEqual([]);
  });

  test("with onImmutableChange replace, has a preview's object not tried out under the old one's name", async () => {
    const annotations = async (preview: boolean, onImmutableChange: "refuse" | "replace") => {
      const recorded = await record({ preview, outputs: ready });
      const vault = new VaultServer("vault", { namespace: "demo", spec: soundSpec, onImmutableChange });
      await valueOf(vault.vaultServer.urn);
      const { annotations: found } = inputsOf(recorded, "vault-vault-server")["metadata"] as Record<string, object>;
      return Object.keys(found ?? {}).sort();
    };
    expect(await annotations(true, "replace")).toEqual(["kubevault-aws-untried"]);
    expect(await annotations(false, "replace")).toEqual([]);
    expect(await annotations(true, "refuse")).toEqual([]);
  });

  test("at preview shows what is known, and does not know the address yet", async () => {
    const recorded = await record({ preview: true, outputs: ready });
    const table = pulumi.output(pulumi.unknown) as unknown as pulumi.Output<string>;
    const vault = new VaultServer("vault", {
      namespace: "demo",
      spec: { ...soundSpec, backend: { dynamodb: { table, region: "eu-west-1" } } },
    });
    await valueOf(vault.vaultServer.urn);
    expect(inputsOf(recorded, "vault-vault-server")["spec"]).toMatchObject({
      version: "1.18.4",
      backend: { dynamodb: { region: "eu-west-1" } },
      authMethods: [{ type: "kubernetes", path: "kubernetes" }],
    });
    expect(await isKnownOutput(vault.address)).toBe(false);
    expect(await isKnownOutput(vault.rootTokenSecret)).toBe(false);
    expect(await valueOf(vault.serviceHost)).toBe("vault.demo.svc");
  });
});
