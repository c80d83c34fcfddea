import { parseArn } from "../../aws/arns.js";
import type { PolicyDocument } from "../../aws/policyDocument.js";
import { allow, policyDocument } from "./statements.js";

/** What {@link unsealerPolicy} is written for. */
export interface UnsealerPolicyOptions {
  /** ARN of the KMS key that encrypts the unseal keys: `spec.unsealer.mode.awsKmsSsm.kmsKeyID`. */
  readonly kmsKeyArn: string;
  /** What the names of the SSM parameters begin with: `spec.unsealer.mode.awsKmsSsm.ssmKeyPrefix`, with its closing `/`. */
  readonly ssmKeyPrefix: string;
  /** Region of the SSM parameters. Default: the key's region. */
  readonly region?: string;
  /** Account of the SSM parameters. Default: the key's account. */
  readonly accountId?: string;
}

/**
 * The policy that KubeVault's unsealer needs in the mode `awsKmsSsm`: it encrypts Vault's unseal keys and root token with the key and
 * keeps them as SSM parameters under the prefix.
 *
 * - `kms:Encrypt`, `kms:Decrypt`: every value, always with the encryption context `Tool=vault-unsealer`, which the policy demands
 * - `kms:DescribeKey`: KubeVault's documentation asks for it
 * - `ssm:PutParameter`, `ssm:GetParameters`: the values
 * - `ssm:DeleteParameter`: the probe that it writes and removes before it initialises Vault
 *
 * @throws RangeError where `kmsKeyArn` is not the ARN of a KMS key, or the prefix is empty or `/`
 * @example
 * unsealerPolicy({ kmsKeyArn: "arn:aws:kms:eu-west-1:123456789012:key/1a2b", ssmKeyPrefix: "/prod/vault/" })
 * @see https://kubevault.com/docs/latest/concepts/vault-server-crds/unsealer/aws_kms_ssm/
 */
export function unsealerPolicy(options: UnsealerPolicyOptions): PolicyDocument {
  const key = parseArn(options.kmsKeyArn);
  if (key?.service !== "kms" || !key.resource.startsWith("key/")) {
    throw new RangeError(`kmsKeyArn must be the ARN of a KMS key, got ${JSON.stringify(options.kmsKeyArn)}`);
  }
  if (/^\/*$/.test(options.ssmKeyPrefix)) {
    throw new RangeError(
      "ssmKeyPrefix must not be empty or / alone: the policy would cover every SSM parameter of the account",
    );
  }
  const prefix = options.ssmKeyPrefix.startsWith("/") ? options.ssmKeyPrefix : `/${options.ssmKeyPrefix}`;
  const { region = key.region, accountId = key.accountId } = options;
  return policyDocument([
    ...allow({
      sid: "UnsealKeysCipher",
      actions: ["kms:Decrypt", "kms:Encrypt"],
      resources: [options.kmsKeyArn],
      condition: { StringEquals: { "kms:EncryptionContext:Tool": "vault-unsealer" } },
    }),
    ...allow({ sid: "UnsealKeysCipherKey", actions: ["kms:DescribeKey"], resources: [options.kmsKeyArn] }),
    ...allow({
      sid: "UnsealKeysStore",
      actions: ["ssm:DeleteParameter", "ssm:GetParameters", "ssm:PutParameter"],
      resources: [`arn:${key.partition}:ssm:${region}:${accountId}:parameter${prefix}*`],
    }),
  ]);
}
