import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hostileName, namedKinds } from "../../support/hostile.js";
import { failureOf, useStage } from "../secretsengine/providers/support.js";

describe("names and paths are sent as they are, or rejected before anything is sent", () => {
  const stage = useStage();

  it.each(namedKinds)("$kind", async ({ kind, names: arbitrary = hostileName, inputs, pathOf }) => {
    let accepted = 0;
    await fc.assert(
      fc.asyncProperty(arbitrary, async (name) => {
        stage.vault.reset();
        stage.vault.mount("aws");
        for (const type of ["kubernetes", "jwt", "approle"]) {
          stage.vault.mount(type, type, stage.vault.auth);
        }
        const given = inputs(name);
        try {
          await stage.plugin.check(kind, given);
        } catch {
          expect(stage.vault.requests).toEqual([]);
          return;
        }
        accepted += 1;
        const path = pathOf(name);
        const before = Object.keys({ ...stage.vault.mounts, ...stage.vault.auth, ...stage.vault.objects });
        if (before.includes(`${name}/`)) {
          return;
        }
        const stored = await stage.plugin.create(kind, given);
        const written = stage.vault.requests.filter(({ method }) => method === "POST");
        expect(written.map(({ rawPath }) => rawPath)).toEqual([
          `/v1/${path.split("/").map(encodeURIComponent).join("/")}`,
        ]);
        expect(written[0]?.path).toBe(path);
        expect(await stage.plugin.refresh(stored)).toBeDefined();
        await stage.plugin.destroy(stored);
        const deleted = stage.vault.requests.filter(({ method }) => method === "DELETE");
        expect(deleted.map((request) => request.path)).toEqual([path]);
      }),
      { numRuns: 150 },
    );
    expect(accepted).toBeGreaterThan(5);
  });
});

describe("a text that JSON cannot carry is rejected before Vault stores another one", () => {
  const stage = useStage();
  const half = "a\ud800b";

  it.each([
    ["AwsSecretsMount", { path: "aws", description: half }, "description"],
    [
      "AwsSecretsRole",
      { mount: "aws", name: "r", credentialType: "iam_user", iamGroups: ["g"], iamTags: { key: half } },
      "iamTags",
    ],
    ["VaultPolicy", { name: "p", policy: `# ${half}\npath "a" { capabilities = ["read"] }` }, "policy"],
    ["VaultAuthMethod", { path: "ci", type: "jwt", description: half }, "description"],
  ])("%s", async (kind, inputs, argument) => {
    const { message } = await failureOf(stage.plugin.create(kind, inputs));
    expect(message).toContain(
      `${argument}: must be valid Unicode: it has half of a surrogate pair, which cannot be stored`,
    );
    expect(stage.vault.requests).toEqual([]);
  });
});
