import * as pulumi from "@pulumi/pulumi";

/** A resource as the program under test registered it. Secrets are unwrapped. */
export interface RegisteredResource {
  /** Type token: `aws:iam/user:User`. */
  readonly type: string;
  /** Name given in the program. */
  readonly name: string;
  /** Inputs by name. */
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** What {@link KubeVaultMocks} answers. */
export interface KubeVaultMocksOptions {
  /**
   * AWS account that the program runs in, 12 digits.
   *
   * @default "123456789012"
   */
  readonly accountId?: string;
  /**
   * AWS region that the program runs in.
   *
   * @default "eu-west-1"
   */
  readonly region?: string;
  /**
   * Further outputs of resources, such as those of an organisation's own types. They come before the mocks' own.
   *
   * @default - none
   */
  readonly outputs?: (resource: RegisteredResource) => Readonly<Record<string, unknown>> | undefined;
  /**
   * Results of further functions by token: `{ "aws:ec2/getVpc:getVpc": () => ({ id: "vpc-1" }) }`.
   *
   * @default - none; a function that is not listed fails the test
   */
  readonly calls?: Readonly<Record<string, (inputs: Readonly<Record<string, unknown>>) => Record<string, unknown>>>;
}

/**
 * Takes the place of engine, AWS, Kubernetes and Vault in unit tests: answers what this package's components wait for, and keeps what was registered.
 *
 * @example
 * const mocks = new KubeVaultMocks();
 * await pulumi.runtime.setMocks(mocks, "project", "stack");
 * new VaultPlatform("vault", {
 *   namespace: "vault",
 *   vaultServer: { version: "1.18.4" },
 *   roles: { deploy: { credentialType: "iam_user", policyArns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"] } },
 * });
 * await mocks.settled();
 * console.log(mocks.inputsOf("vault-root-user"));
 */
export class KubeVaultMocks implements pulumi.runtime.Mocks {
  /** All that was registered, in its order. */
  public readonly resources: RegisteredResource[] = [];

  /**
   * Mocks for `pulumi.runtime.setMocks`.
   *
   * @param options what the mocked cloud looks like
   */
  public constructor(private readonly options: KubeVaultMocksOptions = {}) {}

  /** Called by Pulumi for each resource. */
  public newResource({ type, name, inputs }: pulumi.runtime.MockResourceArgs): {
    /** ID of the resource. */
    id: string;
    /** Its inputs, and the outputs that a cloud would add. */
    state: object;
  } {
    const resource = { type, name, inputs: withoutSecretMarks(inputs) as Record<string, unknown> };
    this.resources.push(resource);
    return {
      id: `${name}-id`,
      state: { ...(inputs as object), ...this.cloudOutputs(resource), ...this.options.outputs?.(resource) },
    };
  }

  /**
   * Called by Pulumi for each function.
   *
   * @throws Error where neither the mocks nor `calls` know the function
   */
  public call({ token, inputs }: pulumi.runtime.MockCallArgs): Record<string, unknown> {
    const { accountId, partition, region } = this.account();
    const own: Readonly<Record<string, () => Record<string, unknown>>> = {
      "aws:index/getCallerIdentity:getCallerIdentity": () => ({ accountId, id: accountId, arn: "", userId: "" }),
      "aws:index/getPartition:getPartition": () => ({ partition, id: partition, dnsSuffix: "", reverseDnsPrefix: "" }),
      "aws:index/getRegion:getRegion": () => ({ region, name: region, id: region, description: "", endpoint: "" }),
    };
    const answer = this.options.calls?.[token] ?? own[token];
    if (answer === undefined) {
      throw new Error(`KubeVaultMocks: no answer to the function ${token}. Give one in the option calls.`);
    }
    return answer(inputs as Record<string, unknown>);
  }

  /** Resolves when everything that the program has registered so far is in {@link resources}. */
  public settled(): Promise<void> {
    // Not in the SDK's types; the SDK itself waits with it at the end of a program.
    return (pulumi.runtime as unknown as { waitForRPCs(): Promise<void> }).waitForRPCs();
  }

  /**
   * The inputs of the resource with this name.
   *
   * @throws Error where none, or more than one, has the name
   */
  public inputsOf(name: string): Readonly<Record<string, unknown>> {
    const found = this.resources.filter((resource) => resource.name === name);
    const [resource] = found;
    if (resource === undefined || found.length > 1) {
      const names = this.resources.map((one) => one.name).sort();
      throw new Error(`KubeVaultMocks: ${found.length} resources are named ${name}, among: ${names.join(", ")}`);
    }
    return resource.inputs;
  }

  private account() {
    const { accountId = "123456789012", region = "eu-west-1" } = this.options;
    const partition = region.startsWith("cn-") ? "aws-cn" : region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
    return { accountId, region, partition };
  }

  /** What AWS and Kubernetes add to a resource. */
  private cloudOutputs({ type, name, inputs }: RegisteredResource): Record<string, unknown> {
    const { accountId, region, partition } = this.account();
    const physical = typeof inputs.name === "string" ? inputs.name : name;
    const path = typeof inputs.path === "string" ? inputs.path : "/";
    const iam = (kind: string) => ({
      name: physical,
      arn: `arn:${partition}:iam::${accountId}:${kind}${path}${physical}`,
    });
    switch (type) {
      case "aws:dynamodb/table:Table":
        return { name: physical, arn: `arn:${partition}:dynamodb:${region}:${accountId}:table/${physical}` };
      case "aws:iam/user:User":
        return iam("user");
      case "aws:iam/role:Role":
        return iam("role");
      case "aws:iam/policy:Policy":
        return iam("policy");
      case "aws:iam/accessKey:AccessKey":
        return { secret: `secret of ${name}` };
      case "aws:kms/key:Key":
        return { arn: `arn:${partition}:kms:${region}:${accountId}:key/${name}` };
      case "kubernetes:core/v1:Secret":
      case "kubernetes:core/v1:Namespace":
        return { metadata: { name, ...(inputs.metadata as object | undefined) } };
      default:
        return {};
    }
  }
}

/** Pulumi's mark of a special value, and of a secret one, as they arrive at the engine. */
const specialSigKey = "4dabf18193072939515e22adb298388d";
const secretSig = "1b47061264138c4ac30d75fd1eb44270";

function withoutSecretMarks(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(withoutSecretMarks);
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  if ((value as Record<string, unknown>)[specialSigKey] === secretSig) {
    return withoutSecretMarks((value as { value?: unknown }).value);
  }
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, withoutSecretMarks(part)]));
}
