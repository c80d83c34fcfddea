/**
 * A length of time as Vault reads it: seconds as a number or as a text of digits, Go's notation (`"1h30m"`), or whole days (`"2d"`).
 *
 * @see https://developer.hashicorp.com/vault/docs/concepts/duration-format
 */
export type Duration = number | string;

/** What fits Go's nanoseconds: 292 years. */
const longestSeconds = 9_223_372_036;

const secondsPerUnit: Readonly<Record<string, number>> = {
  ns: 1e-9,
  us: 1e-6,
  µs: 1e-6,
  ms: 1e-3,
  s: 1,
  m: 60,
  h: 3600,
};

/**
 * The seconds in a length of time, read as Vault reads it: a number is seconds, and so is a text of digits; otherwise Go's notation
 * (`"1h30m"`, `"1.5h"`) or whole days (`"2d"`, which cannot be combined with other units).
 *
 * @returns undefined where Vault would refuse the text, or the time is negative or longer than 292 years, which Vault cannot count
 *
 * @example
 * durationSeconds("1h30m") // 5400
 */
export function durationSeconds(duration: unknown): number | undefined {
  const seconds = typeof duration === "number" ? duration : typeof duration === "string" ? readText(duration) : NaN;
  return seconds >= 0 && seconds <= longestSeconds ? seconds : undefined;
}

/** The seconds in a text; NaN where it cannot be read. */
function readText(duration: string): number {
  const text = duration.trim();
  if (/^\d+$/.test(text)) {
    return Number(text);
  }
  const days = /^(\d+)d$/.exec(text);
  if (days !== null) {
    return Number(days[1]) * 86_400;
  }
  if (!/^(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|ms|s|m|h))+$/.test(text)) {
    return NaN;
  }
  let seconds = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+\.?\d*|\.\d+)(ns|us|µs|ms|s|m|h)/g)) {
    seconds += Number(amount) * (secondsPerUnit[unit ?? ""] ?? 0);
  }
  return seconds;
}
