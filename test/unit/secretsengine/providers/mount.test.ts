import { describe, expect, it } from "vitest";
import { failureOf, gatewayTimeout, leftBy, loseAnswers, useStage } from "./support.js";

const kind = "AwsSecretsMount";

describe("a mount", () => {
  const stage = useStage();
  const mounted = () => Object.keys(stage.vault.mounts);

  it.each([
    [
      "an engine of another type",
      "kv",
      /aws: a secrets engine of type "kv", with accessor kv_\d+, is mounted there now/,
    ],
    [
      "another engine",
      "aws",
      /aws: another secrets engine of type "aws", with accessor aws_\d+ and not aws_\d+, is mounted there now/,
    ],
  ])("is not destroyed where %s took its place", async (_what, type, warning) => {
    const stored = await stage.plugin.create(kind, { path: "aws" });
    delete stage.vault.mounts["aws/"];
    stage.vault.mount("aws", type);
    await stage.plugin.destroy(stored);
    expect(mounted()).toEqual(["aws/"]);
    expect(stage.warnings().join("\n")).toMatch(warning);
  });

  it("is not tuned where another engine took its place", async () => {
    const stored = await stage.plugin.create(kind, { path: "aws" });
    delete stage.vault.mounts["aws/"];
    stage.vault.mount("aws");
    const error = await failureOf(stage.plugin.update(stored, { path: "aws", description: "mine" }));
    expect(error.message).toMatch(
      /another secrets engine of type "aws", .* is mounted there now\. Run "pulumi refresh", then up again$/,
    );
    expect(stage.vault.mounts["aws/"]?.description).toBe("");
  });

  describe("of an up that was killed before it was in the state", () => {
    const inputs = { path: "aws", description: "d", maxLeaseTtl: "2h" };
    const refused =
      "path aws/ is in use already by an AWS secrets engine. To take it over, set adoptExisting: true; else choose another path";

    it("is taken over by the next one", async () => {
      await stage.plugin.create(kind, inputs);
      const stored = await stage.plugin.create(kind, inputs);
      expect(stored.outputs.accessor).toBe(stage.vault.mounts["aws/"]?.accessor);
      expect(stage.warnings().join("\n")).toContain(
        "aws/ was mounted already, with the same settings and nothing in it, as an up leaves it that was killed: it is taken over",
      );
    });

    it.each(["config/root", "config/lease", "roles/deploy", "static-roles/ci"])(
      "is not taken for one that holds %s",
      async (object) => {
        await stage.plugin.create(kind, inputs);
        stage.vault.objects[`aws/${object}`] = { name: "x" };
        expect((await failureOf(stage.plugin.create(kind, inputs))).message).toBe(refused);
      },
    );

    it("is not taken for one with other settings, nor for one that the token may not look into", async () => {
      await stage.plugin.create(kind, { ...inputs, description: "another" });
      expect((await failureOf(stage.plugin.create(kind, inputs))).message).toBe(refused);
      stage.vault.intercept = ({ query }) =>
        query.list === "true" ? { status: 403, body: { errors: ["permission denied"] } } : undefined;
      const same = { ...inputs, description: "another" };
      expect((await failureOf(stage.plugin.create(kind, same))).message).toBe(refused);
    });
  });

  it("is in the state where the answer to its creation is lost", async () => {
    loseAnswers(stage.vault, ({ method, path }) => method === "POST" && path === "sys/mounts/aws");
    const stored = await stage.plugin.create(kind, { path: "aws", description: "d" });
    expect(stored.outputs.accessor).toBe(stage.vault.mounts["aws/"]?.accessor);
  });

  it.each([
    ["done", true],
    ["not done", false],
  ])("carries on after a creation of which nothing was heard, %s", async (_what, done) => {
    let isDown = false;
    stage.vault.intercept = (request) => {
      if (request.method === "POST") {
        isDown = true;
        if (done) {
          stage.vault.answer(request);
        }
      }
      return isDown ? gatewayTimeout : undefined;
    };
    const left = leftBy(kind, await failureOf(stage.plugin.create(kind, { path: "aws" })));
    stage.vault.intercept = () => undefined;
    const settled = await stage.plugin.update(left, { path: "aws" });
    expect(settled.outputs.accessor).toBe(stage.vault.mounts["aws/"]?.accessor);
    await stage.plugin.destroy(left);
    expect(mounted()).toEqual([]);
  });

  describe("that moves", () => {
    const moving = { path: "aws2", onPathChange: "remount", description: "b" };

    it.each([
      ["nobody may read the migration", ({ path }: { path: string }) => path.startsWith("sys/remount/status"), true],
      ["its settings cannot be written", ({ path }: { path: string }) => path.endsWith("/tune"), false],
    ])("goes on where %s", async (_what, isDenied, succeeds) => {
      const stored = await stage.plugin.create(kind, { path: "aws", onPathChange: "remount", description: "a" });
      stage.vault.intercept = (request) =>
        isDenied(request) ? { status: 403, body: { errors: ["permission denied"] } } : undefined;
      let state = stored;
      if (!succeeds) {
        state = leftBy(kind, await failureOf(stage.plugin.update(stored, moving)));
        expect(state.outputs.path).toBe("aws2");
        stage.vault.intercept = () => undefined;
      }
      const settled = await stage.plugin.update(state, moving);
      expect(settled.outputs.accessor).toBe(stored.outputs.accessor);
      expect(stage.vault.mounts["aws2/"]?.description).toBe("b");
    });

    it("is recognized at its new path by its accessor, by an up and by a refresh", async () => {
      const stored = await stage.plugin.create(kind, { path: "aws", onPathChange: "remount" });
      stage.vault.answer({
        method: "POST",
        path: "sys/remount",
        query: {},
        body: { from: "aws", to: "aws2" },
        token: "root",
      });
      const settled = await stage.plugin.update(stored, { path: "aws2", onPathChange: "remount" });
      expect(settled.outputs).toMatchObject({ path: "aws2", accessor: stored.outputs.accessor });
      const refreshed = await stage.plugin.refresh(stored);
      expect(refreshed?.outputs.path).toBe("aws2");
      expect(await stage.plugin.diff(refreshed ?? stored, { path: "aws2", onPathChange: "remount" })).toMatchObject({
        changes: false,
      });
    });

    it("is looked up where the answer to the request is lost", async () => {
      const stored = await stage.plugin.create(kind, { path: "aws", onPathChange: "remount" });
      loseAnswers(stage.vault, ({ path }) => path === "sys/remount");
      const settled = await stage.plugin.update(stored, moving);
      expect(settled.outputs).toMatchObject({ path: "aws2", accessor: stored.outputs.accessor });
    });
  });

  describe("that is unmounted for long", () => {
    it("is waited for where a gateway ends the request", async () => {
      const stored = await stage.plugin.create(kind, { path: "aws" });
      stage.vault.intercept = (request) => {
        if (request.method === "DELETE") {
          setTimeout(() => stage.vault.answer(request), 600);
          return gatewayTimeout;
        }
        return undefined;
      };
      await stage.plugin.destroy(stored);
      expect(mounted()).toEqual([]);
      expect(stage.vault.calls().filter((call) => call.startsWith("DELETE"))).toHaveLength(1);
    });

    it("says that Vault goes on, when unmountTimeout is over", async () => {
      const stored = await stage.plugin.create(kind, { path: "aws", unmountTimeout: 1 });
      stage.vault.intercept = (request) => (request.method === "DELETE" ? gatewayTimeout : undefined);
      expect((await failureOf(stage.plugin.destroy(stored))).message).toMatch(
        /^aws\/ is still being unmounted after 1 s \(.*504.*\): Vault revokes its leases one by one, and goes on doing so\. Destroy again in a while, or raise unmountTimeout$/,
      );
    });
  });
});
