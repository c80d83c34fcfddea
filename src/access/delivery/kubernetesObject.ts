/** An object for `kubectl apply`, or for `kubernetes.apiextensions.CustomResource`. */
export interface KubernetesObject {
  /** API group and version, such as `secrets.hashicorp.com/v1beta1`. */
  readonly apiVersion: string;
  /** Kind of the object. */
  readonly kind: string;
  /** Where the object is. */
  readonly metadata: {
    /** Name of the object. */
    readonly name: string;
    /** Its namespace: the application's. */
    readonly namespace: string;
  };
  /** What the object asks for, in the fields of its kind. */
  readonly spec: Readonly<Record<string, unknown>>;
}

/** Without fields that are not set. */
export function given(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
