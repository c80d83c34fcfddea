import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import {
  any,
  callback,
  input,
  listShape,
  objectShape,
  partialShape,
  plain,
  plainOr,
  recordShape,
  shapedIssues,
  shapeIssues,
  shapeWithout,
  variantShape,
} from "../../../../src/internal/validation/argumentShape.js";
import { maskUnknowns } from "../../../../src/internal/validation/maskUnknowns.js";
import type { PlainObject } from "../../../../src/internal/plainObject.js";

interface TableArgs {
  readonly name?: pulumi.Input<string>;
  readonly capacity?: number;
}

interface Args {
  readonly table?: TableArgs;
  readonly credential?: "none" | { readonly kind: "key"; readonly userName?: pulumi.Input<string> };
  readonly roles?: Readonly<Record<string, TableArgs>>;
  readonly arns?: readonly pulumi.Input<string>[];
  readonly replicas?: pulumi.Input<number>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly transform?: { readonly table?: (args: TableArgs) => TableArgs };
}

const tableShape = objectShape<TableArgs>("Thing.table", { name: input, capacity: plain });
const shape = objectShape<Args>("Thing", {
  table: tableShape,
  credential: plainOr(
    variantShape({
      key: objectShape<{ kind: "key"; userName?: pulumi.Input<string> }>("a key", { kind: plain, userName: input }),
    }),
  ),
  roles: recordShape(tableShape),
  arns: listShape(),
  replicas: input,
  labels: any,
  transform: objectShape<NonNullable<Args["transform"]>>("Thing.transform", { table: callback }),
});

const issuesOf = (args: unknown) => {
  const { misread, unknownNames } = shapeIssues(shape, maskUnknowns(args));
  return [...misread, ...unknownNames].map(({ path, rule, fix }) => [path, rule, fix].filter(Boolean).join(" | "));
};

describe("shapeIssues", () => {
  it("passes arguments of the right names and kinds, with outputs where they may be", () => {
    const args = {
      table: { name: pulumi.output("t"), capacity: 5 },
      credential: "none",
      roles: { apply: { name: "x" }, "a.b": {} },
      arns: [pulumi.output("a"), "b"],
      replicas: pulumi.output(1),
      labels: { anything: "goes" },
      transform: { table: (table: TableArgs) => table },
    };
    expect(issuesOf(args)).toEqual([]);
    expect(issuesOf({ ...args, credential: { kind: "key", userName: pulumi.output("u") }, table: undefined })).toEqual(
      [],
    );
  });

  it("names arguments that do not exist, at every level, with the nearest right name", () => {
    expect(
      issuesOf({
        tabel: {},
        table: { capasity: 1, nonsense: 1, left: undefined },
        credential: { kind: "key", username: "u" },
        roles: { deploy: { nam: "x" } },
        transform: { tables: () => 1 },
      }),
    ).toEqual([
      "tabel | is not an argument of Thing | Did you mean table?",
      "table.capasity | is not an argument of Thing.table | Did you mean capacity?",
      "table.nonsense | is not an argument of Thing.table | Known names: capacity, name.",
      "credential.username | is not an argument of a key | Did you mean userName?",
      "roles.deploy.nam | is not an argument of Thing.table | Did you mean name?",
      "transform.tables | is not an argument of Thing.transform | Did you mean table?",
    ]);
  });

  it.each([
    ["table", { table: pulumi.output({ name: "t" }) }, "must be a plain object; its fields may be outputs"],
    ["roles", { roles: pulumi.output({ deploy: {} }) }, "must be a plain object; its fields may be outputs"],
    ["roles.deploy", { roles: { deploy: Promise.resolve({}) } }, "must be a plain object; its fields may be outputs"],
    ["credential", { credential: pulumi.output("none") }, "must be a plain object; its fields may be outputs"],
    [
      "credential.kind",
      { credential: { kind: pulumi.output("key") } },
      "must be a plain value, not an output: it decides which resources there are",
    ],
    ["arns", { arns: pulumi.output(["a"]) }, "must be a plain list; its items may be outputs"],
    [
      "table.capacity",
      { table: { capacity: pulumi.output(5) } },
      "must be a plain value, not an output: it decides which resources there are",
    ],
    ["transform.table", { transform: { table: {} } }, "must be a function"],
    ["table", { table: "t" }, "must be an object"],
    ["arns", { arns: "a" }, "must be a list"],
    ["args", pulumi.output({ table: {} }), "must be a plain object; its fields may be outputs"],
  ])("rejects %s where it would be misread", (path, args, rule) => {
    expect(shapeIssues(shape, maskUnknowns(args)).misread.map((issue) => [issue.path, issue.rule])).toEqual([
      [path, rule],
    ]);
  });

  it("gives advice on arguments known to belong elsewhere, and leaves out some", () => {
    const some = shapeWithout(shape, ["replicas", "labels"], { replicas: "Use vaultServer.replicas." });
    expect(shapeIssues(some, { replicas: 1, labels: {} }).unknownNames.map(({ path, fix }) => [path, fix])).toEqual([
      ["replicas", "Use vaultServer.replicas."],
      ["labels", "Known names: arns, credential, roles, table, transform."],
    ]);
  });

  it("checks only the described part of a partial shape", () => {
    const partial = partialShape("a role", { kinds: listShape(plain) });
    expect(shapeIssues(partial, { other: 1, kinds: ["a"] })).toEqual({ misread: [], unknownNames: [] });
    expect(shapeIssues(partial, { kinds: "a" }).misread).toEqual([
      { path: "kinds", rule: "must be a list", actual: "a" },
    ]);
  });
});

describe("shapedIssues", () => {
  const rules = () => [{ path: "replicas", rule: "is wrong" }];

  it("reports unknown names together with the component's own rules", () => {
    expect(shapedIssues(shape, { tabel: 1 }, rules).map(({ path }) => path)).toEqual(["tabel", "replicas"]);
  });

  it("does not ask the rules about what they would misread", () => {
    expect(shapedIssues(shape, maskUnknowns({ table: pulumi.output({}) }), rules).map(({ path }) => path)).toEqual([
      "table",
    ]);
  });
});

describe("the types", () => {
  it("keep shapes and arguments the same", () => {
    // @ts-expect-error: capacity is missing
    objectShape<TableArgs>("Thing.table", { name: input });
    // @ts-expect-error: there is no size
    objectShape<TableArgs>("Thing.table", { name: input, capacity: plain, size: plain });
    // @ts-expect-error: capacity cannot be an output
    objectShape<TableArgs>("Thing.table", { name: input, capacity: input });
    // @ts-expect-error: name may be an output
    objectShape<TableArgs>("Thing.table", { name: plain, capacity: plain });
  });

  it("reject an output in the place of a plain object", () => {
    const given: PlainObject<TableArgs> = { name: pulumi.output("t") };
    // @ts-expect-error: an output's lifted fields would be taken for the arguments
    const lifted: PlainObject<Pick<TableArgs, "name">> = pulumi.output({ name: "t" });
    expect([given, lifted]).toHaveLength(2);
  });
});
