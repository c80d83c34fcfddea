interface CronField {
  readonly name: string;
  readonly least: number;
  readonly most: number;
  readonly names?: readonly string[];
}

const fields: readonly CronField[] = [
  { name: "a minute", least: 0, most: 59 },
  { name: "an hour", least: 0, most: 23 },
  { name: "a day of the month", least: 1, most: 31 },
  {
    name: "a month",
    least: 1,
    most: 12,
    names: ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
  },
  { name: "a day of the week", least: 0, most: 6, names: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"] },
];

/**
 * What is wrong with a rotation schedule: Vault reads five fields of cron, and no seconds, nor shorthands such as `@daily`.
 *
 * @returns undefined where Vault reads it
 */
export function cronProblem(schedule: string): string | undefined {
  const given = schedule.trim().split(/\s+/);
  if (/^(?:CRON_)?TZ=/.test(given[0] ?? "")) {
    return "must not name a time zone: Vault counts in UTC";
  }
  if (given.length !== fields.length) {
    return "must be five fields (minute, hour, day of the month, month, day of the week)";
  }
  for (const [index, field] of fields.entries()) {
    for (const part of (given[index] ?? "").split(",")) {
      const problem = partProblem(field, part);
      if (problem !== undefined) {
        return `has ${field.name} ${JSON.stringify(part)}, ${problem}`;
      }
    }
  }
  return undefined;
}

/** `*`, a number or name, or a range of them, each with or without a step. */
function partProblem({ least, most, names = [] }: CronField, part: string): string | undefined {
  const match = /^(?:[*?]|(?<first>\w+)(?:-(?<last>\w+))?)(?:\/(?<step>\d+))?$/.exec(part);
  const { first, last, step } = match?.groups ?? {};
  const numberOf = (text: string) =>
    /^\d+$/.test(text)
      ? Number(text)
      : names.includes(text.toLowerCase())
        ? names.indexOf(text.toLowerCase()) + least
        : NaN;
  const bounds = [first, last].filter((text) => text !== undefined).map(numberOf);
  if (match === null || bounds.some(Number.isNaN)) {
    return "which cannot be read";
  }
  if (bounds.some((bound) => bound < least || bound > most)) {
    return `which must be within ${least} and ${most}`;
  }
  if ((bounds[0] ?? 0) > (bounds[1] ?? Infinity)) {
    return "which begins after its end";
  }
  return step !== undefined && Number(step) < 1 ? "whose step must be at least 1" : undefined;
}
