import { DecryptCommand, EncryptCommand, KMSClient } from "@aws-sdk/client-kms";
import { DeleteParameterCommand, GetParametersCommand, PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { AssumeRoleWithWebIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import type { AwsIdentity } from "./awsIdentity.js";
import type { KeyStore } from "./keyStore.js";
import type { AwsKmsSsmMode } from "./vaultServer.js";

interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** The unsealer binds its ciphertexts to itself. */
const encryptionContext = { Tool: "vault-unsealer" };

/** The parameter that the unsealer writes and deletes to see that it can. */
const probeName = "vault-unsealer-dummy-file";

/**
 * Mode awsKmsSsm: values encrypted by a KMS key, kept as SSM parameters of type String. Not Vault's own awskms seal.
 *
 * @param endpoint of the sandbox's AWS
 * @param region where the mode names none
 */
export async function awsKeyStore(
  mode: AwsKmsSsmMode,
  identity: AwsIdentity,
  endpoint: string,
  region: string,
): Promise<KeyStore> {
  const client = { endpoint, region: mode.region ?? region, credentials: await keysOf(identity, endpoint, region) };
  const kms = new KMSClient(client);
  const ssm = new SSMClient(client);
  // Plain concatenation, as the unsealer does it: a prefix that lacks its last slash runs into the name.
  const parameter = (name: string): string => `${mode.ssmKeyPrefix ?? ""}${name}`;
  const put = async (name: string, value: string): Promise<void> => {
    const { CiphertextBlob } = await kms.send(
      new EncryptCommand({ KeyId: mode.kmsKeyID, Plaintext: Buffer.from(value), EncryptionContext: encryptionContext }),
    );
    await ssm.send(
      new PutParameterCommand({
        Name: parameter(name),
        Value: Buffer.from(CiphertextBlob ?? []).toString("base64"),
        Type: "String",
        Overwrite: true,
      }),
    );
  };
  return {
    description: `SSM parameters ${parameter("")}*`,
    get: async (name) => {
      const { Parameters } = await ssm.send(new GetParametersCommand({ Names: [parameter(name)] }));
      const value = Parameters?.[0]?.Value;
      if (value === undefined) {
        return undefined;
      }
      const { Plaintext } = await kms.send(
        new DecryptCommand({ CiphertextBlob: Buffer.from(value, "base64"), EncryptionContext: encryptionContext }),
      );
      return Buffer.from(Plaintext ?? []).toString("utf8");
    },
    put: async (values) => {
      for (const [name, value] of Object.entries(values)) {
        await put(name, value);
      }
    },
    probe: async () => {
      await put(probeName, "test");
      await ssm.send(new DeleteParameterCommand({ Name: parameter(probeName) }));
    },
  };
}

async function keysOf(identity: AwsIdentity, endpoint: string, region: string): Promise<Keys> {
  switch (identity.kind) {
    case "keys":
      // Unlike Vault's container, the unsealer's is given no session token.
      return { accessKeyId: identity.accessKeyId, secretAccessKey: identity.secretAccessKey };
    case "webIdentity":
      return exchange(identity, endpoint, region);
    case "none":
      throw new Error("the unsealer has neither keys nor a role for KMS and SSM");
  }
}

async function exchange(
  identity: Extract<AwsIdentity, { kind: "webIdentity" }>,
  endpoint: string,
  region: string,
): Promise<Keys> {
  const sts = new STSClient({ endpoint, region });
  const { Credentials } = await sts.send(
    new AssumeRoleWithWebIdentityCommand({
      RoleArn: identity.roleArn,
      RoleSessionName: "vault-unsealer",
      WebIdentityToken: identity.token,
    }),
  );
  if (Credentials?.AccessKeyId === undefined || Credentials.SecretAccessKey === undefined) {
    throw new Error(`STS gave no credentials for ${identity.roleArn}`);
  }
  return {
    accessKeyId: Credentials.AccessKeyId,
    secretAccessKey: Credentials.SecretAccessKey,
    sessionToken: Credentials.SessionToken,
  };
}
