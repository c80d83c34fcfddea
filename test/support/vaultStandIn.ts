import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A JSON object that the stand-in keeps. */
export type Stored = Record<string, unknown>;

/** A request as the stand-in took it. */
export interface TakenRequest {
  readonly method: string;
  /** Below `/v1/`. */
  readonly path: string;
  /** As it arrived, encoded and with `/v1/`. */
  readonly rawPath?: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body: Stored;
  readonly token: string | undefined;
  readonly namespace?: string;
}

interface Reply {
  readonly status: number;
  readonly body?: unknown;
}

const noContent: Reply = { status: 204 };
const data = (values: unknown): Reply => ({ status: 200, body: { data: values } });
const failed = (status: number, ...errors: string[]): Reply => ({ status, body: { errors } });
const absent = failed(404);

/**
 * A Vault in memory with the parts of its API that the resources of the AWS secrets engine call, and the AWS behind it as far as access keys go. It
 * answers as Vault does, quirks included: config/root is replaced as a whole before 1.19 and merged since, roles are merged, a static role is stored
 * before its key is created. For unit tests: what it says was compared with real Vaults by the integration tests.
 */
export class VaultStandIn {
  /** All requests but those for its health, in order. */
  readonly requests: TakenRequest[] = [];
  mounts: Record<string, Stored> = {};
  /** Auth methods, as `sys/auth` lists them. */
  auth: Record<string, Stored> = {};
  /** Audit devices, as `sys/audit` lists them. */
  audit: Record<string, Stored> = {};
  /** Objects by path: `aws/roles/deploy`, `auth/kubernetes/role/shop`, `sys/policies/acl/shop`. */
  objects: Record<string, Stored> = {};
  /** Access keys that exist in AWS, by their user. */
  awsKeys: Record<string, string[]> = {};
  /** Living leases by ID, with the token they were made with. */
  leases = new Map<string, string>();
  tokens = new Set(["root"]);
  version = "1.18.4";
  /** Answers in the place of the stand-in, or lets it answer with undefined. */
  intercept: (request: TakenRequest) => Reply | Promise<Reply | undefined> | undefined = () => undefined;
  address = "";
  private readonly server: Server;
  private counter = 0;
  private readonly migrations = new Map<string, number>();

