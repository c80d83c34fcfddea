/**
 * What the writes of one client have reached in Vault's storage, so that a performance standby of Vault Enterprise answers no read from before
 * them: the states that answers carry in `X-Vault-Index` are sent with every later call.
 *
 * @see https://developer.hashicorp.com/vault/docs/enterprise/consistency
 */
export class ReplicationState {
  /** The furthest state seen of each cluster. */
  private readonly states = new Map<string, State>();

  /** Takes in the header of an answer. */
  record(header: string | undefined): void {
    const state = header === undefined ? undefined : parse(header);
    if (state === undefined) {
      return;
    }
    const known = this.states.get(state.cluster);
    if (known === undefined || state.local + state.replicated >= known.local + known.replicated) {
      this.states.set(state.cluster, state);
    }
  }

  /** Headers for the next call; none for Vault Community Edition, which sends no states. */
  get headers(): Readonly<Record<string, string | string[]>> {
    return this.states.size === 0
      ? {}
      : {
          "x-vault-index": [...this.states.values()].map(({ header }) => header),
          // A node that is behind passes the call on instead of refusing it with 412.
          "x-vault-inconsistent": "forward-active-node",
        };
  }
}

interface State {
  readonly header: string;
  readonly cluster: string;
  readonly local: bigint;
  readonly replicated: bigint;
}

/** A state is `v1:<cluster>:<local index>:<replicated index>:<hmac>`, in base64. */
function parse(header: string): State | undefined {
  const match = /^v1:([^:]+):(\d+):(\d+):[0-9a-f]*$/.exec(Buffer.from(header, "base64").toString("latin1"));
  const [, cluster, local, replicated] = match ?? [];
  return cluster === undefined || local === undefined || replicated === undefined
    ? undefined
    : { header, cluster, local: BigInt(local), replicated: BigInt(replicated) };
}
