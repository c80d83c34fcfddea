/**
 * What Kubernetes accepts as names and labels.
 *
 * @see https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
 * @see https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/
 */

const label = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const subdomain = /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const labelPart = /^[\dA-Za-z]([\w.-]{0,61}[\dA-Za-z])?$/;

/** One label of a DNS name: names of namespaces and Services (RFC 1123). */
export function isNamespaceName(text: string): boolean {
  return label.test(text);
}

/** A DNS name: names of Secrets, ServiceAccounts and most other objects (RFC 1123). */
export function isObjectName(text: string): boolean {
  return subdomain.test(text);
}

/** The key of a label or annotation: a name, with or without a DNS name and a slash before it. */
export function isLabelKey(text: string): boolean {
  const [name = "", prefix, ...more] = text.split("/").reverse();
  return labelPart.test(name) && (prefix === undefined || subdomain.test(prefix)) && more.length === 0;
}

/** The value of a label, which can be empty. */
export function isLabelValue(text: string): boolean {
  return text === "" || labelPart.test(text);
}

/** The name of a container's port (IANA service name). */
export function isPortName(text: string): boolean {
  return /^(?=.{1,15}$)(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*$/.test(text);
}
