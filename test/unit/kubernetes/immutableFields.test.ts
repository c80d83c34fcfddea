import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { changes, rejectImmutableChange } from "../../../src/kubernetes/immutableFields.js";

class Unknown {
  readonly __pulumiUnknown = true;
}

const spec = {
  version: "1.18.4",
  backend: { dynamodb: { table: "a", haEnabled: true } },
  unsealer: { secretShares: 5, mode: { kubernetesSecret: { secretName: "keys" } } },
};

function update(was: object, now: object): () => void | Promise<void> {
  const hook = rejectImmutableChange('VaultServer "vault"');
  return () =>
    hook({
      urn: "urn",
      id: "id",
      name: "vault",
      type: "type",
      oldInputs: { spec: was },
      newInputs: { spec: now },
    });
}

describe("changes", () => {
  test("lists the leaves that differ, by path", () => {
    expect(changes("a", { x: 1, y: { z: [1, 2] }, gone: true }, { x: 1, y: { z: [1, 3] }, "new key": 0 })).toEqual([
      { path: "a.gone", was: true, now: undefined },
      { path: 'a["new key"]', was: undefined, now: 0 },
      { path: "a.y.z[1]", was: 2, now: 3 },
    ]);
  });

  test("passes over what is unknown or secret on either side", () => {
    const secret = pulumi.secret("x");
    expect(changes("a", { x: new Unknown(), y: 1, z: secret }, { x: 1, y: new Unknown(), z: "other" })).toEqual([]);
  });

  test("finds nothing in equal values, whatever the order of their keys", () => {
    expect(changes("a", { x: { y: null }, z: [] }, { z: [], x: { y: null } })).toEqual([]);
  });
});

describe("rejectImmutableChange", () => {
  test("lets other fields change", () => {
    expect(update(spec, { ...spec, version: "1.18.5", replicas: 3 })).not.toThrow();
  });

  const rejection = (...lines: string[]) =>
    new Error(['VaultServer "vault": cannot change once the VaultServer exists:', ...lines].join("\n"));

  test.each<[string, object, string, string]>([
    [
      "another table",
      { ...spec, backend: { dynamodb: { ...spec.backend.dynamodb, table: "b" } } },
      '  - spec.backend.dynamodb.table: was "a", would be "b"',
      "Vault's data would stay in the old table. Move the data first (vault operator migrate, or a restored table), then set onImmutableChange: " +
        '"replace".',
    ],
    [
      "high availability",
      { ...spec, backend: { dynamodb: { table: "a", haEnabled: false } } },
      "  - spec.backend.dynamodb.haEnabled: was true, would be false",
      "KubeVault does not change the storage settings of a VaultServer that exists; the data are not affected. Set onImmutableChange: " +
        '"replace": the VaultServer is deleted and created again on the same table, and Vault is unavailable meanwhile.',
    ],
    [
      "the number of shares",
      { ...spec, unsealer: { ...spec.unsealer, secretShares: 3 } },
      "  - spec.unsealer.secretShares: was 5, would be 3",
      "It takes effect only when Vault is initialised. Take the change back; an initialised Vault gets other shares by vault operator rekey.",
    ],
    [
      "where the unseal keys are",
      { ...spec, unsealer: { ...spec.unsealer, mode: { kubernetesSecret: { secretName: "other" } } } },
      '  - spec.unsealer.mode.kubernetesSecret.secretName: was "keys", would be "other"',
      "The unseal keys would stay where they are, and Vault could not be unsealed. Copy the unseal keys and the root token to the new place first, " +
        'then set onImmutableChange: "replace".',
    ],
    [
      "the node selector",
      { ...spec, podTemplate: { spec: { nodeSelector: { disk: "ssd" } } } },
      '  - spec.podTemplate.spec.nodeSelector: was not given, would be {"disk":"ssd"}',
      "KubeVault does not move the pods of a VaultServer that exists by it. Use podTemplate.spec.affinity.nodeAffinity, which can change, or set " +
        'onImmutableChange: "replace".',
    ],
  ])("rejects a change of %s with its own reason", (_, now, ...lines) => {
    expect(update(spec, now)).toThrow(rejection(...lines));
  });

  test("rejects another unsealer, and one given or taken away later", () => {
    expect(update(spec, { ...spec, unsealer: { ...spec.unsealer, secretShares: 3 } })).toThrow(
      "spec.unsealer.secretShares: was 5, would be 3",
    );
    expect(update(spec, { ...spec, unsealer: undefined })).toThrow("spec.unsealer: was {");
    expect(update({ ...spec, unsealer: undefined }, spec)).toThrow("spec.unsealer: was not given, would be {");
  });

  test("passes over a spec that is unknown as a whole", () => {
    expect(update(spec, new Unknown())).not.toThrow();
  });
});
