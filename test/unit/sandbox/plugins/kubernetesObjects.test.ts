import { describe, expect, it } from "vitest";
import { unknownValue, type PropertyObject } from "../../../../src/plugin/server/propertyValues.js";
import { checkObject } from "../../../../sandbox/plugins/kubernetes/check.js";
import { diffObjects } from "../../../../sandbox/plugins/kubernetes/diff.js";
import { objectOf, withEncodedData } from "../../../../sandbox/plugins/kubernetes/kubernetesObject.js";
import { configFailures, parseConfig } from "../../../../sandbox/plugins/kubernetes/providerConfig.js";
import { awaitConditions, waitConditions, waitTimeoutMs } from "../../../../sandbox/plugins/kubernetes/waitFor.js";

const config = parseConfig({});
const subject = { urn: "urn", type: "kubernetes:core/v1:ConfigMap", name: "Config" };
const seed = new Uint8Array([1]);

function configMap(data: PropertyObject, name = "config") {
  return objectOf({ apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: "vault" }, data });
}

function secret(more: PropertyObject) {
  return objectOf({ apiVersion: "v1", kind: "Secret", metadata: { name: "aws", namespace: "vault" }, ...more });
}

describe("checkObject", () => {
  const news = { apiVersion: "v1", kind: "ConfigMap" };

  it("gives a name, a namespace, and the note that the name was given", () => {
    const { inputs, failures } = checkObject(subject, {}, news, "vault", seed);
    expect(failures).toEqual([]);
    const { metadata } = objectOf(inputs);
    expect(metadata.name).toMatch(/^config-[0-9a-f]{8}$/);
    expect(metadata).toMatchObject({ namespace: "vault", annotations: { "pulumi.com/autonamed": "true" } });
    expect(checkObject(subject, inputs, news, "vault", new Uint8Array([2])).inputs).toEqual(inputs);
  });

  it("takes the namespace from objects that have none", () => {
    const { inputs } = checkObject(subject, {}, { ...news, metadata: { name: "a", namespace: "b" } }, undefined, seed);
    expect(inputs.metadata).toEqual({ name: "a" });
  });
});

describe("diffObjects", () => {
  const changes = (...args: Parameters<typeof diffObjects>) => Object.fromEntries(diffObjects(...args).changes);

  it("leaves alone what the program never spoke of", () => {
    const live = objectOf({ ...configMap({ a: "1", theirs: "2" }), status: { phase: "Ready" } });
    expect(changes(live, configMap({ a: "1" }), configMap({ a: "1" }), config)).toEqual({});
  });

  it("tells changes by path, and replaces for data as the released provider does", () => {
    const change = [configMap({ a: "1", b: "2" }), configMap({ a: "1", b: "2" }), configMap({ a: "3", "c.d": "4" })];
    const [live, olds, news] = change as [
      (typeof change)[0] & object,
      (typeof change)[0] & object,
      (typeof change)[0] & object,
    ];
    expect(changes(live, olds, news, config)).toEqual({
      "data.a": "updateReplace",
      "data.b": "deleteReplace",
      'data["c.d"]': "addReplace",
    });
    const mutable = parseConfig({ enableConfigMapMutable: "true" });
    expect(changes(live, olds, news, mutable)).toEqual({
      "data.a": "update",
      "data.b": "delete",
      'data["c.d"]': "add",
    });
  });

  it("deletes an object of a fixed name before it makes the new one", () => {
    const [olds, news] = [configMap({ a: "1" }), configMap({ a: "2" })];
    expect(diffObjects(olds, olds, news, config).deleteBeforeReplace).toBe(true);
    const renamed = configMap({ a: "1" }, "other");
    expect(Object.fromEntries(diffObjects(olds, olds, renamed, config).changes)).toEqual({
      "metadata.name": "updateReplace",
    });
    expect(diffObjects(olds, olds, renamed, config).deleteBeforeReplace).toBe(false);
  });

  it("compares a Secret's texts with its encoded data, and shows a change where it was written", () => {
    const live = secret({ type: "Opaque", data: { key: "b25l" } });
    const olds = secret({ stringData: { key: "one" } });
    expect(changes(live, olds, secret({ stringData: { key: "one" } }), config)).toEqual({});
    expect(changes(live, olds, secret({ data: { key: "b25l" } }), config)).toEqual({});
    expect(changes(live, olds, secret({ stringData: { key: "two" } }), config)).toEqual({
      "stringData.key": "updateReplace",
    });
    expect(changes(live, olds, secret({ stringData: { key: unknownValue } }), config)).toEqual({
      "stringData.key": "updateReplace",
    });
    expect(
      changes(live, olds, secret({ stringData: { key: "two" } }), parseConfig({ enableSecretMutable: true })),
    ).toEqual({ "stringData.key": "update" });
    const immutable = secret({ data: { key: "b25l" }, immutable: true });
    expect(
      changes(immutable, olds, secret({ stringData: { key: "two" } }), parseConfig({ enableSecretMutable: true })),
    ).toEqual({ "stringData.key": "updateReplace" });
  });
});

