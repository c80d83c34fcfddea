import { createHash, randomBytes } from "node:crypto";
import { unknownValue, type PropertyObject } from "../../../src/plugin/server/propertyValues.js";
import type { CheckResult, Subject } from "../../../src/plugin/server/resourceProvider.js";
import { autonamedAnnotation } from "./diff.js";
import { annotation, objectOf, type KubernetesObject } from "./kubernetesObject.js";
import { waitConditions } from "./waitFor.js";

/** Completes an object with its name and namespace. */
export function checkObject(
  subject: Subject,
  olds: PropertyObject,
  news: PropertyObject,
  /** For an object that names none; undefined where the kind has no namespaces. */
  defaultNamespace: string | undefined,
  randomSeed: Uint8Array,
): CheckResult {
  const unsupported = unsupportedType(subject.type);
  if (unsupported !== undefined) {
    return { inputs: news, failures: [unsupported] };
  }
  const object = objectOf(news);
  const metadata = { ...object.metadata };
  if (defaultNamespace === undefined) {
    delete metadata.namespace;
  } else {
    metadata.namespace ??= defaultNamespace;
  }
  if (metadata.name === undefined && metadata.generateName === undefined) {
    metadata.name = chooseName(subject, olds, randomSeed);
    metadata.annotations = { ...metadata.annotations, [autonamedAnnotation]: "true" };
  }
  const inputs = { ...news, metadata };
  return { inputs, failures: waitFailures(objectOf(inputs)) };
}

function chooseName(subject: Subject, olds: PropertyObject, randomSeed: Uint8Array): string {
  const before = objectOf(olds);
  if (before.metadata.name !== undefined && annotation(before, autonamedAnnotation) === "true") {
    return before.metadata.name;
  }
  const seed = randomSeed.length > 0 ? randomSeed : randomBytes(16);
  const suffix = createHash("sha256").update(seed).update(subject.name).digest("hex").slice(0, 8);
  return `${subject.name.toLowerCase()}-${suffix}`;
}

function waitFailures(object: KubernetesObject): string[] {
  if (Object.values(object.metadata.annotations ?? {}).includes(unknownValue)) {
    return [];
  }
  try {
    waitConditions(object);
    return [];
  } catch (error) {
    return [(error as Error).message];
  }
}

/** Resource types of the released provider that are no single Kubernetes object. */
function unsupportedType(token: string): string | undefined {
  const isObjectType =
    /^kubernetes:[\w.-]+\/v\d\w*:\w+$/.test(token) && !/^kubernetes:(helm|kustomize|yaml)/.test(token);
  return isObjectType && !token.endsWith("Patch") && !token.endsWith("List")
    ? undefined
    : `the sandbox's stand-in for the Kubernetes provider does not know the resource type ${token}: it makes single objects only. Install the released provider (pulumi plugin install resource kubernetes) to use it.`;
}
