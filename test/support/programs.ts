import * as pulumi from "@pulumi/pulumi";
import { vi } from "vitest";
import { record } from "./recorder.js";
import type { Answers } from "./recorder.js";

/** An output that is known after a moment. */
export const late = <T>(value: T) => pulumi.output(new Promise<T>((resolve) => setTimeout(resolve, 5, value)));
/** An output that only an update can know. */
export const unknown = <T>() => pulumi.output(pulumi.unknown as unknown as T);
/** The errors that a preview shows. */
export async function previewed(cloud: Answers, make: () => void): Promise<string[]> {
  await record({ ...cloud, preview: true });
  const error = vi.spyOn(pulumi.log, "error").mockResolvedValue();
  make();
  await new Promise((resolve) => setTimeout(resolve, 200));
  const lines = error.mock.calls.map(([line]) => line);
  vi.restoreAllMocks();
  return lines;
}

/** The error that a program ends with in an update: Pulumi awaits what a resource is made of on its own. */
export async function ending(make: () => void): Promise<string> {
  const listeners = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection");
  const failed = new Promise<Error>((resolve) => process.on("unhandledRejection", resolve as never));
  make();
  const { message } = await failed;
  await new Promise((resolve) => setTimeout(resolve, 200));
  // What waits for the resource that is not created waits for good.
  await record();
  process.removeAllListeners("unhandledRejection");
  listeners.forEach((listener) => process.on("unhandledRejection", listener));
  return message;
}
