/**
 * Which resource a request of the engine is about.
 *
 * A request carries the resource's URN, but the plugin gives a provider the properties only. The URN is noted here, in the plugin's memory,
 * as the plugin reads the properties out of the request. It is not kept as an input of the resource: see
 * docs/decisions/0103-urns-from-requests.md.
 */
const urns = new WeakMap<object, string>();

/** Properties on the wire. */
interface WireProperties {
  toJavaScript(): object;
}

/** A request as the plugin gets it. */
type Request = { getUrn(): string } & Record<string, unknown>;

/** Which properties of each request a provider gets, of those that it works with. */
const given = {
  CreateRequest: ["getProperties"],
  ReadRequest: ["getProperties"],
  UpdateRequest: ["getOlds", "getNews"],
  DeleteRequest: ["getProperties"],
} as const;

/**
 * Notes the URNs of all requests from now on.
 *
 * @param messages the classes of the plugin's requests: its module `@pulumi/pulumi/proto/provider_pb.js`. What has another shape than is known
 *   here is left alone.
 */
export function noteUrns(messages: unknown): void {
  const classes = messages as Readonly<Record<string, { prototype: Request } | undefined>>;
  for (const [name, getters] of Object.entries(given)) {
    for (const getter of getters) {
      const prototype = classes[name]?.prototype;
      const read = prototype?.[getter];
      if (prototype !== undefined && typeof read === "function") {
        prototype[getter] = function (this: Request): unknown {
          const properties: unknown = read.call(this);
          note(this, properties);
          return properties;
        };
      }
    }
  }
}

/** This runs inside the plugin's own work on a request, which must not fail because of it. */
function note(request: Request, properties: unknown): void {
  try {
    const wire = properties as WireProperties | undefined;
    if (typeof wire?.toJavaScript !== "function" || typeof request.getUrn !== "function") {
      return;
    }
    const urn = request.getUrn();
    const convert = wire.toJavaScript.bind(wire);
    wire.toJavaScript = () => {
      const values = convert();
      if (typeof urn === "string" && typeof values === "object" && values !== null) {
        urns.set(values, urn);
      }
      return values;
    };
  } catch {
    // The lines of this request then stand on the stack's row.
  }
}

/**
 * The URN of the resource that properties belong to.
 *
 * @param properties the object that the plugin gave to the provider, not a copy of it
 * @returns undefined for the first request of a process, which arrived before anything could be noted, and outside of the plugin
 */
export function urnOf(properties: object): string | undefined {
  return urns.get(properties);
}
