import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { provider } from "../../../src/plugin/dynamic/entry.js";
import { scenarios, type Place } from "../../faults/scenarios.js";

/*
 * Every argument of every resource in Vault with values that no compiler let through: a rejection that names the argument, never an exception, and
 * never a value that Vault would take for another one.
 */
interface Property {
  readonly type?: string;
  readonly oneOf?: readonly { readonly type?: string }[];
}
const schema = JSON.parse(readFileSync("schema/schema.json", "utf8")) as {
  readonly resources: Readonly<Record<string, { readonly inputProperties: Readonly<Record<string, Property>> }>>;
};

const secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const place: Place = {
  mount: "aws",
  seed: { accessKey: "AKIAIOSFODNN7EXAMPLE", secretKey: secret },
  user: "bob",
  endpoints: {},
};
const kinds = new Map(scenarios.map(({ kind, inputs }) => [kind, inputs(place)]));

/** Values of no type that an argument has, by the schema's types. */
const texts = ["", " ", "x", "infinite", "a\0b", "ä☃"];
const numbers = [-1, 1.5, 1e300, Number.NaN, Number.POSITIVE_INFINITY];
const objects = [{}, { a: 1 }, { a: null }, { "a\0b": "c" }];
const lists = [[], ["x"], [1], [null], [[]], [{}]];
const wrong: Readonly<Record<string, readonly unknown[]>> = {
  string: [...numbers, 0, true, ...lists, ...objects],
  boolean: [...texts, "true", ...numbers, 0, 1, ...lists, ...objects],
  number: [1.5, 1e300, Number.NaN, Number.POSITIVE_INFINITY, ...texts, "1", true, ...lists, ...objects],
  array: [...texts, ...numbers, true, ["", "x"], [" "], ...lists.slice(2), { a: 1 }],
  object: [...texts.slice(1), ...numbers, true, ...lists],
  duration: [
    ...numbers,
    ...texts,
    true,
    ...lists,
    ...objects,
    "99999999999999999999",
    9_223_372_037,
    "-1s",
    "1h 30m",
    "500ms",
    "1.7s",
  ],
};
const typeOf = ({ type, oneOf = [] }: Property) =>
  oneOf.length === 2 && oneOf.every((one) => one.type === "string" || one.type === "number") ? "duration" : type;

/** Arguments that are another one's in the state. */
const ofPrograms = ["AwsSecretsRole.policy", "AwsSecretsRole.arn", "VaultPolicy.rules"];

const cases = [...kinds].flatMap(([kind, inputs]) =>
  Object.entries(schema.resources[`kubevault-aws:index:${kind}`]?.inputProperties ?? {})
    .filter(([name]) => !ofPrograms.includes(`${kind}.${name}`))
    .map(([name, property]) => ({ kind, name, type: typeOf(property), inputs })),
);

async function reasonsOf(kind: string, inputs: object): Promise<string> {
  const { failures = [] } = await provider(kind).check({}, { ...inputs, __provider: "text" });
  return failures.map(({ reason }) => reason).join("\n");
}

describe("values of the wrong type are rejected, with the argument's name:", () => {
  it("the schema has arguments of every type", () => {
    expect(cases.length).toBeGreaterThan(150);
    expect([...new Set(cases.map(({ type }) => type))].sort()).toEqual([
      "array",
      "boolean",
      "duration",
      "number",
      "object",
      "string",
      undefined,
    ]);
  });

  it.each(cases)("$kind.$name", async ({ kind, name, type = "", inputs }) => {
    for (const value of wrong[type] ?? Object.values(wrong).flat()) {
      const reasons = await reasonsOf(kind, { ...inputs, [name]: value });
      if (type !== "") {
        expect(`${JSON.stringify(value)}: ${reasons}`).toMatch(new RegExp(`\\b${name}\\b`));
      }
      expect(reasons).not.toContain(secret);
    }
    // Null stands for an argument that is left out.
    expect((await reasonsOf(kind, { ...inputs, [name]: null })).replace(", got null", "")).toBe(
      await reasonsOf(kind, { ...inputs, [name]: undefined }),
    );
  });
});

describe("lengths of time are what Vault makes of them:", () => {
  const durations = cases.filter(({ type }) => type === "duration");

  it.each(durations)("$kind.$name takes no part of a second", async ({ kind, name, inputs }) => {
    expect(await reasonsOf(kind, { ...inputs, [name]: "1.7s" })).toContain(
      `${name}: must be whole seconds: Vault leaves out parts of a second, and less than one would mean not set, got "1.7s"`,
    );
    expect(await reasonsOf(kind, { ...inputs, [name]: 9_223_372_037 })).toContain(
      `${name}: must be a length of time, got 9223372037. Write seconds as a number, or a text such as "15m", "1h30m" or "2d".`,
    );
  });
});
