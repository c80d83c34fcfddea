import * as dynamodb from "@aws-sdk/client-dynamodb";
import * as iam from "@aws-sdk/client-iam";
import * as ssm from "@aws-sdk/client-ssm";
import type { Aws } from "../../sandbox/aws/index.js";
import type { Command } from "./documentShell.js";

type Value = string | boolean | Readonly<Record<string, string | boolean>>;
type Input = Readonly<Record<string, Value | readonly Value[]>>;
interface Client {
  send(command: object): Promise<unknown>;
  destroy(): void;
}

const services: Readonly<Record<string, readonly [new (config: object) => Client, object]>> = {
  dynamodb: [dynamodb.DynamoDBClient, dynamodb],
  iam: [iam.IAMClient, iam],
  ssm: [ssm.SSMClient, ssm],
};

/** Options whose values are a list, also where there is one. */
const lists = ["--attribute-definitions", "--key-schema"];
/** Options that choose what is printed: here it is always the whole answer, as JSON. */
const display = ["--query", "--output"];

/** What the AWS command line does with these arguments, as the sandbox's administrator. */
export function awsCommand({ endpoint, region, admin }: Aws): Command {
  return async ([service = "", operation = "", ...args]) => {
    const [Client, sdk] = services[service] ?? [];
    if (Client === undefined || sdk === undefined) {
      throw new Error(`This test has no aws ${service}`);
    }
    const client = new Client({ endpoint, region, credentials: admin });
    try {
      if (`${service} ${operation} ${args[0]}` === "dynamodb wait table-exists") {
        const input = inputOf(args.slice(1)) as unknown as { TableName: string };
        await dynamodb.waitUntilTableExists(
          { client: client as unknown as dynamodb.DynamoDBClient, maxWaitTime: 60 },
          input,
        );
        return "";
      }
      const Request = (sdk as Record<string, new (input: Input) => object>)[`${pascal(operation)}Command`];
      if (Request === undefined) {
        throw new Error(`${service} has no operation ${operation}`);
      }
      return `${JSON.stringify(await client.send(new Request(inputOf(args))))}\n`;
    } finally {
      client.destroy();
    }
  };
}

function pascal(name: string): string {
  return name.replace(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** `--table-name vault` is `{ TableName: "vault" }`, `--a B=true` is `{ A: { B: true } }`, and an option alone is true. */
function inputOf(args: readonly string[]): Input {
  const input: Record<string, Value | Value[]> = {};
  args.forEach((option, index) => {
    if (!option.startsWith("--") || display.includes(option)) {
      return;
    }
    const next = args.findIndex((word, at) => at > index && word.startsWith("--"));
    const values = args.slice(index + 1, next === -1 ? undefined : next).map(valueOf);
    input[pascal(option.slice(2))] = lists.includes(option) ? values : (values[0] ?? true);
  });
  return input;
}

function valueOf(text: string): Value {
  if (!text.includes("=")) {
    return text;
  }
  const fields = text.split(",").map((field) => field.split("=") as [string, string]);
  return Object.fromEntries(
    fields.map(([name, value]) => [name, value === "true" || value === "false" ? value === "true" : value]),
  );
}
