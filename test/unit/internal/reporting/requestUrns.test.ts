import { createRequire } from "node:module";
import { describe, expect, it } from "vitest";
import { noteUrns, urnOf } from "../../../../src/internal/reporting/requestUrns.js";

interface Wire {
  toJavaScript(): object;
}
interface Request {
  [setter: `set${string}`]: (value: unknown) => void;
  [getter: `get${string}`]: () => Wire;
}

const load = createRequire(__filename);
const messages = load("@pulumi/pulumi/proto/provider_pb.js") as Record<string, new () => Request>;
const { Struct } = load("google-protobuf/google/protobuf/struct_pb.js") as {
  Struct: { fromJavaScript(values: object): Wire };
};

const urn = "urn:pulumi:dev::project::pulumi-nodejs:dynamic/kubevault-aws:AwsSecretsMount::aws";

function request(kind: string, field: string): Request {
  const made = new messages[kind]!();
  made.setUrn!(urn);
  made[`set${field}`]!(Struct.fromJavaScript({ path: "aws", nested: { list: [1, "two"] } }));
  return made;
}

describe("noteUrns", () => {
  const early = request("DeleteRequest", "Properties").getProperties!().toJavaScript();
  noteUrns(messages);

  it.each([
    ["CreateRequest", "Properties"],
    ["ReadRequest", "Properties"],
    ["UpdateRequest", "Olds"],
    ["UpdateRequest", "News"],
    ["DeleteRequest", "Properties"],
  ])("gives the properties of a %s (%s) their URN, and leaves them as they are", (kind, field) => {
    const properties = request(kind, field)[`get${field}`]!().toJavaScript();
    expect(properties).toEqual({ path: "aws", nested: { list: [1, "two"] } });
    expect(urnOf(properties)).toBe(urn);
    expect(urnOf({ ...properties })).toBeUndefined();
  });

  it("knows nothing of what came before", () => {
    expect(urnOf(early)).toBeUndefined();
  });

  it("leaves a request without properties alone", () => {
    expect(new messages.CreateRequest!().getProperties!()).toBeUndefined();
  });

  it.each<[string, object]>([
    ["without classes", {}],
    ["without the methods", { CreateRequest: class {}, ReadRequest: {} }],
  ])("leaves an SDK %s alone", (_what, other) => {
    expect(() => noteUrns(other)).not.toThrow();
  });

  it("leaves messages of another shape alone", () => {
    class CreateRequest {
      getProperties(): object {
        return { values: 1 };
      }
    }
    noteUrns({ CreateRequest });
    expect(new CreateRequest().getProperties()).toEqual({ values: 1 });
  });

  it("never makes a request fail", () => {
    class CreateRequest {
      constructor(
        private readonly urn: () => string,
        private readonly properties: unknown,
      ) {}
      getUrn() {
        return this.urn();
      }
      getProperties() {
        return this.properties;
      }
    }
    noteUrns({ CreateRequest });
    const throwing = () => {
      throw new Error("no URN");
    };
    const wire = { toJavaScript: () => ({ path: "aws" }) };
    const read = (of: CreateRequest) => (of.getProperties() as typeof wire).toJavaScript();
    expect(read(new CreateRequest(throwing, wire))).toEqual({ path: "aws" });
    expect(read(new CreateRequest(() => urn, Object.freeze({ ...wire })))).toEqual({ path: "aws" });
    expect(read(new CreateRequest(() => undefined as unknown as string, { ...wire }))).toEqual({ path: "aws" });
    expect(new CreateRequest(() => urn, null).getProperties()).toBeNull();
    const text = { toJavaScript: () => "no object" as unknown as { path: string } };
    expect(read(new CreateRequest(() => urn, text))).toBe("no object");
  });
});
