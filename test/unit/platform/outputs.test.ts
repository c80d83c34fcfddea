import { describe, expect, it } from "vitest";
import { VaultPlatform, type VaultPlatformArgs } from "../../../src/index.js";
import { ending, late, previewed, unknown } from "../../support/programs.js";
import { record } from "../../support/recorder.js";
import { cloud, small } from "./support.js";

const bad = 'must be an http or https URL, got "vault.example.com:8200". Write https://vault.example.com:8200.';

const labelValue =
  "must be at most 63 letters, digits, hyphens, underscores and dots, and begin and end with a letter or digit";
const objectName =
  "must be at most 253 lower-case letters, digits, hyphens and dots, and begin and end with a letter or digit";

describe("an argument of a platform that is an output", () => {
  const platform = (args: Partial<VaultPlatformArgs>) =>
    previewed(cloud, () => new VaultPlatform("p", { ...small, ...args }));

  it("is checked at preview once it is known, under its own name", async () => {
    expect(await platform({ vaultAddress: late("vault.example.com:8200") })).toEqual([
      `VaultPlatform "p": invalid argument: vaultAddress: ${bad}`,
    ]);
    expect(await platform({ vaultAddress: late("https://vault.example.com") })).toEqual([]);
    expect(await platform({ vaultAddress: unknown() })).toEqual([]);
  });

  it.each<[Partial<VaultPlatformArgs>, string]>([
    [
      { namespace: late("Not_A_Namespace") },
      'namespace: must be the name of a Kubernetes namespace, got "Not_A_Namespace".',
    ],
    [{ labels: late({ team: "a b" }) }, `labels.team: ${labelValue}, got "a b".`],
    [{ annotations: late({ x: 1 as never }) }, "annotations.x: must be a text, got 1."],
    [{ tags: late({ team: 1 as never }) }, "tags.team: must be a text, got 1."],
    [{ mountPath: late("/") }, 'mountPath: must be a path without spaces, empty parts, dots or wildcards, got "/".'],
    [
      { permissionsBoundaryArn: late("none") },
      'permissionsBoundaryArn: must be the ARN of a managed IAM policy, got "none".',
    ],
    [
      { kubeconfig: late("") },
      "kubeconfig: must be a text that is not empty. Leave it out to take KUBECONFIG and its current context.",
    ],
    [{ storageSecretName: Promise.resolve("Keys") }, `storageSecretName: ${objectName}, got "Keys".`],
  ])("is one error where it breaks a rule, however many children have it: %#", async (args, message) => {
    expect(await platform(args)).toEqual([`VaultPlatform "p": invalid argument: ${message}`]);
  });

  it("never reaches the connection in an update", async () => {
    const recorded = await record(cloud);
    expect(await ending(() => new VaultPlatform("p", { ...small, vaultAddress: late("vault.example.com:8200") }))).toBe(
      `VaultPlatform "p": invalid argument: vaultAddress: ${bad}`,
    );
    expect(recorded.map(({ name }) => name)).not.toContain("p-connection");
  });
});
