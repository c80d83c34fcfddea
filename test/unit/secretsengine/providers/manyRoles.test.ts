import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it, vi } from "vitest";
import { failureOf, leftBy, useStage } from "./support.js";

const kind = "AwsSecretsRoles";
const role = (policy: string) => ({
  credentialType: "iam_user",
  policyArns: [`arn:aws:iam::aws:policy/${policy}`],
});
const rolesOf = (count: number, policy = "A") =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`r${index}`, role(policy)]));

describe("many roles", () => {
  const stage = useStage({ "kubevault-aws:maxRetries": 0 });
  const isOf = (method: string, names: ReadonlySet<string>) => (request: { method: string; path: string }) =>
    request.method === method && names.has(request.path.replace("aws/roles/", ""));
  const written = () => Object.keys(stage.vault.objects).filter((path) => path.startsWith("aws/roles/"));

  it("are created with one request each, and one for their names", async () => {
    stage.vault.mount("aws");
    await stage.plugin.create(kind, { mount: "aws", roles: rolesOf(20) });
    const calls = stage.vault.calls().filter((call) => call.includes("aws/roles"));
    expect(calls).toHaveLength(21);
    expect(calls[0]).toBe("GET aws/roles");
    expect(calls.filter((call) => call.startsWith("POST"))).toHaveLength(20);
  });

  it("are not overwritten where one of that name is there already and differs", async () => {
    stage.vault.mount("aws");
    stage.vault.objects["aws/roles/r7"] = { credential_type: "session_token" };
    const error = await failureOf(stage.plugin.create(kind, { mount: "aws", roles: rolesOf(20) }));
    expect(error.message).toContain("1 role of aws failed:\n  - r7: ");
    expect(error.message).toContain("exists already in Vault and differs");
    expect(stage.vault.objects["aws/roles/r7"]?.credential_type).toBe("session_token");
  });

  it("are each read before where the token may not list them", async () => {
    stage.vault.mount("aws");
    stage.vault.intercept = ({ method, path }) =>
      method === "GET" && path === "aws/roles" ? { status: 403, body: { errors: ["permission denied"] } } : undefined;
    await stage.plugin.create(kind, { mount: "aws", roles: rolesOf(20) });
    const calls = stage.vault.calls();
    expect(calls.filter((call) => call.startsWith("GET aws/roles/"))).toHaveLength(20);
    expect(written()).toHaveLength(20);
  });

  it("of which one in twenty fails lose nothing: each failure is named, and the next up writes these only", async () => {
    stage.vault.mount("aws");
    const names = Object.keys(rolesOf(1000));
    const refused = new Set(names.filter((_, index) => index % 40 === 0));
    const lost = new Set(names.filter((_, index) => index % 40 === 20));
    const fail = (method: string) => {
      stage.vault.intercept = (request) => {
        if (isOf(method, lost)(request)) {
          stage.vault.answer(request);
          return { status: 504, body: "<html>504 Gateway Time-out</html>" };
        }
        return isOf(method, refused)(request) ? { status: 403, body: { errors: ["permission denied"] } } : undefined;
      };
    };
    const heal = () => (stage.vault.intercept = () => undefined);
    const namedIn = (message: string) =>
      [...message.matchAll(/^ {2}- (r\d+(?:, r\d+)*): /gm)].flatMap(([, list = ""]) => list.split(", ")).sort();
    const failing = [...refused, ...lost].sort();
    const wanted = { mount: "aws", roles: rolesOf(1000) };
    const postsOf = async (work: () => Promise<unknown>) => {
      const from = stage.vault.requests.length;
      await work();
      const calls = stage.vault.calls(from).filter((call) => call.startsWith("POST aws/roles/"));
      return calls.map((call) => call.replace("POST aws/roles/", "")).sort();
    };

    fail("POST");
    const creation = await failureOf(stage.plugin.create(kind, wanted));
    expect(namedIn(creation.message)).toEqual(failing);
    expect(written()).toHaveLength(1000 - refused.size);
    heal();
    let state = leftBy(kind, creation);
    expect(await postsOf(async () => (state = await stage.plugin.update(state, wanted)))).toEqual(
      failing.filter((name) => refused.has(name)),
    );
    expect(written()).toHaveLength(1000);
    expect((await stage.plugin.diff(state, wanted)).changes).toBe(false);

    const changed = { mount: "aws", roles: rolesOf(1000, "B") };
    fail("POST");
    const change = await failureOf(stage.plugin.update(state, changed));
    expect(namedIn(change.message)).toEqual(failing);
    heal();
    state = await stage.plugin.update(leftBy(kind, change), changed);
    const policies = new Set(written().map((path) => String(stage.vault.objects[path]?.policy_arns)));
    expect([...policies]).toEqual(["arn:aws:iam::aws:policy/B"]);

    fail("DELETE");
    const deletion = await failureOf(stage.plugin.destroy(state));
    expect(namedIn(deletion.message)).toEqual(failing);
    expect(
      written()
        .map((path) => path.replace("aws/roles/", ""))
        .sort(),
    ).toEqual([...refused].sort());
    heal();
    await stage.plugin.destroy(state);
    expect(written()).toEqual([]);
  }, 60_000);

  it("leave nothing in memory, however often they are written with failures", async () => {
    stage.vault.mount("aws");
    let state = await stage.plugin.create(kind, { mount: "aws", roles: rolesOf(1000) });
    const failing = new Set(Object.keys(rolesOf(1000)).filter((_, index) => index % 20 === 0));
    const heapAfterRound: number[] = [];
    for (let round = 0; round < 12; round += 1) {
      const wanted = { mount: "aws", roles: rolesOf(1000, round % 2 === 0 ? "B" : "A") };
      stage.vault.intercept = (request) =>
        isOf("POST", failing)(request) ? { status: 403, body: { errors: ["permission denied"] } } : undefined;
      state = leftBy(kind, await failureOf(stage.plugin.update(state, wanted)));
      stage.vault.intercept = () => undefined;
      state = await stage.plugin.update(state, wanted);
      // What the test itself keeps.
      stage.vault.requests.length = 0;
      stage.warnings().length = 0;
      vi.clearAllMocks();
      heapAfterRound.push(heapInUse());
    }
    // A round has 1,050 failed and repeated writes: as little as 200 bytes kept of each would be 2 MB.
    const [warm = 0, last = 0] = [heapAfterRound[3], heapAfterRound.at(-1)];
    expect(last - warm).toBeLessThan(1_500_000);
  }, 120_000);
});

/** Bytes that are in use once all that can be freed is. */
function heapInUse(): number {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  return process.memoryUsage().heapUsed;
}
