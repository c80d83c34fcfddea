import { setTimeout as delay } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";

/** A resource as it was registered. */
export interface Registered {
  readonly type: string;
  readonly name: string;
  readonly inputs: Record<string, unknown>;
}

/** Mocks of the engine that record what is registered, and know the one account. A call that nobody thought of fails. */
export interface AwsMocks {
  readonly registered: Registered[];
  /** The resources of AWS among them, in the order of their names. */
  children(): Registered[];
  inputsOf(name: string): Record<string, unknown>;
}

export const accountId = "123456789012";

/**
 * Puts mocks in the place of the engine.
 *
 * @param options `preview` leaves the outputs of resources unknown; `partition` is `aws` where nothing is given
 */
export function mockAws(options: { preview?: boolean; partition?: string } = {}): AwsMocks {
  const registered: Registered[] = [];
  const { partition = "aws", preview = false } = options;
  void pulumi.runtime.setMocks(
    {
      newResource({ type, name, inputs }) {
        registered.push({ type, name, inputs: inputs as Record<string, unknown> });
        const state = inputs as Record<string, string>;
        if (preview) {
          return { id: undefined, state };
        }
        const physical = state.name ?? `${name}-0a1b2c3`;
        const path = state.path ?? "/";
        const arns: Record<string, string> = {
          "aws:iam/user:User": `arn:${partition}:iam::${accountId}:user${path}${physical}`,
          "aws:iam/role:Role": `arn:${partition}:iam::${accountId}:role${path}${physical}`,
          "aws:iam/policy:Policy": `arn:${partition}:iam::${accountId}:policy/${physical}`,
        };
        if (type === "aws:iam/accessKey:AccessKey") {
          return { id: `AKIA-${name}`, state: { ...state, secret: `secret of ${name}` } };
        }
        return { id: physical, state: { ...state, name: physical, arn: arns[type] } };
      },
      call({ token }) {
        if (token === "aws:index/getCallerIdentity:getCallerIdentity") {
          return { accountId, arn: `arn:${partition}:iam::${accountId}:user/admin`, id: accountId, userId: "AIDA" };
        }
        if (token === "aws:index/getPartition:getPartition") {
          return { partition, id: partition, dnsSuffix: "amazonaws.com", reverseDnsPrefix: "com.amazonaws" };
        }
        throw new Error(`Mock call not implemented: ${token}`);
      },
    },
    "platform",
    "prod",
    preview,
  );
  return {
    registered,
    children: () =>
      registered.filter(({ type }) => type.startsWith("aws:")).sort((left, right) => (left.name < right.name ? -1 : 1)),
    inputsOf(name) {
      const found = registered.find((resource) => resource.name === name && resource.type.startsWith("aws:"));
      if (found === undefined) {
        throw new Error(`${name} was not registered, but ${registered.map((resource) => resource.name).join(", ")}`);
      }
      return found.inputs;
    },
  };
}

/**
 * The messages with which a program fails after its constructors returned. On a real engine such an error ends the program; here the
 * promises that carry it have no reader.
 */
export async function laterFailures(program: () => void): Promise<string[]> {
  const listeners = process.listeners("unhandledRejection");
  const messages = new Set<string>();
  process.removeAllListeners("unhandledRejection");
  process.on("unhandledRejection", (reason) => {
    messages.add((reason as Error).message.replace(/^error serializing property "\w+": /, ""));
  });
  try {
    program();
    for (let tries = 0; tries < 500 && messages.size === 0; tries += 1) {
      await delay(10);
    }
    await delay(50);
  } finally {
    process.removeAllListeners("unhandledRejection");
    listeners.forEach((listener) => process.on("unhandledRejection", listener));
  }
  return [...messages];
}

/** Waits until the engine has heard of all that the program registers by itself. */
export async function registrationsDone(): Promise<void> {
  await delay(50);
}