  constructor() {
    this.server = createServer((request, response) => {
      let text = "";
      request.on("data", (chunk: Buffer) => (text += chunk.toString()));
      request.on("end", () => {
        const url = new URL(request.url ?? "/", "http://vault");
        const taken: TakenRequest = {
          method: request.method ?? "GET",
          path: decodeURIComponent(url.pathname.replace(/^\/v1\//, "")),
          rawPath: String(request.url).replace(/\?.*$/, ""),
          query: Object.fromEntries(url.searchParams),
          body: text === "" ? {} : (JSON.parse(text) as Stored),
          token: request.headers["x-vault-token"] as string | undefined,
          namespace: request.headers["x-vault-namespace"] as string | undefined,
        };
        void this.take(taken, response);
      });
    });
  }

  static async start(): Promise<VaultStandIn> {
    const vault = new VaultStandIn();
    await new Promise<void>((resolve) => vault.server.listen(0, "127.0.0.1", resolve));
    vault.address = `http://127.0.0.1:${(vault.server.address() as AddressInfo).port}`;
    return vault;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** Forgets everything but the tokens, which plugins may still hold. */
  reset(): void {
    this.requests.length = 0;
    [this.mounts, this.auth, this.audit, this.objects, this.awsKeys] = [{}, {}, {}, {}, {}];
    this.leases.clear();
  }

  /** The settings of a connection to it, for a plugin. */
  config(more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
    return {
      "kubevault-aws:address": this.address,
      "kubevault-aws:login": JSON.stringify({ kind: "token", token: "root" }),
      "kubevault-aws:maxRetries": 0,
      ...more,
    };
  }

  /** The requests since an index, as `GET aws/roles/deploy`. */
  calls(from = 0): string[] {
    return this.requests.slice(from).map(({ method, path }) => `${method} ${path}`);
  }

  /** Mounts an engine without a request, or enables an auth method. */
  mount(path: string, type = "aws", table = this.mounts): void {
    table[`${path}/`] = {
      type,
      description: "",
      accessor: this.next(type),
      local: false,
      seal_wrap: false,
      external_entropy_access: false,
      options: null,
      config: { default_lease_ttl: 0, max_lease_ttl: 0, force_no_cache: false },
    };
  }

  private next(prefix: string): string {
    this.counter += 1;
    return `${prefix}_${String(this.counter).padStart(6, "0")}`;
  }

  private newKey(user: string): string {
    const key = `AKIASTANDIN${String((this.counter += 1)).padStart(9, "0")}`;
    (this.awsKeys[user] ??= []).push(key);
    return key;
  }

  private async take(request: TakenRequest, response: ServerResponse): Promise<void> {
    if (request.path !== "sys/health") {
      this.requests.push(request);
    }
    const { status, body } = (await this.intercept(request)) ?? this.answer(request);
    response.writeHead(status, { "content-type": "application/json" });
    response.end(body === undefined ? "" : JSON.stringify(body));
  }

  /** What Vault answers, and does. */
  answer(request: TakenRequest): Reply {
    const { path, body, token } = request;
    if (path === "sys/health") {
      return {
        status: 200,
        body: { initialized: true, sealed: false, standby: false, version: this.version, cluster_id: "cluster-1" },
      };
    }
    if (path === "auth/approle/login") {
      const made = this.next("hvs.login");
      this.tokens.add(made);
      return {
        status: 200,
        body: { auth: { client_token: made, accessor: `accessor-of-${made}`, lease_duration: 3600, renewable: true } },
      };
    }
    if (token === undefined || !this.tokens.has(token)) {
      return failed(403, "permission denied");
    }
    if (path.startsWith("auth/token/")) {
      return this.tokenCall(path, body, token);
    }
    if (path.startsWith("sys/policies/acl/")) {
      return this.objectCall(request, false);
    }
    if (path.startsWith("sys/")) {
      return this.systemCall(request);
    }
    if (path.startsWith("auth/")) {
      const method = Object.keys(this.auth).find((prefix) => path.startsWith(`auth/${prefix}`));
      return method === undefined
        ? failed(404, `no handler for route "${path}". route entry not found.`)
        : this.authCall(request);
    }
    const mount = Object.keys(this.mounts).find((prefix) => path.startsWith(prefix));
    if (mount === undefined) {
      return failed(404, `no handler for route "${path}". route entry not found.`);
    }
    if (this.mounts[mount]?.tainted === true) {
      return failed(404, `no handler for route "${path}". route entry is tainted.`);
    }
    return this.engineCall(request, mount, path.slice(mount.length));
  }

  private tokenCall(path: string, body: Stored, token: string): Reply {
    if (path === "auth/token/lookup-self") {
      return data({ ttl: 0 });
    }
    const revoked = path === "auth/token/revoke-self" ? token : String(body.accessor).replace("accessor-of-", "");
    this.tokens.delete(revoked);
    for (const [lease, owner] of this.leases) {
      if (owner === revoked) {
        this.leases.delete(lease);
      }
    }
    return noContent;
  }

  private systemCall({ method, path, body }: TakenRequest): Reply {
    if (path === "sys/mounts") {
      return data(this.mounts);
    }
    if (path === "sys/remount") {
      return this.startMove(`${String(body.from)}/`, `${String(body.to)}/`);
    }
    if (path.startsWith("sys/remount/status/")) {
      return data({ migration_info: { status: "success" } });
    }
    if (path === "sys/leases/lookup" || path === "sys/leases/revoke") {
      const lease = String(body.lease_id);
      if (!this.leases.has(lease)) {
        return failed(400, "invalid lease");
      }
      if (path === "sys/leases/revoke") {
        this.leases.delete(lease);
        return noContent;
      }
      return data({ id: lease });
    }
    const prefix = /^sys\/leases\/revoke-(?:prefix|force)\/(.+)$/.exec(path)?.[1];
    if (prefix !== undefined) {
      for (const lease of this.leases.keys()) {
        if (lease.startsWith(`${prefix}/`)) {
          this.leases.delete(lease);
        }
      }
      return noContent;
    }
    if (path === "sys/auth" || path === "sys/audit") {
      return data(path === "sys/auth" ? this.auth : this.audit);
    }
    const device = /^sys\/audit\/(.+)$/.exec(path)?.[1];
    if (device !== undefined) {
      return this.auditCall(method, `${device}/`, body);
    }
    const [, table, mount, isTune] = /^sys\/(mounts|auth)\/(.+?)(\/tune)?$/.exec(path) ?? [];
    if (mount === undefined) {
      return failed(404, "unsupported path");
    }
    return this.mountCall(method, table === "auth" ? this.auth : this.mounts, `${mount}/`, isTune !== undefined, body);
  }

  private auditCall(method: string, key: string, body: Stored): Reply {
    if (method === "DELETE") {
      delete this.audit[key];
      return noContent;
    }
    if (this.audit[key] !== undefined) {
      return failed(400, "path already in use");
    }
    this.audit[key] = { ...body, path: key };
    return noContent;
  }

  /** Roles and configurations of auth methods. A role of AppRole has an ID of its own. */
  private authCall(request: TakenRequest): Reply {
    const { path } = request;
    const role = /^(.+)\/role-id$/.exec(path)?.[1];
    if (role !== undefined) {
      return this.objects[role] === undefined ? absent : data({ role_id: `role-id-of-${role}` });
    }
    const isUnknown = /^auth\/approle\/config$/.test(path);
    return isUnknown ? failed(404, "unsupported path") : this.objectCall(request, true);
  }

  private mountCall(method: string, table: Record<string, Stored>, key: string, isTune: boolean, body: Stored): Reply {
    const found = table[key];
    const below = table === this.auth ? `auth/${key}` : key;
    if (method === "DELETE") {
      delete table[key];
      for (const path of Object.keys(this.objects).filter((candidate) => candidate.startsWith(below))) {
        delete this.objects[path];
      }
      for (const lease of this.leases.keys()) {
        if (lease.startsWith(key)) {
          this.leases.delete(lease);
        }
      }
      return noContent;
    }
    const seconds = (name: string, value: unknown) =>
      /_ttl$/.test(name) ? Number(String(value).replace(/s$/, "")) : value;
    if (isTune) {
      if (found === undefined) {
        return failed(400, `tune: no mount entry at path ${key}`);
      }
      for (const [name, value] of Object.entries(body)) {
        if (name === "options") {
          // Options are merged, and those with an empty value removed.
          const merged = { ...(found.options as Stored | null), ...(value as Stored) };
          found.options = Object.fromEntries(Object.entries(merged).filter(([, text]) => text !== ""));
          continue;
        }
        const target = name === "description" ? found : (found.config as Stored);
        target[name] = seconds(name, value);
      }
      return noContent;
    }
    if (found !== undefined) {
      return failed(400, `path is already in use at ${key}`);
    }
    this.mount(key.replace(/\/$/, ""), String(body.type), table);
    const { type: _, config, ...rest } = body;
    const entry = table[key] ?? {};
    Object.assign(entry, rest);
    for (const [name, value] of Object.entries((config ?? {}) as Stored)) {
      (entry.config as Stored)[name] = seconds(name, value);
    }
    return noContent;
  }

  private startMove(from: string, to: string): Reply {
    const entry = this.mounts[from];
    if (entry === undefined) {
      return failed(400, `no matching mount at "${from}"`);
    }
    if (this.mounts[to] !== undefined) {
      return failed(400, `existing mount at "${to}"`);
    }
    const id = this.next("migration");
    this.migrations.set(id, Date.now());
    this.mounts[to] = entry;
    delete this.mounts[from];
    for (const path of Object.keys(this.objects).filter((candidate) => candidate.startsWith(from))) {
      this.objects[to + path.slice(from.length)] = this.objects[path] ?? {};
      delete this.objects[path];
    }
    return { status: 200, body: { data: { migration_id: id } } };
  }

  private engineCall(request: TakenRequest, mount: string, rest: string): Reply {
    if (rest === "config/rotate-root") {
      return this.rotateRoot(`${mount}config/root`);
    }
    const reader = /^(creds|sts)\/(.+)$/.exec(rest);
    if (reader !== null) {
      return this.issue(request, mount, String(reader[2]));
    }
    const staticRole = /^static-(roles|creds)\/(.+)$/.exec(rest);
    if (staticRole !== null) {
      return this.staticRoleCall(request, mount, String(staticRole[1]), String(staticRole[2]));
    }
    return this.objectCall(request, true, rest);
  }

  /** An object that is kept as it is written: whole, or merged with what was there. */
  private objectCall(request: TakenRequest, isMerged: boolean, rest = ""): Reply {
    const { method, path, body } = request;
    if (method === "GET" && request.query.list === "true") {
      const keys = Object.keys(this.objects).flatMap((key) =>
        key.startsWith(`${path}/`) ? key.slice(path.length + 1) : [],
      );
      return keys.length === 0 ? absent : data({ keys });
    }
    const found = this.objects[path];
    switch (method) {
      case "GET": {
        const { secret_key: _, ...shown } = found ?? {};
        return found === undefined ? absent : data(shown);
      }
      case "DELETE":
        delete this.objects[path];
        return noContent;
      default:
        this.objects[path] = { ...(isMerged ? this.kept(rest, found) : {}), ...body };
        return noContent;
    }
  }

  /** What a write leaves of what was there. */
  private kept(rest: string, found: Stored | undefined): Stored {
    const isMerged = rest !== "config/root" || Number(this.version.split(".")[1]) >= 19;
    return isMerged
      ? (found ?? {})
      : { access_key: "", region: "", iam_endpoint: "", sts_endpoint: "", max_retries: -1, username_template: "" };
  }

  private rotateRoot(path: string): Reply {
    const root = this.objects[path];
    if (root === undefined || root.access_key === "" || root.secret_key === "") {
      return failed(400, "Cannot call config/rotate-root when either access_key or secret_key is empty");
    }
    const old = String(root.access_key);
    root.access_key = this.newKey("root");
    root.secret_key = `known-to-vault-only-${String(root.access_key)}`;
    this.awsKeys.root = (this.awsKeys.root ?? []).filter((key) => key !== old);
    return data({ access_key: root.access_key });
  }

  private issue({ path, token }: TakenRequest, mount: string, role: string): Reply {
    const found = this.objects[`${mount}roles/${role}`];
    if (found === undefined) {
      return failed(400, `Role "${role}" not found`);
    }
    const isUser = found.credential_type === "iam_user";
    const id = `${path}/${this.next("lease")}`;
    this.leases.set(id, token ?? "");
    return {
      status: 200,
      body: {
        lease_id: id,
        lease_duration: 3600,
        renewable: isUser,
        data: {
          access_key: this.newKey("leased"),
          secret_key: `sentinel-secret-of-${id}`,
          session_token: isUser ? null : `sentinel-token-of-${id}`,
        },
      },
    };
  }

  private staticRoleCall(request: TakenRequest, mount: string, kind: string, name: string): Reply {
    const { method, body } = request;
    const [rolePath, credsPath] = [`${mount}static-roles/${name}`, `${mount}static-creds/${name}`];
    const role = this.objects[rolePath];
    if (kind === "creds") {
      const creds = this.objects[credsPath];
      return creds === undefined ? absent : data(creds);
    }
    if (method === "GET") {
      return role === undefined ? absent : data(role);
    }
    if (method === "DELETE") {
      const key = this.objects[credsPath]?.access_key;
      delete this.objects[credsPath];
      if (role !== undefined && key !== undefined) {
        const user = String(role.username);
        this.awsKeys[user] = (this.awsKeys[user] ?? []).filter((candidate) => candidate !== key);
      }
      delete this.objects[rolePath];
      return noContent;
    }
    const user = String(body.username ?? role?.username);
    const written = { name, id: `AIDA-${user}`, ...role, ...body };
    this.objects[rolePath] = written;
    if (role === undefined) {
      this.objects[credsPath] = { access_key: this.newKey(user), secret_key: `sentinel-secret-of-${user}` };
    }
    return data(written);
  }
}
