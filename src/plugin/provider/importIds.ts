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

/** The ID of a mount's configuration: `aws/config/root`. */
export function configId(name: string): ParseId {
  return (id) => {
    const match = new RegExp(`^/*(.+)/config/${name}$`).exec(id);
    if (match === null) {
      throw invalidId(`<mount>/config/${name}`, `aws/config/${name}`, id);
    }
    return { mount: match[1] };
  };
}

function invalidId(form: string, example: string, id: string): Error {
  return new Error(`the ID must have the form ${form}, such as ${example}, got ${JSON.stringify(id)}`);
}
