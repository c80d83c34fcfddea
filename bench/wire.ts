import { Agent, request } from "node:http";
import { forEachAtOnce } from "../src/internal/forEachAtOnce.js";

export interface Wire {
  readonly write: number;
  readonly read: number;
  readonly remove: number;
}

/** Seconds that it takes to write, read and delete roles with nothing but HTTP: a client that keeps its connections, eight requests at a time. */
export async function measureWire(address: string, token: string, count: number): Promise<Wire> {
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  const names = Array.from({ length: count }, (_, index) => `wire-${index}`);
  const body = JSON.stringify({
    credential_type: "iam_user",
    policy_arns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
  });
  const all = async (method: string) => {
    const started = performance.now();
    await forEachAtOnce(names, 8, (name) => call(agent, `${address}/v1/aws/roles/${name}`, method, token, body));
    return (performance.now() - started) / 1000;
  };
  const [write, read, remove] = [await all("POST"), await all("GET"), await all("DELETE")];
  agent.destroy();
  return { write, read, remove };
}

function call(agent: Agent, url: string, method: string, token: string, body: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { agent, method, headers: { "x-vault-token": token } }, (response) => {
      response.resume();
      response.on("end", () =>
        (response.statusCode ?? 500) < 300
          ? resolve()
          : reject(new Error(`${method} ${url}: ${response.statusCode ?? 0}`)),
      );
    });
    sent.on("error", reject);
    sent.end(method === "POST" ? body : undefined);
  });
}
