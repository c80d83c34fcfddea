import { isObject, type PropertyObject, type PropertyValue } from "../../../src/plugin/server/propertyValues.js";
import { chosenByProvider } from "./check.js";
import { allTags, sameValue } from "./diff.js";
import type { Arguments, ResourceType } from "./resourceType.js";

/** Arguments with the provider's default tags merged in. */
export function withTags(
  type: ResourceType,
  inputs: PropertyObject,
  defaultTags: Readonly<Record<string, string>>,
): Arguments {
  const { [chosenByProvider]: _chosen, ...given } = inputs;
  return type.tag === undefined ? given : { ...given, tagsAll: allTags(inputs, defaultTags) };
}

/**
 * A resource's outputs: as AWS tells them, except that what means the same keeps the form the program gave it (a policy's layout, a set's
 * order), and what AWS does not tell is repeated.
 */
export function outputsOf(
  type: ResourceType,
  actual: PropertyObject,
  given: PropertyObject,
  defaultTags: Readonly<Record<string, string>>,
): PropertyObject {
  const outputs = { ...actual };
  for (const [property, definition] of Object.entries(type.arguments)) {
    const form = given[property] ?? (definition.writeOnly ? definition.defaultValue : undefined);
    const value = actual[property];
    if (form === undefined) {
      continue;
    }
    if (definition.writeOnly || (value !== undefined && sameValue(definition, value, form))) {
      outputs[property] = form;
    }
  }
  if (type.tag !== undefined) {
    outputs.tags = ownTags(actual.tagsAll, given.tags, defaultTags);
  }
  return outputs;
}

/** The arguments that say what the outputs are: those the program gave; all that are not AWS's choice, when there were none (an import). */
export function inputsOf(type: ResourceType, outputs: PropertyObject, given: PropertyObject): PropertyObject {
  const importing = Object.keys(given).length === 0;
  const inputs: PropertyObject = {};
  for (const [property, definition] of Object.entries(type.arguments)) {
    const value = outputs[property];
    const wanted = importing
      ? value !== undefined &&
        !(definition.computed && property !== type.autoname?.property) &&
        (definition.defaultValue === undefined || !sameValue(definition, value, definition.defaultValue))
      : given[property] !== undefined;
    if (wanted && value !== undefined) {
      inputs[property] = value;
    }
  }
  return { ...inputs, [chosenByProvider]: given[chosenByProvider] ?? [] };
}

function ownTags(
  actual: PropertyValue | undefined,
  given: PropertyValue | undefined,
  defaultTags: Readonly<Record<string, string>>,
): { [key: string]: PropertyValue } | undefined {
  if (!isObject(actual)) {
    return undefined;
  }
  const own = Object.entries(actual as Record<string, string>).filter(
    ([key, value]) => defaultTags[key] !== value || (isObject(given) && given[key] !== undefined),
  );
  return own.length === 0 && given === undefined ? undefined : Object.fromEntries(own);
}
