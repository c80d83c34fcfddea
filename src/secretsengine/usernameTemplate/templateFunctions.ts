import {
  base64Of,
  exactText,
  generated,
  mapped,
  opaque,
  plain,
  replaced,
  truncated,
  truncatedWithDigest,
  type TemplateValue,
} from "./templateValue.js";

/** A function of a template, by the values of its operands. */
type TemplateFunction = (given: readonly TemplateValue[]) => TemplateValue;

/** A function of a number and a text, such as `truncate 20 .DisplayName`. */
const ofLength =
  (change: (value: TemplateValue, length: number) => TemplateValue): TemplateFunction =>
  ([length = opaque, value = opaque]) => {
    const size = Number(exactText(length) ?? Number.NaN);
    return Number.isInteger(size) && size > 0 ? change(value, size) : opaque;
  };

const changed =
  (change: (text: string) => string): TemplateFunction =>
  ([value = opaque]) =>
    mapped(value, change);

/** Functions that escape texts: letters, digits, `-`, `.` and `_` stay as they are. */
const escaped: TemplateFunction = ([value = opaque]) =>
  value.flatMap((part) => ("text" in part && /^[\w.-]*$/.test(part.text) ? [part] : opaque));

const notFollowed: TemplateFunction = () => opaque;

/** All functions of a username template: those of Vault and those of Go. */
export const templateFunctions: ReadonlyMap<string, TemplateFunction> = new Map(
  Object.entries<TemplateFunction>({
    random: ofLength((_none, size) => generated(size)),
    truncate: ofLength(truncated),
    truncate_sha256: ofLength(truncatedWithDigest),
    uppercase: changed((text) => text.toUpperCase()),
    lowercase: changed((text) => text.toLowerCase()),
    replace: ([from = opaque, to = opaque, value = opaque]) => {
      const [sought, replacement] = [exactText(from), exactText(to)];
      return sought === undefined || replacement === undefined ? opaque : replaced(value, sought, replacement);
    },
    sha256: () => generated(64),
    base64: ([value = opaque]) => base64Of(value),
    unix_time: () => generated(10),
    unix_time_millis: () => generated(13),
    timestamp: ([layout = opaque]) => timeBy(exactText(layout) ?? ""),
    uuid: () => generated(36),
    print: (given) => given.flat(),
    println: (given) => [
      ...given.flatMap((value, index) => [...(index === 0 ? [] : plain(" ")), ...value]),
      ...plain("\n"),
    ],
    printf: ([format = opaque, ...given]) => {
      const text = exactText(format);
      return text === undefined ? opaque : formatted(text, given);
    },
    html: escaped,
    js: escaped,
    urlquery: escaped,
    ...Object.fromEntries(
      ["and", "or", "not", "eq", "ne", "lt", "le", "gt", "ge", "call", "index", "len", "slice"].map((name) => [
        name,
        notFollowed,
      ]),
    ),
  }),
);

/** A time by a layout of Go, which keeps all characters that no part of a time is written with: `15:04` gives a colon. */
function timeBy(layout: string): TemplateValue {
  const withoutZone = layout.replace(/(?:Z|-)07:00(?::00)?/g, "");
  const kept = withoutZone.match(/[^\w+=,.@-]/g) ?? [];
  return [...generated(0, Infinity), ...kept.flatMap((character) => [...plain(character), ...generated(0, Infinity)])];
}

/** Go's `printf` with the verbs that write a text as it is. */
function formatted(format: string, given: readonly TemplateValue[]): TemplateValue {
  let next = 0;
  return [...format.matchAll(/%(?:\[(\d+)\])?([#+\-0 ]*\d*(?:\.\d+)?)([a-zA-Z%])|[^%]+|%/g)].flatMap(
    ([part, index, flags, verb]): TemplateValue => {
      if (verb === "%") {
        return plain("%");
      }
      if (verb === undefined) {
        return part === "%" ? opaque : plain(part);
      }
      next = index === undefined ? next : Number(index) - 1;
      const value = given[next] ?? opaque;
      next += 1;
      return flags === "" && ["s", "v", "d"].includes(verb) ? value : opaque;
    },
  );
}
