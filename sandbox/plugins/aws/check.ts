import { createHash, randomBytes } from "node:crypto";
import { unknownValue, type PropertyObject } from "../../../src/plugin/server/propertyValues.js";
import type { CheckResult } from "../../../src/plugin/server/resourceProvider.js";
import type { ResourceType } from "./resourceType.js";

/** Where the released provider notes which arguments it chose itself. */
export const chosenByProvider = "__defaults";

/** Completes a resource's arguments with its name, and complains about those that the stand-in cannot honour. */
export function checkArguments(
  type: ResourceType,
  resourceName: string,
  olds: PropertyObject,
  news: PropertyObject,
  randomSeed: Uint8Array,
): CheckResult {
  const failures = [...unknownArguments(type, news), ...missingArguments(type, news)];
  const { autoname } = type;
  if (autoname === undefined || news[autoname.property] !== undefined) {
    return { inputs: { ...news, [chosenByProvider]: [] }, failures };
  }
  const before = olds[autoname.property];
  const wasChosen = Array.isArray(olds[chosenByProvider]) && olds[chosenByProvider].includes(autoname.property);
  const name =
    wasChosen && before !== undefined && olds.namePrefix === news.namePrefix
      ? before
      : chooseName(resourceName, news.namePrefix, autoname, randomSeed);
  return {
    inputs: { ...news, [autoname.property]: name, [chosenByProvider]: [autoname.property] },
    failures,
  };
}

function chooseName(
  resourceName: string,
  namePrefix: unknown,
  autoname: NonNullable<ResourceType["autoname"]>,
  randomSeed: Uint8Array,
): string {
  if (namePrefix === unknownValue) {
    return unknownValue;
  }
  const prefix = typeof namePrefix === "string" ? namePrefix : `${autoname.prefix ?? ""}${resourceName}-`;
  const seed = randomSeed.length > 0 ? randomSeed : randomBytes(16);
  const suffix = createHash("sha256").update(seed).update(resourceName).digest("hex").slice(0, 7);
  return `${prefix.slice(0, autoname.maxLength - suffix.length)}${suffix}`;
}

function unknownArguments(type: ResourceType, news: PropertyObject): string[] {
  return Object.keys(news)
    .filter((property) => type.arguments[property] === undefined && !property.startsWith("__"))
    .map(
      (property) =>
        `the sandbox's stand-in for the AWS provider does not know the argument "${property}" of ${type.token}. Install the released provider (pulumi plugin install resource aws) to use it.`,
    );
}

function missingArguments(type: ResourceType, news: PropertyObject): string[] {
  return Object.entries(type.arguments)
    .filter(([property, definition]) => definition.required && news[property] === undefined)
    .map(([property]) => `${type.token} needs the argument "${property}".`);
}
