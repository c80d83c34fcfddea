import * as pulumi from "@pulumi/pulumi";
import type { Issue } from "../internal/validation/issues.js";
import { isKnown } from "../internal/validation/known.js";
import { durationSeconds } from "../internal/duration.js";
import type { KubernetesConnection } from "../vault/portForward/kubernetesConnection.js";
import { secretLoginFields, type VaultLogin } from "../vault/login.js";
import { settingNames } from "../vault/vaultSettings.js";
import type { Values } from "./fields.js";
import { assertValid } from "./inputs.js";
import { kubernetesConnectionRules } from "./kubernetesConnectionRules.js";
import type { Duration } from "../internal/duration.js";
import { resourceHost } from "./resourceHost.js";
import { unknownArguments } from "./rules.js";

/** A login with inputs in its fields. */
type Inputs<T> = {
  readonly [K in keyof T]: K extends "kind" ? T[K] : pulumi.Input<NonNullable<T[K]>> | Optional<T, K>;
};
type Optional<T, K extends keyof T> = undefined extends T[K] ? undefined : never;
type EachLogin<T> = T extends VaultLogin ? Inputs<T> : never;

/** How to get a token: {@link VaultLogin}, with inputs in all fields but `kind`. */
export type VaultLoginArgs = EachLogin<VaultLogin>;

/** The way through the Kubernetes API: {@link KubernetesConnection}, with inputs in all fields. */
export type VaultKubernetesArgs = Inputs<KubernetesConnection>;

/**
 * Where Vault is and how to log in. What is given always wins; what is left out comes from the variables that Vault's own command line
 * reads, anew at every operation.
 */
export interface VaultConnectionArgs {
  /** `https://vault.example.com:8200`. Default: VAULT_ADDR. KUBEVAULT_AWS_VAULT_ADDR overrides both, for one run. */
  readonly address?: pulumi.Input<string>;
  /**
   * Reaches a Vault that has no address outside its cluster, by a port-forward through the Kubernetes API that lasts as long as each
   * operation. Not together with `address`; KUBEVAULT_AWS_VAULT_ADDR overrides it, for one run. A kubeconfig in it is kept encrypted in
   * the state.
   *
   * @example
   * new VaultConnection("vault", {
   *   kubernetes: { namespace: "vault", service: "vault" },
   *   login: { kind: "kubernetesSecret", namespace: "vault", name: "vault-keys", key: "root-token" },
   * });
   */
  readonly kubernetes?: VaultKubernetesArgs;
  /** Namespace of Vault Enterprise. Default: VAULT_NAMESPACE. */
  readonly namespace?: pulumi.Input<string>;
  /** PEM text of the certificate authority that signed Vault's certificate. Default: VAULT_CACERT_BYTES. */
  readonly caCertificate?: pulumi.Input<string>;
  /** File with the same. Default: VAULT_CACERT, or the files in VAULT_CAPATH. */
  readonly caCertificateFile?: pulumi.Input<string>;
  /** Name to look for in Vault's certificate instead of the address's host. Default: VAULT_TLS_SERVER_NAME. */
  readonly tlsServerName?: pulumi.Input<string>;
  /** PEM text of this client's certificate. */
  readonly clientCertificate?: pulumi.Input<string>;
  /** PEM text of this client's key; kept encrypted in the state. */
  readonly clientKey?: pulumi.Input<string>;
  /** File with this client's certificate. Default: VAULT_CLIENT_CERT. */
  readonly clientCertificateFile?: pulumi.Input<string>;
  /** File with this client's key. Default: VAULT_CLIENT_KEY. */
  readonly clientKeyFile?: pulumi.Input<string>;
  /**
   * Accepts any certificate of Vault's. For trials only: whoever sits between can read the token. VAULT_SKIP_VERIFY is not read.
   *
   * @default false
   */
  readonly skipTlsVerify?: pulumi.Input<boolean>;
  /**
   * Longest time for one call. Unmounting and waiting for AWS have limits of their own.
   *
   * @default - VAULT_CLIENT_TIMEOUT, or 60 seconds
   */
  readonly requestTimeout?: pulumi.Input<Duration>;
  /**
   * How often a call that may be repeated is repeated, with growing pauses, after 412, 429, 5xx and lost connections.
   *
   * @default - VAULT_MAX_RETRIES, or 4
   */
  readonly maxRetries?: pulumi.Input<number>;
  /** An HTTP proxy to go through. Default: VAULT_PROXY_ADDR, or VAULT_HTTP_PROXY. */
  readonly proxyAddress?: pulumi.Input<string>;
  /**
   * How to get a token. KUBEVAULT_AWS_VAULT_TOKEN overrides it, for one run: to destroy after what is stored has expired.
   *
   * @default - `{ kind: "environment" }`: VAULT_TOKEN, or what `vault login` left in `~/.vault-token`
   */
  readonly login?: VaultLoginArgs;
  /**
   * What to do when another Vault answers than the one that the resources are in, or a mount is missing below them.
   *
   * - `refuse`: nothing; the operation fails and names both Vaults
   * - `recreate`: take it that the old one is gone. `pulumi refresh` drops its resources from the state and `pulumi up` makes them anew
   *
   * @default "refuse"
   */
  readonly onVaultReplaced?: pulumi.Input<"refuse" | "recreate">;
}

