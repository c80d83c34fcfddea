import { expect, test } from "vitest";
import { UnsealKeys, type UnsealKeysArgs } from "../../../src/kubernetes/index.js";
import { valueOf } from "../../support/outputs.js";
import { inputsOf, listed, record, settled } from "../../support/recorder.js";

test("makes an empty Secret for the unsealer", async () => {
  const recorded = await record();
  const keys = new UnsealKeys("keys", { namespace: "demo", secretName: "vault-keys", labels: { team: "platform" } });
  expect(await valueOf(keys.secretName)).toBe("vault-keys");
  expect(await valueOf(keys.namespace)).toBe("demo");
  expect(await valueOf(keys.secret.urn)).toBe(
    "urn:pulumi:stack::project::kubevault-aws:index:UnsealKeys$kubernetes:core/v1:Secret::keys-secret",
  );
  await settled();
  expect(listed(recorded)).toEqual([
    "kubernetes:core/v1:Secret keys-secret",
    "kubevault-aws:index:UnsealKeys keys",
    "pulumi-nodejs:dynamic/kubevault-aws:ReplacementGuard keys-replacement-guard",
  ]);
  expect(inputsOf(recorded, "keys-secret")).toEqual({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "vault-keys", namespace: "demo", labels: { team: "platform" } },
  });
});

test("lets the caller change the Secret", async () => {
  const recorded = await record();
  new UnsealKeys("keys", {
    namespace: "demo",
    transform: { secret: (args) => ({ ...args, type: "own" }) },
  });
  await settled();
  expect(inputsOf(recorded, "keys-secret")).toMatchObject({ type: "own" });
});

test("registers the Secret's namespace and name before it, as they are after a transform", async () => {
  const place = async (transform?: UnsealKeysArgs["transform"]) => {
    const recorded = await record();
    new UnsealKeys("keys", { namespace: "demo", transform });
    await settled();
    const names = recorded.map(({ name }) => name);
    expect(names.indexOf("keys-replacement-guard")).toBeLessThan(names.indexOf("keys-secret"));
    const { __provider: _, ...inputs } = inputsOf(recorded, "keys-replacement-guard");
    return inputs;
  };
  expect(await place()).toEqual({ guarded: "UnsealKeys", place: { namespace: "demo", name: null } });
  const transform = { secret: () => ({ metadata: { namespace: "other", name: "own" } }) };
  expect(await place(transform)).toEqual({ guarded: "UnsealKeys", place: { namespace: "other", name: "own" } });
});