describe("withEncodedData", () => {
  it("keeps unknown texts unknown", () => {
    const encoded = withEncodedData(secret({ stringData: { known: "é", later: unknownValue }, data: { old: "b2xk" } }));
    expect(encoded.data).toEqual({ known: "w6k=", later: unknownValue, old: "b2xk" });
    expect(encoded.stringData).toBeUndefined();
  });
});

describe("pulumi.com/waitFor", () => {
  const object = (annotations: Record<string, string>) =>
    objectOf({ apiVersion: "v1", kind: "Thing", metadata: { name: "it", annotations } });
  const operation = {
    preview: false,
    timeoutMs: undefined,
    progress: () => undefined,
    warn: () => undefined,
    cancelled: new AbortController().signal,
  };

  it("is met by a field's value, a field's presence, or a condition's status", () => {
    const holds = (expression: string, live: PropertyObject) =>
      waitConditions(object({ "pulumi.com/waitFor": expression })).every((condition) => condition.holds(live));
    expect(holds("jsonpath={.status.phase}=Ready", { status: { phase: "Ready" } })).toBe(true);
    expect(holds("jsonpath={.status.phase}=Ready", { status: { phase: "Initializing" } })).toBe(false);
    expect(holds("jsonpath=.status.replicas=3", { status: { replicas: 3 } })).toBe(true);
    expect(holds("jsonpath={.status.list[1]['a.b']}", { status: { list: [{}, { "a.b": "x" }] } })).toBe(true);
    expect(holds("jsonpath={.status.missing}", { status: {} })).toBe(false);
    expect(holds("condition=Ready", { status: { conditions: [{ type: "Ready", status: "True" }] } })).toBe(true);
    expect(holds("condition=Ready=False", { status: { conditions: [{ type: "Ready", status: "True" }] } })).toBe(false);
    expect(
      holds('["condition=A","jsonpath={.b}=c"]', { b: "c", status: { conditions: [{ type: "A", status: "true" }] } }),
    ).toBe(true);
  });

  it("asks for nothing without the annotation, or when awaiting is skipped", () => {
    expect(waitConditions(object({}))).toEqual([]);
    const skipped = { "pulumi.com/waitFor": "condition=Ready", "pulumi.com/skipAwait": "true" };
    expect(waitConditions(object(skipped))).toEqual([]);
  });

  it("refuses what it does not understand", () => {
    expect(() => waitConditions(object({ "pulumi.com/waitFor": "jsonpath={.items[*].name}" }))).toThrow(
      "the path .items[*].name is not made of .field, [index] and ['field']",
    );
    expect(() => waitConditions(object({ "pulumi.com/waitFor": "[1]" }))).toThrow(
      "must be an expression or a JSON list",
    );
  });

  it("waits as long as customTimeouts say, else the annotation, else ten minutes", () => {
    expect(waitTimeoutMs(object({}), undefined)).toBe(600_000);
    expect(waitTimeoutMs(object({ "pulumi.com/timeoutSeconds": "30" }), undefined)).toBe(30_000);
    expect(waitTimeoutMs(object({ "pulumi.com/timeoutSeconds": "30" }), 5000)).toBe(5000);
  });

  it("ends with how things stood when time is up", async () => {
    const waiting = awaitConditions(
      object({ "pulumi.com/waitFor": "jsonpath={.status.phase}=Ready" }),
      { ...operation, timeoutMs: 1 },
      { status: { phase: "Critical" } },
      async () => ({ status: { phase: "Critical" } }),
    );
    await expect(waiting).rejects.toThrow(
      "Thing it did not become ready in 0.001 s: waited for jsonpath={.status.phase}=Ready, but .status.phase is Critical",
    );
  });
});

describe("the provider's configuration", () => {
  it("tells a kubeconfig's path from its text", () => {
    expect(parseConfig({ kubeconfig: "apiVersion: v1\nkind: Config" })).toMatchObject({
      kubeconfigText: "apiVersion: v1\nkind: Config",
      kubeconfigPath: undefined,
    });
    expect(parseConfig({ kubeconfig: __filename })).toMatchObject({
      kubeconfigText: undefined,
      kubeconfigPath: __filename,
    });
  });

  it("refuses what the stand-in cannot honour", () => {
    expect(configFailures({ renderYamlToDirectory: "out", enableServerSideApply: "false" })).toEqual([
      'the sandbox\'s stand-in for the Kubernetes provider does not know the provider argument "renderYamlToDirectory". Install the released provider (pulumi plugin install resource kubernetes) to use it.',
      "the sandbox's stand-in for the Kubernetes provider works by server-side apply only.",
    ]);
  });
});
