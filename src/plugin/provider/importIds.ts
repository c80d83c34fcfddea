import type { Values } from "../../vaultresource/fields.js";

/**
 * The properties that the ID of an import stands for.
 *
 * @throws Error that says what the ID must look like
 */
export type ParseId = (id: string) => Values;

/** The ID of a mount is its path: `aws`, `teams/payments/aws`. */
export const mountId: ParseId = (id) => {
  const path = id.replace(/^\/+|\/+$/g, "");
  if (path === "" || path.includes("//")) {
    throw invalidId("<path of the mount>", "aws", id);
  }
  return { path };
};

/** The ID of a role: `aws/roles/deploy`. A mount's path may itself have parts named `roles`; a role's name has no slash. */
export function roleId(collection: string): ParseId {
  return (id) => {
    const match = new RegExp(`^/*(.+)/${collection}/([^/]+)$`).exec(id);
    if (match === null) {
      throw invalidId(`<mount>/${collection}/<name>`, `aws/${collection}/deploy`, id);
    }
    return { mount: match[1], name: match[2] };
  };
}

/** The ID of what a mount has one of: `aws/config/root`; `aws/roles` for all of its roles. */
export function belowMountId(path: string): ParseId {
  return (id) => {
    const match = new RegExp(`^/*(.+)/${path}$`).exec(id);
    if (match === null) {
      throw invalidId(`<mount>/${path}`, `aws/${path}`, id);
    }
    return { mount: match[1] };
  };
}

/** The ID of an auth method: `auth/kubernetes`. */
export const authMethodId: ParseId = namedId("auth", "path", "kubernetes");

/** The ID of a role of an auth method: `auth/kubernetes/role/shop`. */
export const authRoleId: ParseId = (id) => {
  const match = /^auth\/(.+)\/role\/([^/]+)$/.exec(id);
  if (match === null) {
    throw invalidId("auth/<mount>/role/<name>", "auth/kubernetes/role/shop", id);
  }
  return { mount: match[1], name: match[2] };
};

/** The ID of an auth method's configuration: `auth/kubernetes/config`. */
export const authConfigId: ParseId = (id) => {
  const match = /^auth\/(.+)\/config$/.exec(id);
  if (match === null) {
    throw invalidId("auth/<mount>/config", "auth/kubernetes/config", id);
  }
  return { mount: match[1] };
};

/** The ID of something with a name below a fixed path: `sys/policies/acl/deploy`. */
export function namedId(prefix: string, property: string, example: string): ParseId {
  return (id) => {
    const name = id.startsWith(`${prefix}/`) ? id.slice(prefix.length + 1).replace(/\/+$/, "") : "";
    if (name === "") {
      throw invalidId(`${prefix}/<${property}>`, `${prefix}/${example}`, id);
    }
    return { [property]: name };
  };
}

function invalidId(form: string, example: string, id: string): Error {
  return new Error(`the ID must have the form ${form}, such as ${example}, got ${JSON.stringify(id)}`);
}
