import { pathOf, type Issue } from "../internal/validation/issues.js";
import { isKnown } from "../internal/validation/known.js";
import { isLabelKey } from "./objectNames.js";

type Quantities = Readonly<Record<string, unknown>>;

/** What is wrong with the requests and limits of a container. */
export function resourceIssues({ requests, limits }: Quantities): Issue[] {
  const given = { requests: quantitiesOf(requests), limits: quantitiesOf(limits) };
  const each = Object.entries(given).flatMap(([path, quantities]) =>
    Object.entries(quantities).flatMap(([name, quantity]) => quantityIssues(pathOf(path, name), name, quantity)),
  );
  const above = Object.entries(given.requests).flatMap(([name, request]) => {
    const limit = given.limits[name];
    return [request, limit].every(isKnown) && numberOf(request) > numberOf(limit)
      ? [{ path: pathOf("requests", name), rule: `must be at most the limit, ${String(limit)}`, actual: request }]
      : [];
  });
  return each.length > 0 ? each : above;
}

function quantitiesOf(quantities: unknown): Quantities {
  return quantities === undefined || !isKnown(quantities) ? {} : (quantities as Quantities);
}

function quantityIssues(path: string, name: string, quantity: unknown): Issue[] {
  if (!isContainerResource(name)) {
    return [
      {
        path,
        rule: "is not a resource of containers: cpu, memory, ephemeral-storage, hugepages-<size>, or a name with a domain",
      },
    ];
  }
  if (!isKnown(quantity) || quantity === undefined) {
    return [];
  }
  if (numberOf(quantity) < 0) {
    return [{ path, rule: "must not be negative", actual: quantity }];
  }
  return ["memory", "ephemeral-storage"].includes(name) && typeof quantity === "string" && /[num]$/.test(quantity)
    ? [
        {
          path,
          rule: "must be whole bytes: n, u and m stand for fractions",
          actual: quantity,
          fix: "Write 512Mi for mebibytes, or 512M for megabytes.",
        },
      ]
    : [];
}

function isContainerResource(name: string): boolean {
  return (
    ["cpu", "memory", "ephemeral-storage"].includes(name) ||
    /^hugepages-\d+[KMG]i$/.test(name) ||
    (name.includes("/") && isLabelKey(name))
  );
}

const scales: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  ...Object.fromEntries(
    [..."KMGTPE"].flatMap((unit, index) => [
      [unit, 1e3 ** (index + 1)],
      [`${unit}i`, 1024 ** (index + 1)],
    ]),
  ),
};

/** The number that a quantity stands for; NaN, which compares with nothing, for what is none. */
function numberOf(quantity: unknown): number {
  const { number = "", unit = "" } = /^(?<number>.*?)(?<unit>[numkKMGTPE]i?)?$/.exec(String(quantity))?.groups ?? {};
  return Number(number) * (scales[unit] ?? 1);
}
