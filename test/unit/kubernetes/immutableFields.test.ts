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

describe("refuseImmutableChange", () => {
  test("lets other fields change", () => {
    expect(update(spec, { ...spec, version: "1.18.5", replicas: 3 })).not.toThrow();
  });

  test("refuses another table, naming both", () => {
    expect(update(spec, { ...spec, backend: { dynamodb: { table: "b" } } })).toThrow(
      new Error(
        [
          'VaultServer "vault": backend and unsealer cannot change once the VaultServer exists:',
          "  - spec.backend.dynamodb.haEnabled: was true, would be not given",
          '  - spec.backend.dynamodb.table: was "a", would be "b"',
          "Vault's data and unseal keys would stay behind, out of its reach. Take the change back. Or move the data (vault operator migrate), and set",
          'onImmutableChange to "replace" to have the VaultServer deleted and made anew.',
        ].join("\n"),
      ),
    );
  });

  test("refuses another unsealer, and one given or taken away later", () => {
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
