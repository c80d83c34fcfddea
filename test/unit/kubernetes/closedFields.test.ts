import { describe, expect, test } from "vitest";
import { closedFieldIssues } from "../../../src/kubernetes/closedFields.js";
import { coreFields } from "../../../src/kubernetes/coreFields.js";
import { coreFieldTable } from "../../../scripts/generateCoreFields.mjs";
import {
  core,
  fieldPaths,
  flag,
  integer,
  listOf,
  objectName,
  objectOf,
  oneOf,
  quantity,
  quantityMap,
  text,
  textMap,
} from "../../../src/kubernetes/fields.js";
import { formatIssue } from "../../../src/internal/validation/issues.js";
import { unknownValue } from "../../../src/internal/validation/known.js";

const fields = objectOf<
  Record<"name" | "count" | "on" | "color" | "limits" | "labels" | "size" | "nested" | "items" | "pod", unknown>
>(
  {
    name: objectName,
    count: integer,
    on: flag,
    color: oneOf(["red", "blue"]),
    limits: quantityMap,
    labels: textMap,
    size: quantity,
    nested: objectOf<{ endpoint: string }>({ endpoint: text }),
    items: listOf(objectOf<{ path: string }>({ path: text }, ["path"])),
    pod: core("Affinity"),
  },
  ["name"],
);

function told(value: unknown, advice = {}): string[] {
  return closedFieldIssues("spec", value, fields, advice).map(formatIssue);
}

describe("closedFieldIssues", () => {
  test("says nothing of a value in which every field is right", () => {
    expect(
      told({
        name: "a",
        count: 1,
        on: false,
        color: "red",
        limits: { cpu: "500m", memory: "2Gi" },
        labels: { a: "b" },
        size: 3,
        nested: { endpoint: "" },
        items: [{ path: "x" }],
        pod: { nodeAffinity: {} },
      }),
    ).toEqual([]);
  });

  test.each([
    [{ name: "" }, 'spec.name: must be a name: an empty one refers to nothing, got "".'],
    [{ name: "a", count: 1.5 }, "spec.count: must be a whole number, got 1.5."],
    [{ name: "a", count: "1" }, 'spec.count: must be a whole number, got "1".'],
    [{ name: "a", on: "true" }, 'spec.on: must be true or false, got "true".'],
    [{ name: "a", color: "green" }, 'spec.color: must be one of red, blue, got "green".'],
    [{ name: "a", limits: { cpu: "many" } }, 'spec.limits.cpu: must be a quantity, got "many".'],
    [{ name: "a", limits: "2Gi" }, 'spec.limits: must be an object of quantity values, got "2Gi".'],
    [{ name: "a", labels: { "x/y": 1 } }, 'spec.labels["x/y"]: must be a string, got 1.'],
    [{ name: "a", size: "2 GB" }, 'spec.size: must be a Kubernetes quantity such as 500m or 2Gi, got "2 GB".'],
    [{ name: "a", nested: { endpoint: 1 } }, "spec.nested.endpoint: must be a string, got 1."],
    [{ name: "a", nested: [] }, "spec.nested: must be an object, got []."],
    [{ name: "a", items: {} }, "spec.items: must be a list, got {}."],
    [{ name: "a", items: [{}] }, "spec.items[0].path: is required."],
    [{ name: "a", pod: "x" }, 'spec.pod: must be a Affinity object of Kubernetes, got "x".'],
    [null, "spec: must be an object, got null."],
    [{}, "spec.name: is required."],
  ])("%j", (value, message) => {
    expect(told(value)).toEqual([message]);
  });

  test("tells of a misspelt key, and of the field that is meant", () => {
    expect(told({ name: "a", nested: { endPoint: "x" }, colour: "red" })).toEqual([
      "spec.colour: is not a field of VaultServer, and Kubernetes would drop it silently. Did you mean color?",
      "spec.nested.endPoint: is not a field of VaultServer, and Kubernetes would drop it silently. Did you mean endpoint?",
    ]);
  });

  test("lists the fields where none is near", () => {
    expect(told({ name: "a", nested: { quorum: 3 } })).toEqual([
      "spec.nested.quorum: is not a field of VaultServer, and Kubernetes would drop it silently. Known names: endpoint.",
    ]);
  });

  test("gives advice by path before advice by name, without the index of a list", () => {
    const advice = { old: { fix: "By name." }, "items.old": { rule: "is old", fix: "By path." } };
    expect(told({ name: "a", old: 1, items: [{ path: "x" }, { path: "y", old: 1 }] }, advice)).toEqual([
      "spec.old: is not a field of VaultServer, and Kubernetes would drop it silently. By name.",
      "spec.items[1].old: is old. By path.",
    ]);
  });

  test("takes a key that every object inherits for unknown", () => {
    expect(told({ name: "a", constructor: 1 })).toEqual([
      "spec.constructor: is not a field of VaultServer, and Kubernetes would drop it silently. " +
        "Known names: color, count, items, labels, limits, name, nested, on, pod, size.",
    ]);
  });

  test("passes over what is not known yet, at any depth", () => {
    expect(
      told({
        name: unknownValue,
        nested: { endpoint: unknownValue },
        items: [unknownValue],
        limits: { cpu: unknownValue },
      }),
    ).toEqual([]);
    expect(told(unknownValue)).toEqual([]);
  });

  test("passes over keys that are undefined", () => {
    expect(told({ name: "a", absent: undefined })).toEqual([]);
  });
});

describe("fieldPaths", () => {
  test("lists every field, parents before children", () => {
    expect(fieldPaths(fields).map(({ path }) => path)).toEqual([
      "name",
      "count",
      "on",
      "color",
      "limits{}",
      "labels{}",
      "size",
      "nested",
      "nested.endpoint",
      "items",
      "items[]",
      "items[].path",
      "pod",
    ]);
  });
});

describe("types of Kubernetes itself", () => {
  const told = (type: string, value: unknown) =>
    closedFieldIssues("pod", value, { kind: "core", type }, {}).map(
      ({ path, rule, fix }) => `${path}: ${rule}. ${fix}`,
    );

  test.each<[string, object, string]>([
    [
      "Affinity",
      { podAntiAffinty: {} },
      "pod.podAntiAffinty: is not a field of Affinity, and Kubernetes would drop it silently. Did you mean podAntiAffinity?",
    ],
    [
      "Probe",
      { httpGet: { pth: "/v1/sys/health", port: 8200 } },
      "pod.httpGet.pth: is not a field of HTTPGetAction, and Kubernetes would drop it silently. Did you mean path?",
    ],
    [
      "Affinity",
      {
        podAntiAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: "zone", namespace: "vault" }],
        },
      },
      "pod.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].namespace: is not a field of PodAffinityTerm, and Kubernetes " +
        "would drop it silently. Did you mean namespaces?",
    ],
    [
      "Volume",
      { secrt: {} },
      "pod.secrt: is not a field of Volume, and Kubernetes would drop it silently. Did you mean secret?",
    ],
  ])("of type %s have their own fields: %j", (type, value, line) => {
    expect(told(type, value)).toEqual([line]);
  });

  test("take what Kubernetes knows, with unknown parts", () => {
    const term = { topologyKey: "zone", labelSelector: { matchLabels: { any: "label" } } };
    expect(told("Affinity", { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } })).toEqual(
      [],
    );
    expect(told("Probe", { httpGet: unknownValue, periodSeconds: 5 })).toEqual([]);
  });

  test("are those of the installed @pulumi/kubernetes", () => {
    expect(coreFields).toEqual(coreFieldTable());
  });
});
