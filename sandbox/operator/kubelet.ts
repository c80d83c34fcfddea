import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";
import { createCertificateAuthority, type KubernetesRest } from "../kubernetes/index.js";
import { servePortForward } from "../kubernetes/portForwardFrames.js";

/** The part of a node's kubelet that a port-forward needs. */
export interface Kubelet {
  readonly stop: () => Promise<void>;
}

/** Name of the one node of the cluster: what Pods name in `spec.nodeName`. */
export const nodeName = "sandbox";

const protocol = "v4.channel.k8s.io";

/**
 * Serves port-forwards to Pods: kube-apiserver hands each on to the kubelet of the Pod's node. The Vault processes of the stand-in listen on loopback
 * ports, and that is where a forward to port 8200 leads.
 *
 * @param portOf the port on 127.0.0.1 that stands for a Pod's port 8200; undefined where the Pod does not run
 */
export async function startKubelet(
  kubernetes: KubernetesRest,
  portOf: (namespace: string, pod: string) => number | undefined,
): Promise<Kubelet> {
  const authority = await createCertificateAuthority("sandbox-kubelet");
  const { certificate, key } = await authority.issue(nodeName, ["127.0.0.1"]);
  const server = createServer({ cert: certificate, key }, (_, response) => response.writeHead(404).end());
  const forwards = new WebSocketServer({
    noServer: true,
    handleProtocols: (offered) => (offered.has(protocol) ? protocol : false),
  });
  server.on("upgrade", (request, socket, head) => {
    const { pathname } = new URL(request.url ?? "", "https://kubelet");
    const [, namespace, pod] = /^\/portForward\/([^/]+)\/([^/]+)/.exec(pathname) ?? [];
    if (namespace === undefined || pod === undefined) {
      socket.end("HTTP/1.1 404 Not Found\r\nconnection: close\r\n\r\n");
    } else {
      forwards.handleUpgrade(request, socket, head, (forward) => servePortForward(forward, portOf(namespace, pod)));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  await registerNode(kubernetes, (server.address() as AddressInfo).port);
  return {
    stop: async () => {
      forwards.clients.forEach((forward) => forward.terminate());
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function registerNode(kubernetes: KubernetesRest, Port: number): Promise<void> {
  const node = { apiVersion: "v1", kind: "Node", metadata: { name: nodeName } };
  await kubernetes.apply(`/api/v1/nodes/${nodeName}`, node);
  await kubernetes.merge(`/api/v1/nodes/${nodeName}/status`, {
    status: {
      addresses: [{ type: "InternalIP", address: "127.0.0.1" }],
      daemonEndpoints: { kubeletEndpoint: { Port } },
      conditions: [{ type: "Ready", status: "True", reason: "Sandbox", message: "stand-in" }],
    },
  });
}
