/**
 * What is known of a text that a template makes: runs of plain text and of what only Vault knows, in their order.
 *
 * - `login`: it depends on who logs in to Vault, such as the display name of the token
 * - `generated`: random characters, digits of the time, digests
 * - `opaque`: the analysis does not follow how it is made
 */
export type TemplatePart =
  | { readonly text: string }
  | { readonly source: "login" | "generated" | "opaque"; readonly min: number; readonly max: number };

export type TemplateValue = readonly TemplatePart[];

export const opaque: TemplateValue = [{ source: "opaque", min: 0, max: Infinity }];

export function plain(text: string): TemplateValue {
  return text === "" ? [] : [{ text }];
}

export function generated(min: number, max = min): TemplateValue {
  return max === 0 ? [] : [{ source: "generated", min, max }];
}

/** The value where all of it is plain text. */
export function exactText(value: TemplateValue): string | undefined {
  return value.every((part) => "text" in part) ? leadingText(value) : undefined;
}

/** The plain text that the value begins with. */
export function leadingText(value: TemplateValue): string {
  const end = value.findIndex((part) => !("text" in part));
  return (end === -1 ? value : value.slice(0, end)).map((part) => ("text" in part ? part.text : "")).join("");
}

/** The first part that is not plain text. */
export function firstUnknown(value: TemplateValue): "login" | "generated" | "opaque" | undefined {
  return value.map((part) => ("source" in part ? part.source : undefined)).find((source) => source !== undefined);
}

export function shortest(value: TemplateValue): number {
  return value.reduce((sum, part) => sum + bounds(part).min, 0);
}

function longest(value: TemplateValue): number {
  return value.reduce((sum, part) => sum + bounds(part).max, 0);
}

function bounds(part: TemplatePart): { min: number; max: number } {
  return "text" in part ? { min: part.text.length, max: part.text.length } : part;
}

/** The value cut to a length. */
export function truncated(value: TemplateValue, length: number): TemplateValue {
  const parts: TemplatePart[] = [];
  let start = { min: 0, max: 0 };
  for (const part of value) {
    const { min, max } = bounds(part);
    const room = { min: Math.max(0, length - start.max), max: Math.max(0, length - start.min) };
    if (room.max > 0) {
      parts.push(cut(part, room));
    }
    start = { min: start.min + min, max: start.max + max };
  }
  return parts;
}

function cut(part: TemplatePart, room: { min: number; max: number }): TemplatePart {
  const { min, max } = bounds(part);
  if (max <= room.min) {
    return part;
  }
  if ("text" in part) {
    return room.min === room.max
      ? { text: part.text.slice(0, room.max) }
      : { source: "opaque", min: Math.min(min, room.min), max: Math.min(max, room.max) };
  }
  return { source: part.source, min: Math.min(min, room.min), max: Math.min(max, room.max) };
}

/** Vault's `truncate_sha256`: a longer text keeps its beginning and ends with eight digits of its digest. */
export function truncatedWithDigest(value: TemplateValue, length: number): TemplateValue {
  if (longest(value) <= length) {
    return value;
  }
  const kept = truncated(value, Math.max(0, length - 8));
  return [...kept, { source: "generated", min: shortest(value) > length ? 8 : 0, max: 8 }];
}

/** Each run of plain text by a function that looks at single characters alone. */
export function mapped(value: TemplateValue, change: (text: string) => string): TemplateValue {
  return value.flatMap((part) => ("text" in part ? plain(change(part.text)) : [part]));
}

/** Every occurrence of one text by another. */
export function replaced(value: TemplateValue, from: string, to: string): TemplateValue {
  if (from === "") {
    return opaque;
  }
  return value.flatMap((part, index): TemplateValue => {
    if ("source" in part) {
      const growth = to.length / from.length;
      const min = growth < 1 ? Math.floor(part.min * growth) : part.min;
      return [{ ...part, min, max: growth > 1 ? Math.ceil(part.max * growth) : part.max }];
    }
    // What ends or begins like the text sought may be a part of an occurrence that reaches into what only Vault knows.
    const tail = index === value.length - 1 ? 0 : overlap(part.text, from);
    const head = index === 0 ? 0 : overlap(reversed(part.text), reversed(from));
    if (head === 0 && tail === 0) {
      return plain(part.text.replaceAll(from, to));
    }
    const middle = part.text.slice(head, Math.max(head, part.text.length - tail)).replaceAll(from, to);
    const unsure = (size: number): TemplateValue =>
      size === 0 ? [] : [{ source: "opaque", min: 0, max: Math.max(size, to.length) }];
    return [...unsure(head), ...plain(middle), ...unsure(tail)];
  });
}

/** How many of the last characters of a text are the first of another, but not all of it. */
function overlap(text: string, other: string): number {
  for (let size = Math.min(text.length, other.length - 1); size > 0; size -= 1) {
    if (text.endsWith(other.slice(0, size))) {
      return size;
    }
  }
  return 0;
}

function reversed(text: string): string {
  return [...text].reverse().join("");
}

/** What base64 makes of it. */
export function base64Of(value: TemplateValue): TemplateValue {
  const length = (size: number) => Math.ceil(size / 3) * 4;
  return generated(length(shortest(value)), length(longest(value)));
}
