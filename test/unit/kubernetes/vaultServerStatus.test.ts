import { expect, test } from "vitest";
import { describeStatus } from "../../../src/kubernetes/vaultServerStatus.js";

test.each([
  [
    undefined,
    "VaultServer vault/prod has no phase yet: is KubeVault's operator running, and does it watch this namespace?",
  ],
  [
    { phase: "NotReady", conditions: [] },
    "VaultServer vault/prod is in phase NotReady, and all of its conditions hold.",
  ],
  [
    {
      phase: "Critical",
      conditions: [
        { type: "Initialized", status: "True", message: "fine" },
        { type: "Unsealed", status: "False", reason: "Sealed", message: "2 of 3 nodes are sealed" },
        { type: "AcceptingConnection", status: "Unknown", reason: "", message: "" },
        { type: "AllReplicasReady", status: "False", reason: "SomeReplicasNotReady" },
      ],
    },
    [
      "VaultServer vault/prod is in phase Critical. Conditions that do not hold:",
      "  - Unsealed: Sealed: 2 of 3 nodes are sealed",
      "  - AcceptingConnection",
      "  - AllReplicasReady: SomeReplicasNotReady",
    ].join("\n"),
  ],
])("describes a status (%#)", (status, text) => {
  expect(describeStatus("vault/prod", status)).toBe(text);
});
