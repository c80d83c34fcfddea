/**
 * How to get a token for Vault. It is a description, and what it describes is done where the provider runs: no token ends up in a stack's state,
 * but for the literal one of `kind: "token"`, which is kept encrypted.
 *
 * Logins (`appRole`, `kubernetes`, `awsIam`, `jwt`) make one token for an operation of Pulumi, renew it as long as that runs, and revoke it at its
 * end.
 */
export type VaultLogin =
  | EnvironmentLogin
  | TokenLogin
  | FileLogin
  | KubernetesSecretLogin
  | AwsSsmLogin
  | AppRoleLogin
  | KubernetesLogin
  | AwsIamLogin
  | JwtLogin;

/** The token in VAULT_TOKEN, or in `~/.vault-token`, where `vault login` leaves it. The default. */
export interface EnvironmentLogin {
  /** Selects this login. */
  readonly kind: "environment";
}

/** A token as it is. Best a short-lived one: it is stored in the stack's state, encrypted. */
export interface TokenLogin {
  /** Selects this login. */
  readonly kind: "token";
  /** The token; stored in the stack's state, encrypted. */
  readonly token: string;
}

/** A token in a file: what Vault Agent writes, for example. */
export interface FileLogin {
  /** Selects this login. */
  readonly kind: "file";
  /** Path of the file, on the machine that runs `pulumi`. */
  readonly path: string;
}

/** A token in a Secret of Kubernetes, such as the root token that KubeVault keeps. */
export interface KubernetesSecretLogin {
  /** Selects this login. */
  readonly kind: "kubernetesSecret";
  /** Namespace of the Secret. */
  readonly namespace: string;
  /** Name of the Secret. */
  readonly name: string;
  /** The Secret's key with the token. */
  readonly key: string;
  /** A kubeconfig file's path, or its contents. Default: KUBECONFIG, `~/.kube/config`, or the pod's own service account. */
  readonly kubeconfig?: string;
  /** Context of the kubeconfig. Default: its current context. */
  readonly context?: string;
}

/**
 * A token in an SSM parameter, such as the root token that KubeVault's unsealer keeps in the mode `awsKmsSsm`. It is read with the usual chain of AWS
 * credentials, which need `ssm:GetParameter` on the parameter and `kms:Decrypt` on its key.
 */
export interface AwsSsmLogin {
  /** Selects this login. */
  readonly kind: "awsSsm";
  /** Name of the parameter. */
  readonly parameter: string;
  /** Region of the parameter. */
  readonly region: string;
  /**
   * The value is base64 text of what KMS has encrypted with this encryption context. KubeVault's unsealer uses `{ Tool: "vault-unsealer" }`. Default: the
   * value is the token itself.
   */
  readonly kmsEncryptionContext?: Readonly<Record<string, string>>;
  /** Endpoint of SSM, where it is not AWS's own for the region. */
  readonly ssmEndpoint?: string;
  /** Endpoint of KMS, where it is not AWS's own for the region. */
  readonly kmsEndpoint?: string;
}

/** `auth/approle/login`. */
export interface AppRoleLogin {
  /** Selects this login. */
  readonly kind: "appRole";
  /** ID of the role. It is not a secret. */
  readonly roleId: string;
  /** The secret ID itself; stored in the stack's state, encrypted. */
  readonly secretId?: string;
  /** A file with the secret ID. */
  readonly secretIdFile?: string;
  /** Name of a variable with the secret ID. */
  readonly secretIdVariable?: string;
  /** Path of the auth method. Default: `approle`. */
  readonly mount?: string;
}

/** `auth/kubernetes/login` with a service account's token: for a program that runs in the cluster. */
export interface KubernetesLogin {
  /** Selects this login. */
  readonly kind: "kubernetes";
  /** Role of the auth method. */
  readonly role: string;
  /** Default: `/var/run/secrets/kubernetes.io/serviceaccount/token`. */
  readonly tokenFile?: string;
  /** Path of the auth method. Default: `kubernetes`. */
  readonly mount?: string;
}

/** `auth/aws/login` of type iam: a signed GetCallerIdentity shows Vault which AWS principal this is. */
export interface AwsIamLogin {
  /** Selects this login. */
  readonly kind: "awsIam";
  /** Role of the auth method. Default: the principal's name, as Vault chooses. */
  readonly role?: string;
  /** Value of X-Vault-AWS-IAM-Server-ID, where the auth method asks for it. */
  readonly serverId?: string;
  /** Region of STS. Default: AWS_REGION, then `us-east-1`. */
  readonly region?: string;
  /** Endpoint of STS, where it is not the region's own. */
  readonly stsEndpoint?: string;
  /** Path of the auth method. Default: `aws`. */
  readonly mount?: string;
}

/** `auth/jwt/login` with a token of an OIDC issuer: GitHub Actions, GitLab CI, Pulumi Deployments. */
export interface JwtLogin {
  /** Selects this login. */
  readonly kind: "jwt";
  /** Role of the auth method. Default: the auth method's own default. */
  readonly role?: string;
  /** The JWT itself; stored in the stack's state, encrypted. It is short-lived by nature: prefer a file or a variable. */
  readonly jwt?: string;
  /** A file with the JWT. */
  readonly jwtFile?: string;
  /** Name of a variable with the JWT. */
  readonly jwtVariable?: string;
  /** Path of the auth method. Default: `jwt`. */
  readonly mount?: string;
}

/**
 * A token that may be revoked one day, and what stands in for it then: a platform's own login, which reads what the root token has written. Only
 * components make it.
 */
export interface RevocableLogin {
  readonly kind: "revocable";
  readonly token: KubernetesSecretLogin | AwsSsmLogin;
  readonly standIn: VaultLogin;
}

/** What a connection keeps. */
export type StoredLogin = VaultLogin | RevocableLogin;

/** The fields of a login that hold secrets: always encrypted in a stack's state. */
export const secretLoginFields: readonly string[] = ["token", "secretId", "jwt", "kubeconfig"];

/** The variable whose token is used instead of the connection's login, for one run: to destroy after the stored credentials expired. */
export const tokenOverrideVariable = "KUBEVAULT_AWS_VAULT_TOKEN";

/** A token and what is known of it. */
export interface ObtainedToken {
  readonly token: string;
  /** Whether it was made here and can be revoked, so that it is ours to revoke. */
  readonly own: boolean;
  /** Whether a login made it, so that another login makes another. */
  readonly fromLogin: boolean;
  readonly renewable?: boolean;
  readonly accessor?: string;
  /** Seconds until it ends, from when it was obtained; 0 for never. Known of tokens from a login only. */
  readonly ttlSeconds?: number;
  /** What to do where it may not do what it is used for. */
  readonly advice?: string;
}
