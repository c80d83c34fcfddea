import { isDeepStrictEqual } from "node:util";
import {
  containsUnknown,
  isObject,
  type PropertyObject,
  type PropertyValue,
} from "../../../src/plugin/server/propertyValues.js";
import type { DiffResult, PropertyChange } from "../../../src/plugin/server/resourceProvider.js";
import { chosenByProvider } from "./check.js";
import type { PropertyDefinition, ResourceType, TagChange } from "./resourceType.js";

/** What must change so that the resource, as the state has it, becomes what the arguments say. */
export function diffArguments(
  type: ResourceType,
  state: PropertyObject,
  inputs: PropertyObject,
  defaultTags: Readonly<Record<string, string>>,
): DiffResult {
  const changes = new Map<string, PropertyChange>();
  for (const [property, definition] of Object.entries(type.arguments)) {
    if (property === "tags" || property === "tagsAll") {
      continue;
    }
    const change = changeOf(definition, state[property], inputs[property]);
    if (change !== undefined) {
      changes.set(property, definition.replaces ? `${change}Replace` : change);
    }
  }
  if (type.tag !== undefined) {
    const wanted = allTags(inputs, defaultTags);
    if (containsUnknown(wanted) || !isDeepStrictEqual(wanted, state.tagsAll ?? {})) {
      const ownDiffer = !isDeepStrictEqual(inputs.tags ?? {}, state.tags ?? {});
      changes.set(ownDiffer ? "tags" : "tagsAll", "update");
    }
  }
  const replaced = [...changes.values()].some((change) => change.endsWith("Replace"));
  return { changes, deleteBeforeReplace: replaced && keepsItsName(type, state, inputs) };
}

/** The tags to set and to remove; undefined when they are as they should be. */
export function tagChange(
  type: ResourceType,
  state: PropertyObject,
  inputs: PropertyObject,
  defaultTags: Readonly<Record<string, string>>,
): TagChange | undefined {
  if (type.tag === undefined) {
    return undefined;
  }
  const actual = strings(state.tagsAll);
  const wanted = allTags(inputs, defaultTags);
  const set = Object.fromEntries(Object.entries(wanted).filter(([key, value]) => actual[key] !== value));
  const remove = Object.keys(actual).filter((key) => wanted[key] === undefined);
  return Object.keys(set).length === 0 && remove.length === 0 ? undefined : { set, remove };
}

export function allTags(inputs: PropertyObject, defaultTags: Readonly<Record<string, string>>): Record<string, string> {
  return { ...defaultTags, ...strings(inputs.tags) };
}

/** Whether two values of an argument mean the same. */
export function sameValue(definition: PropertyDefinition, left: PropertyValue, right: PropertyValue): boolean {
  return isDeepStrictEqual(left, right) || (definition.equals?.(left, right) ?? false);
}

function changeOf(
  definition: PropertyDefinition,
  actual: PropertyValue | undefined,
  input: PropertyValue | undefined,
): "add" | "delete" | "update" | undefined {
  const wanted = input ?? definition.defaultValue;
  if (wanted === undefined) {
    return definition.computed || isEmpty(actual) ? undefined : "delete";
  }
  if (!containsUnknown(wanted)) {
    if (isEmpty(wanted) && isEmpty(actual)) {
      return undefined;
    }
    if (actual !== undefined && sameValue(definition, actual, wanted)) {
      return undefined;
    }
  }
  return actual === undefined ? "add" : "update";
}

function isEmpty(value: PropertyValue | undefined): boolean {
  return (
    value === undefined ||
    value === "" ||
    value === false ||
    (Array.isArray(value) && value.length === 0) ||
    (isObject(value) && Object.keys(value).length === 0)
  );
}

/** A name that the program fixed cannot be borne by the old and the new resource at once. */
function keepsItsName(type: ResourceType, state: PropertyObject, inputs: PropertyObject): boolean {
  const property = type.autoname?.property;
  if (property === undefined) {
    return false;
  }
  const chosen = inputs[chosenByProvider];
  const autonamed = Array.isArray(chosen) && chosen.includes(property);
  return !autonamed && inputs[property] === state[property];
}

function strings(value: PropertyValue | undefined): Record<string, string> {
  return isObject(value) ? (value as Record<string, string>) : {};
}
