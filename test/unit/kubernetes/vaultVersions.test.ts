import { expect, test } from "vitest";
import { vaultVersionStanding } from "../../../src/kubernetes/vaultVersions.js";

test.each([
  ["1.18.4", "live"],
  ["1.10.3", "live"],
  ["1.2.0", "deprecated"],
  ["0.11.5", "deprecated"],
  ["openbao-2.4.3", "openbao"],
  ["sigilr-2.6.1", "openbao"],
  ["OpenBao-2.4.3", "openbao"],
  ["1.21.2", "custom"],
  ["vault-hsm", "custom"],
] as const)("%s is %s", (version, standing) => {
  expect(vaultVersionStanding(version)).toBe(standing);
});
