import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hostileName, hostileText, namedKinds } from "../../support/hostile.js";
import { VaultOnly, type Values } from "../access/support.js";
import type { PartialError, Plugin } from "./support.js";

let world: VaultOnly;
let plugin: Plugin;

beforeAll(async () => {
  world = await VaultOnly.start("vault");
  plugin = world.plugin();
  await world.api("POST", "sys/mounts/aws", { type: "aws" });
  for (const type of ["kubernetes", "jwt", "approle"]) {
    await world.api("POST", `sys/auth/${type}`, { type });
  }
});
afterAll(async () => {
  await world.stop();
});

/** Whether the plugin takes inputs at all. */
async function passes(kind: string, inputs: Values): Promise<boolean> {
  try {
    await plugin.check(kind, inputs);
    return true;
  } catch {
    return false;
  }
}

async function names(list: string): Promise<string[]> {
  if (/^sys\/(?:mounts|auth|audit)$/.test(list)) {
    return Object.keys(await world.data(list)).sort();
  }
  try {
    const found: string[] = [];
    const { data } = await world.api<{ data: { keys: string[] } }>("LIST", list);
    for (const key of data.keys) {
      found.push(
        ...(key.endsWith("/") ? (await names(`${list}/${key.slice(0, -1)}`)).map((below) => key + below) : [key]),
      );
    }
    return found.sort();
  } catch (error) {
    if ((error as { statusCode?: unknown }).statusCode === 404) {
      return [];
    }
    throw error;
  }
}

describe("on a real Vault, an object is at the name that it was given, or nowhere", () => {
  it.each(namedKinds)("$kind", async ({ kind, names: arbitrary = hostileName, inputs, list, withSlash }) => {
    const before = await names(list);
    let created = 0;
    await fc.assert(
      fc.asyncProperty(arbitrary, async (name) => {
        const given = inputs(name);
        if (!(await passes(kind, given)) || before.includes(withSlash === true ? `${name}/` : name)) {
          return;
        }
        let stored;
        try {
          stored = await plugin.create(kind, given);
        } catch {
          // Vault's own rules: nothing may be there.
          expect(await names(list)).toEqual(before);
          return;
        }
        created += 1;
        expect(await names(list)).toEqual([...before, withSlash === true ? `${name}/` : name].sort());
        expect(await plugin.refresh(stored)).toBeDefined();
        await plugin.destroy(stored);
        expect(await names(list)).toEqual(before);
      }),
      { numRuns: 200 },
    );
    expect(created).toBeGreaterThan(3);
  });
});

describe("on a real Vault, a text is kept as it is, or rejected", () => {
  const sentence = (text: string) => `# ${text.replace(/[\r\n]/g, " ")}\npath "a" { capabilities = ["read"] }`;
  const texts: readonly [
    what: string,
    kind: string,
    inputs: (text: string) => Values,
    path: string,
    kept: (data: Values) => unknown,
    wanted: (text: string) => unknown,
  ][] = [
    [
      "an IAM policy",
      "AwsSecretsRole",
      (text) => ({
        mount: "aws",
        name: "hostile",
        credentialType: "iam_user",
        policyDocument: JSON.stringify(
          {
            Version: "2012-10-17",
            Statement: [{ Effect: "Allow", Action: "s3:GetObject", Resource: `arn:aws:s3:::b/${text}` }],
          },
          undefined,
          2,
        ),
      }),
      "aws/roles/hostile",
      ({ policy_document: document }) =>
        (JSON.parse(String(document)) as { Statement: { Resource: unknown }[] }).Statement[0]?.Resource,
      (text) => `arn:aws:s3:::b/${text}`,
    ],
    [
      "a policy of Vault",
      "VaultPolicy",
      (text) => ({ name: "hostile", policy: sentence(text) }),
      "sys/policies/acl/hostile",
      ({ policy }) => policy,
      sentence,
    ],
    [
      "a description",
      "AwsSecretsMount",
      (text) => ({ path: "hostile", description: text }),
      "sys/mounts/hostile",
      ({ description }) => description,
      (text) => text,
    ],
    [
      "the value of a tag",
      "AwsSecretsRole",
      (text) => ({
        mount: "aws",
        name: "hostile",
        credentialType: "iam_user",
        iamGroups: ["g"],
        iamTags: { key: text },
      }),
      "aws/roles/hostile",
      ({ iam_tags: tags }) => (tags as Values).key,
      (text) => text,
    ],
    [
      "a username template",
      "AwsRootConfig",
      (text) => ({ mount: "aws", usernameTemplate: `v-${text}{{ random 8 }}`, adoptExisting: true }),
      "aws/config/root",
      ({ username_template: template }) => template,
      (text) => `v-${text}{{ random 8 }}`,
    ],
  ];

  it.each(texts)("%s", async (_what, kind, inputs, path, kept, wanted) => {
    let created = 0;
    await fc.assert(
      fc.asyncProperty(hostileText, async (text) => {
        const given = inputs(text);
        if (!(await passes(kind, given))) {
          return;
        }
        let stored;
        try {
          stored = await plugin.create(kind, given);
        } catch (error) {
          // Vault's own rules: nothing may be left.
          expect([(error as PartialError).id, String(error)]).toEqual([undefined, expect.stringMatching(/: 400: /)]);
          return;
        }
        created += 1;
        try {
          expect(kept(await world.data(path))).toBe(wanted(text));
          const refreshed = await plugin.refresh(stored);
          expect(await plugin.diff(refreshed ?? stored, given)).toMatchObject({ changes: false });
        } finally {
          await plugin.destroy(stored);
        }
      }),
      { numRuns: 100 },
    );
    expect(created).toBeGreaterThan(3);
  });
});
