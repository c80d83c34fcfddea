import * as pulumi from "@pulumi/pulumi";
import { afterEach } from "vitest";
import { unknownValue } from "../../src/internal/validation/known.js";

// A component registers its outputs after a test has seen what it wanted; the next test's mocks must not get them.
afterEach(settled);

/** Resolves when all that the program has registered so far has reached the mocks. */
export function settled(): Promise<void> {
  return (pulumi.runtime as unknown as { waitForRPCs(): Promise<void> }).waitForRPCs();
}

/** A resource as the program registered it. */
export interface Recorded {
  readonly type: string;
  readonly name: string;
  readonly inputs: Record<string, unknown>;
}

/** What the mocked engine answers. */
export interface Answers {
  /** Outputs of a resource beside its inputs, by type token. */
  readonly outputs?: (resource: Recorded) => Record<string, unknown>;
  /** Results of functions, by token. One that is called and not listed fails the test. */
  readonly calls?: Readonly<Record<string, (inputs: Record<string, unknown>) => Record<string, unknown>>>;
  /** Whether this is a preview, in which the ids and outputs of new resources are unknown. */
  readonly preview?: boolean;
}

/** Takes the place of the engine and records all resources. */
export async function record(answers: Answers = {}): Promise<Recorded[]> {
  const recorded: Recorded[] = [];
  const preview = answers.preview ?? false;
  await pulumi.runtime.setMocks(
    {
      newResource({ type, name, inputs }) {
        const resource: Recorded = { type, name, inputs: inputs as Record<string, unknown> };
        recorded.push(resource);
        const outputs = answers.outputs?.(resource) ?? {};
        return {
          id: preview ? undefined : `${name}-id`,
          state: preview
            ? { ...Object.fromEntries(Object.keys(outputs).map((key) => [key, unknownValue])), ...resource.inputs }
            : { ...resource.inputs, ...outputs },
        };
      },
      call({ token, inputs }) {
        const answer = answers.calls?.[token];
        if (answer === undefined) {
          throw new Error(`the test does not expect a call of ${token}`);
        }
        return answer(inputs as Record<string, unknown>);
      },
    },
    "project",
    "stack",
    preview,
  );
  return recorded;
}

/** The recorded resources as `type name`, sorted: what a component creates, and nothing else. */
export function listed(recorded: readonly Recorded[]): string[] {
  return recorded.map(({ type, name }) => `${type} ${name}`).sort();
}

/** The inputs of a resource in Vault, without the program text that every one has, once all is registered. */
export async function ownInputs(recorded: readonly Recorded[], name: string): Promise<Record<string, unknown>> {
  await settled();
  const { __provider: _, ...rest } = inputsOf(recorded, name);
  return rest;
}

/** The inputs of the one resource with a name. */
export function inputsOf(recorded: readonly Recorded[], name: string): Record<string, unknown> {
  const found = recorded.filter((resource) => resource.name === name);
  const [resource] = found;
  if (resource === undefined || found.length > 1) {
    throw new Error(`${found.length} resources are named ${name}, among ${listed(recorded).join(", ")}`);
  }
  return resource.inputs;
}

/** A value as it arrives at the engine when it is marked as secret. */
export function secretValue(value: unknown): Record<string, unknown> {
  return { [specialSigKey]: specialSecretSig, value };
}

/** Pulumi's mark of a special value, and of a secret one. */
const specialSigKey = "4dabf18193072939515e22adb298388d";
const specialSecretSig = "1b47061264138c4ac30d75fd1eb44270";