const loginFields: Readonly<Record<VaultLogin["kind"], readonly [required: string[], optional: string[]]>> = {
  environment: [[], []],
  token: [["token"], []],
  file: [["path"], []],
  kubernetesSecret: [
    ["namespace", "name", "key"],
    ["kubeconfig", "context"],
  ],
  appRole: [["roleId"], ["secretId", "secretIdFile", "secretIdVariable", "mount"]],
  kubernetes: [["role"], ["tokenFile", "mount"]],
  awsIam: [[], ["role", "serverId", "region", "stsEndpoint", "mount"]],
  jwt: [[], ["role", "jwt", "jwtFile", "jwtVariable", "mount"]],
};

const argumentNames: readonly string[] = [...settingNames, "kubernetes", "login", "onVaultReplaced"];

/**
 * The connection to a Vault: an explicit provider for this package's resources. It is kept once in the state, so that a Vault that moves
 * or changes its token touches no other resource.
 *
 * @example
 * const connection = new VaultConnection("vault", {
 *   address: "https://vault.example.com:8200",
 *   login: { kind: "kubernetesSecret", namespace: "vault", name: "vault-keys", key: "root-token" },
 * });
 * new AwsSecretsMount("aws", { path: "aws" }, { provider: connection });
 */
export class VaultConnection extends pulumi.ProviderResource {
  constructor(name: string, args: VaultConnectionArgs = {}, opts?: pulumi.ResourceOptions) {
    assertValid(`VaultConnection "${name}"`, args, connectionRules);
    const { login, kubernetes, clientKey, ...settings } = args;
    const inputs: Record<string, unknown> = {
      ...settings,
      clientKey: clientKey === undefined ? undefined : pulumi.secret(clientKey),
      kubernetes: kubernetes === undefined ? undefined : pulumi.jsonStringify(withSecrets(kubernetes)),
      login: login === undefined ? undefined : pulumi.jsonStringify(withSecrets(login)),
    };
    const host = resourceHost();
    super(host.providerPackage, name, host.connectionProps(inputs), opts);
  }
}

function withSecrets(fields: VaultLoginArgs | VaultKubernetesArgs): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([field, value]: [string, unknown]) => [
      field,
      secretLoginFields.includes(field) && value !== undefined ? pulumi.secret(value) : value,
    ]),
  );
}

/** The rules of a connection's arguments. No value is quoted that can be secret. */
export function connectionRules(args: Values): Issue[] {
  const issues = unknownArguments(args, argumentNames);
  const { address, requestTimeout, maxRetries, onVaultReplaced } = args;
  if (typeof address === "string" && isKnown(address) && !/^https?:\/\/[^\s/]+\/*$/.test(address)) {
    issues.push({
      path: "address",
      rule: "must be an http or https URL without a path",
      actual: address,
      fix: "Write https://vault.example.com:8200.",
    });
  }
  if (
    requestTimeout !== undefined &&
    isKnown(requestTimeout) &&
    !(Number(durationSeconds(requestTimeout as Duration)) > 0)
  ) {
    issues.push({ path: "requestTimeout", rule: "must be a length of time above 0", actual: requestTimeout });
  }
  if (maxRetries !== undefined && isKnown(maxRetries) && !(Number.isInteger(maxRetries) && Number(maxRetries) >= 0)) {
    issues.push({ path: "maxRetries", rule: "must be a whole number of at least 0", actual: maxRetries });
  }
  if (
    onVaultReplaced !== undefined &&
    isKnown(onVaultReplaced) &&
    onVaultReplaced !== "refuse" &&
    onVaultReplaced !== "recreate"
  ) {
    issues.push({ path: "onVaultReplaced", rule: 'must be "refuse" or "recreate"', actual: onVaultReplaced });
  }
  const [certificate, key] = [
    args.clientCertificate ?? args.clientCertificateFile,
    args.clientKey ?? args.clientKeyFile,
  ].map((value) => value !== undefined);
  if (certificate !== key) {
    issues.push({
      path: certificate === true ? "clientKey" : "clientCertificate",
      rule: "is missing: a client certificate and its key belong together",
    });
  }
  return [...issues, ...kubernetesConnectionRules(args), ...loginRules(args.login)];
}

function loginRules(login: unknown): Issue[] {
  if (login === undefined || !isKnown(login)) {
    return [];
  }
  const kinds = Object.keys(loginFields);
  const { kind, ...values } = login as Values;
  if (typeof kind !== "string" || !kinds.includes(kind)) {
    return [{ path: "login.kind", rule: `must be one of ${kinds.join(", ")}`, actual: kind }];
  }
  const [required, optional] = loginFields[kind as VaultLogin["kind"]];
  const issues: Issue[] = required
    .filter((field) => values[field] === undefined || values[field] === "")
    .map((field) => ({ path: `login.${field}`, rule: `is required for a login of kind ${kind}` }));
  for (const field of Object.keys(values).filter((name) => values[name] !== undefined)) {
    if (![...required, ...optional].includes(field)) {
      issues.push({ path: `login.${field}`, rule: `is not a field of a login of kind ${kind}` });
    }
  }
  if (kind === "jwt" && !["jwt", "jwtFile", "jwtVariable"].some((field) => values[field] !== undefined)) {
    issues.push({ path: "login.jwt", rule: "or jwtFile or jwtVariable is required for a login of kind jwt" });
  }
  return issues;
}
