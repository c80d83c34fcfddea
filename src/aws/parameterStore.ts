/** Where SSM parameters, and the KMS key that their values may be encrypted with, are reached. */
export interface ParameterStoreOptions {
  readonly region: string;
  /** Default: AWS's own for the region, or what AWS_ENDPOINT_URL_SSM and AWS_ENDPOINT_URL say. */
  readonly ssmEndpoint?: string;
  /** Default: AWS's own for the region, or what AWS_ENDPOINT_URL_KMS and AWS_ENDPOINT_URL say. */
  readonly kmsEndpoint?: string;
  /** Longest time for one call, in milliseconds. */
  readonly timeoutMs: number;
}

/** How many names SSM takes in one call. */
const namesAtATime = 10;

/**
 * Reads an SSM parameter, with the usual chain of AWS credentials.
 *
 * @param encryptionContext where it is given, the value is base64 text of what KMS has encrypted with this context, as KubeVault's unsealer stores it
 * @returns undefined where there is no such parameter
 * @throws Error with AWS's own answer
 */
export async function readParameter(
  name: string,
  options: ParameterStoreOptions,
  encryptionContext?: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  const { GetParameterCommand, SSMClient } = await loadSsm();
  const ssm = new SSMClient({ ...clientOptions(options), endpoint: options.ssmEndpoint });
  let value: string | undefined;
  try {
    const { Parameter } = await ssm.send(new GetParameterCommand({ Name: name, WithDecryption: true }));
    value = Parameter?.Value;
  } catch (error) {
    if ((error as Error).name === "ParameterNotFound") {
      return undefined;
    }
    throw error;
  } finally {
    ssm.destroy();
  }
  return value === undefined || encryptionContext === undefined
    ? value
    : decrypt(Buffer.from(value, "base64"), encryptionContext, options);
}

async function decrypt(
  ciphertext: Uint8Array,
  encryptionContext: Readonly<Record<string, string>>,
  options: ParameterStoreOptions,
): Promise<string> {
  const { DecryptCommand, KMSClient } = await loadKms();
  const kms = new KMSClient({ ...clientOptions(options), endpoint: options.kmsEndpoint });
  try {
    const { Plaintext } = await kms.send(
      new DecryptCommand({ CiphertextBlob: ciphertext, EncryptionContext: { ...encryptionContext } }),
    );
    return Buffer.from(Plaintext ?? []).toString("utf8");
  } finally {
    kms.destroy();
  }
}

/** Deletes SSM parameters; those that do not exist are passed over. */
export async function deleteParameters(names: readonly string[], options: ParameterStoreOptions): Promise<void> {
  const { DeleteParametersCommand, SSMClient } = await loadSsm();
  const ssm = new SSMClient({ ...clientOptions(options), endpoint: options.ssmEndpoint });
  try {
    for (let start = 0; start < names.length; start += namesAtATime) {
      await ssm.send(new DeleteParametersCommand({ Names: names.slice(start, start + namesAtATime) }));
    }
  } finally {
    ssm.destroy();
  }
}

function clientOptions({ region, timeoutMs }: ParameterStoreOptions) {
  return {
    region,
    requestHandler: { connectionTimeout: 5_000, requestTimeout: timeoutMs, throwOnRequestTimeout: true },
  };
}

// Both are heavy, so that they are loaded where they are used. On a Node.js release that a later SDK will drop, the SDK prints a warning, which would
// stand among the messages of every `pulumi up`.
async function loadSsm() {
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
  return import("@aws-sdk/client-ssm");
}

async function loadKms() {
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
  return import("@aws-sdk/client-kms");
}
