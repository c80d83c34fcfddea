import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import type { IncomingMessage } from "node:http";
import type { Certificate } from "../certificates.js";
import { convertVaultServer, type VersionedObject } from "./convert.js";

interface ConversionReview {
  readonly apiVersion: string;
  readonly kind: string;
  readonly request: {
    readonly uid: string;
    readonly desiredAPIVersion: string;
    readonly objects: readonly VersionedObject[];
  };
}

export interface ConversionWebhook {
  /** What goes into the CRD's `clientConfig.url`. */
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/** The conversion webhook that KubeVault's chart installs, for the API server to call. */
export async function startConversionWebhook(certificate: Certificate): Promise<ConversionWebhook> {
  const server = createServer({ cert: certificate.certificate, key: certificate.key }, (request, response) => {
    void answer(request).then(
      (body) => response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body)),
      (error: Error) => response.writeHead(400).end(error.message),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return { url: `https://127.0.0.1:${port}/convert`, stop: () => close(server) };
}

async function answer(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) {
    chunks.push(chunk as Buffer);
  }
  const review = JSON.parse(Buffer.concat(chunks).toString("utf8")) as ConversionReview;
  return { apiVersion: review.apiVersion, kind: review.kind, response: convertAll(review.request) };
}

function convertAll({ uid, desiredAPIVersion, objects }: ConversionReview["request"]) {
  try {
    const convertedObjects = objects.map((object) => convertVaultServer(object, desiredAPIVersion));
    return { uid, convertedObjects, result: { status: "Success" } };
  } catch (error) {
    return { uid, result: { status: "Failed", message: (error as Error).message } };
  }
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise<void>((resolve) => server.close(() => resolve()));
}
