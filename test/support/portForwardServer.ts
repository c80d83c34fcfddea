import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";
import { createCertificateAuthority } from "../../sandbox/kubernetes/index.js";
import { servePortForward } from "../../sandbox/kubernetes/portForwardFrames.js";

/** A pod of the Service `demo/vault`. */
export interface ServedPod {
  readonly ready?: boolean;
  readonly phase?: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** Port on 127.0.0.1 that the pod's port 8200 leads to; without it the pod has nothing that listens. */
  readonly leadsTo?: number;
}

/**
 * The part of the Kubernetes API that a port-forward to a Service needs, over TLS and with a bearer token: the Service `demo/vault`, its pods, and
 * their `portforward` subresource with the channels of a web socket, as the kubelet speaks it.
 */
export interface PortForwardServer {
  /** Contents of a kubeconfig, with the contexts `good` and `stranger`, whose token is not accepted. */
  readonly kubeconfig: string;
  readonly address: string;
  /** May be changed at any time. */
  pods: Readonly<Record<string, ServedPod>>;
  /** What is answered with 403, such as `list pods` or `portforward`. */
  forbidden: readonly string[];
  /** Ports of the Service, and where they lead. */
  ports: readonly object[];
  /** What is left without an answer. */
  hangs: "nothing" | "services" | "portforward";
  /** The pods of all forwards so far, in order. */
  readonly forwarded: string[];
  /** Number of forwards that are open. */
  readonly open: () => number;
  /** Ends all forwards, as a pod that goes away does. */
  readonly drop: () => void;
  readonly stop: () => Promise<void>;
}

const token = "token-of-the-test";
const selector = { "app.kubernetes.io/instance": "vault" };

export async function startPortForwardServer(): Promise<PortForwardServer> {
  const authority = await createCertificateAuthority("port-forward test");
  const { certificate, key } = await authority.issue("kubernetes", ["127.0.0.1"]);
  const hanging: { destroy: () => void }[] = [];
  const server = createServer({ cert: certificate, key }, (request, response) => {
    const url = new URL(request.url ?? "", "https://test");
    const answer = (status: number, body: object) =>
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    const refuse = (code: number) => answer(code, { kind: "Status", status: "Failure", code });
    if (request.headers.authorization !== `Bearer ${token}`) {
      refuse(401);
    } else if (url.pathname === "/api/v1/namespaces/demo/services/vault") {
      if (served.hangs === "services") {
        hanging.push(request.socket);
      } else if (served.forbidden.includes("get services")) {
        refuse(403);
      } else {
        answer(200, { kind: "Service", metadata: { name: "vault" }, spec: { selector, ports: served.ports } });
      }
    } else if (url.pathname === "/api/v1/namespaces/demo/pods") {
      const wanted = url.searchParams.get("labelSelector") === "app.kubernetes.io/instance=vault";
      if (served.forbidden.includes("list pods") || !wanted) {
        refuse(wanted ? 403 : 400);
      } else {
        answer(200, { kind: "PodList", items: Object.entries(served.pods).map(([name, pod]) => manifest(name, pod)) });
      }
    } else {
      refuse(404);
    }
  });
  const forwards = new WebSocketServer({
    noServer: true,
    handleProtocols: (protocols) => (protocols.has("v4.channel.k8s.io") ? "v4.channel.k8s.io" : false),
  });
  server.on("upgrade", (request, socket, head) => {
    const url = new URL(request.url ?? "", "https://test");
    const pod = /^\/api\/v1\/namespaces\/demo\/pods\/([^/]+)\/portforward$/.exec(url.pathname)?.[1] ?? "";
    const status =
      request.headers.authorization !== `Bearer ${token}`
        ? 401
        : served.forbidden.includes("portforward")
          ? 403
          : served.pods[pod] === undefined || url.searchParams.get("ports") !== "8200"
            ? 404
            : 101;
    if (served.hangs === "portforward") {
      hanging.push(socket);
    } else if (status !== 101) {
      socket.end(`HTTP/1.1 ${status} Refused\r\nconnection: close\r\n\r\n`);
    } else {
      forwards.handleUpgrade(request, socket, head, (forward) => {
        served.forwarded.push(pod);
        servePortForward(forward, served.pods[pod]?.leadsTo);
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const served: PortForwardServer = {
    kubeconfig: kubeconfig(address, authority.certificate),
    address,
    pods: {},
    forbidden: [],
    ports: [{ port: 8200, targetPort: "client" }],
    hangs: "nothing",
    forwarded: [],
    open: () => forwards.clients.size,
    drop: () => forwards.clients.forEach((forward) => forward.terminate()),
    stop: async () => {
      hanging.forEach((socket) => socket.destroy());
      forwards.clients.forEach((forward) => forward.terminate());
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return served;
}

function manifest(name: string, { ready = true, phase = "Running", labels = {} }: ServedPod): object {
  return {
    metadata: { name, labels: { ...selector, ...labels } },
    spec: { containers: [{ name: "vault", ports: [{ name: "client", containerPort: 8200 }] }] },
    status: { phase, conditions: [{ type: "Ready", status: ready ? "True" : "False" }] },
  };
}

function kubeconfig(server: string, certificate: string): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      { name: "test", cluster: { server, "certificate-authority-data": Buffer.from(certificate).toString("base64") } },
    ],
    users: [
      { name: "good", user: { token } },
      { name: "stranger", user: { token: "other" } },
    ],
    contexts: ["good", "stranger"].map((name) => ({ name, context: { cluster: "test", user: name } })),
    "current-context": "good",
  });
}
