import { afterAll, beforeAll, expect, test } from "vitest";
import { fieldPaths, type Field, type ObjectField } from "../../../src/kubernetes/fields.js";
import { vaultServerFields } from "../../../src/kubernetes/vaultServerFields.js";
import { startTestKubernetes, type TestKubernetes } from "../kubernetes/support.js";

interface Schema {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: Schema;
  readonly required?: readonly string[];
}

let kubernetes: TestKubernetes;
let spec: Schema;

beforeAll(async () => {
  kubernetes = await startTestKubernetes();
  const { spec: definition } = await kubernetes.rest.call<{
    spec: { versions: { name: string; schema: { openAPIV3Schema: Schema } }[] };
  }>("GET", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/vaultservers.kubevault.com");
  const v1alpha2 = definition.versions.find(({ name }) => name === "v1alpha2");
  spec = v1alpha2?.schema.openAPIV3Schema.properties?.["spec"] ?? {};
});

afterAll(async () => {
  await kubernetes.stop();
});

/** The schema at the path of a field: `authMethods[].path`, `monitor.prometheus.serviceMonitor.labels{}`. */
function schemaAt(path: string): Schema | undefined {
  return path
    .split(/\.|(?=\[\])|(?=\{\})/)
    .reduce<Schema | undefined>(
      (schema, part) =>
        part === "[]" ? schema?.items : part === "{}" ? schema?.additionalProperties : schema?.properties?.[part],
      spec,
    );
}

const types: Readonly<Record<Field["kind"], readonly (string | undefined)[]>> = {
  string: ["string"],
  name: ["string"],
  enum: ["string"],
  boolean: ["boolean"],
  integer: ["integer"],
  quantity: [undefined],
  list: ["array"],
  object: ["object"],
  core: ["object"],
  // The path leads to the values: strings, or quantities, which have no one type.
  map: ["string", undefined],
};

test("every field that can be given exists in the cluster's VaultServer, with the same type", () => {
  const wrong = fieldPaths(vaultServerFields).flatMap(({ path, field }) => {
    const schema = schemaAt(path);
    return schema !== undefined && types[field.kind].includes(schema.type) ? [] : [{ path, type: schema?.type }];
  });
  expect(wrong).toEqual([]);
});

test("values to choose from, and fields that must be given, are the cluster's", () => {
  // Stricter on purpose: DynamoDB is the one backend, and KubeVault's webhook, not its schema, wants all of the unsealer.
  const stricter = ["backend", "unsealer"];
  // KubeVault's code and Kubernetes' own API know these; KubeVault's schema takes any text.
  const valuesOfTheCode = [
    "tls.certificates[].alias",
    "podTemplate.spec.dnsPolicy",
    "podTemplate.spec.tolerations[].effect",
    "podTemplate.spec.tolerations[].operator",
    "serviceTemplates[].spec.type",
    "serviceTemplates[].spec.externalTrafficPolicy",
  ];
  for (const { path, field } of fieldPaths(vaultServerFields)) {
    if (field.kind === "enum" && !valuesOfTheCode.includes(path)) {
      expect([path, [...field.values].sort()]).toEqual([path, [...(schemaAt(path)?.enum ?? [])].sort()]);
    }
    const byDefaultNothing =
      path.endsWith("Ref") || path === "configSecret" || /imagePullSecrets|podPlacementPolicy/.test(path);
    if (field.kind === "object" && !stricter.includes(path) && !byDefaultNothing) {
      expect([path, [...field.required].sort()]).toEqual([path, [...(schemaAt(path)?.required ?? [])].sort()]);
    }
  }
});

test("every field of the cluster's VaultServer can be given, but for those of other storage and of OpenBao", () => {
  expect(missing("", spec, vaultServerFields).sort()).toEqual([
    "backend.azure",
    "backend.consul",
    "backend.etcd",
    "backend.file",
    "backend.gcs",
    "backend.inmem",
    "backend.mysql",
    "backend.postgresql",
    "backend.raft",
    "backend.s3",
    "backend.swift",
    "isolateTenants",
    "relayPlacementRef",
    "relayTemplate",
  ]);
});

function missing(prefix: string, schema: Schema, field: ObjectField): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, inside]) => {
    const path = prefix === "" ? key : `${prefix}.${key}`;
    const own = field.fields[key];
    if (own === undefined) {
      return [path];
    }
    const element = own.kind === "list" ? own.items : own;
    const elementSchema = own.kind === "list" ? (inside.items ?? {}) : inside;
    return element.kind === "object" ? missing(own.kind === "list" ? `${path}[]` : path, elementSchema, element) : [];
  });
}
