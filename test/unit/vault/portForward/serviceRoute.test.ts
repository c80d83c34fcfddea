import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { KubernetesConnection } from "../../../../src/vault/portForward/kubernetesConnection.js";
import { takesPortForward } from "../../../../src/vault/portForward/serviceRoute.js";

const connection: KubernetesConnection = { namespace: "vault", service: "vault", route: "auto" };

describe("takesPortForward", () => {
  let home: string;
  let token: string;
  const inPod = () => ({ HOME: home, KUBERNETES_SERVICE_HOST: "10.0.0.1" });

  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), "service-route-"));
    token = join(home, "token");
    writeFileSync(token, "jwt");
  });

  afterAll(() => rmSync(home, { recursive: true }));

  it("does not in a pod without a kubeconfig", () => {
    expect(takesPortForward(connection, inPod(), token)).toBe(false);
    expect(takesPortForward(connection, { ...inPod(), KUBECONFIG: "" }, token)).toBe(false);
  });

  it("does outside of a cluster", () => {
    expect(takesPortForward(connection, { HOME: home }, token)).toBe(true);
    expect(takesPortForward(connection, inPod(), join(home, "none"))).toBe(true);
  });

  it("does wherever a kubeconfig names a cluster, which may be another one than the pod's", () => {
    expect(takesPortForward({ ...connection, kubeconfig: "/k" }, inPod(), token)).toBe(true);
    expect(takesPortForward({ ...connection, context: "prod" }, inPod(), token)).toBe(true);
    expect(takesPortForward(connection, { ...inPod(), KUBECONFIG: "/k" }, token)).toBe(true);
    mkdirSync(join(home, ".kube"));
    writeFileSync(join(home, ".kube", "config"), "");
    expect(takesPortForward(connection, inPod(), token)).toBe(true);
    rmSync(join(home, ".kube"), { recursive: true });
  });

  it("follows an explicit route", () => {
    expect(takesPortForward({ ...connection, route: "portForward" }, inPod(), token)).toBe(true);
    expect(takesPortForward({ ...connection, route: undefined }, inPod(), token)).toBe(true);
    expect(takesPortForward({ ...connection, route: "service" }, { HOME: home }, token)).toBe(false);
  });
});
