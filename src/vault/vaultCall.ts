/** One call of Vault's HTTP API. */
export interface VaultCall {
  readonly method: "GET" | "POST" | "DELETE";
  /** Below `/v1/`, without a slash at the start: `sys/mounts`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Sent as X-Vault-Token. */
  readonly token?: string;
  /** Another namespace than the connection's; the empty text is the root namespace. */
  readonly namespace?: string;
  /** Further headers. */
  readonly headers?: Readonly<Record<string, string | string[]>>;
  /**
   * Longest time for the answer.
   *
   * @default - the connection's
   */
  readonly timeoutMs?: number;
}

/** What Vault answers with. */
export interface VaultAnswer {
  readonly status: number;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly auth?: Readonly<Record<string, unknown>>;
  readonly warnings?: readonly string[];
  readonly leaseId?: string;
  readonly leaseDuration?: number;
  readonly renewable?: boolean;
  /** State of Vault's storage after the call (X-Vault-Index), of Vault Enterprise. */
  readonly replicationState?: string;
  /** The complete answer, for endpoints of sys/ that do not use `data`. */
  readonly body: Readonly<Record<string, unknown>>;
}
