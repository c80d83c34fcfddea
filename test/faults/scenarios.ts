import type { Values } from "../support/plugin.js";

/** Where resources are created: an engine's mount, and what stands behind it. */
export interface Place {
  readonly mount: string;
  /** A root key that works. */
  readonly seed: { readonly accessKey: string; readonly secretKey: string };
  /** An IAM user for a static role. */
  readonly user: string;
  /** Arguments that point config/root at the AWS in use. */
  readonly endpoints: Values;
}

/** A resource whose operations are broken at each of their requests. */
export interface Scenario {
  readonly name: string;
  readonly kind: string;
  /** What the resource needs in Vault. */
  readonly needs: "nothing" | "mount" | "engine";
  /** The arguments it is created with, and the ones it is updated to; undefined where it cannot be updated. */
  readonly inputs: (place: Place) => Values;
  readonly changed?: (place: Place) => Values;
  /**
   * Whether an `up` after one that was killed carries on without help. A mount that no state knows could be anybody's, and needs adoptExisting; credentials
   * that nobody received end with their lease.
   *
   * @default true
   */
  readonly survivesKill?: boolean;
  /**
   * Whether nothing stays behind where Vault cannot be reached from the broken request on. Credentials whose answer is lost live until their lease or
   * token ends, unless the token can be revoked.
   *
   * @default true
   */
  readonly survivesOutage?: boolean;
}

const role = ({ mount }: Place): Values => ({
  mount,
  name: "r",
  credentialType: "iam_user",
  policyArns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
});

const root = ({ mount, seed, endpoints }: Place): Values => ({ mount, ...seed, ...endpoints });

/** All resources of the engine, with each write they can cause. */
export const scenarios: readonly Scenario[] = [
  {
    name: "mount",
    kind: "AwsSecretsMount",
    survivesKill: false,
    needs: "nothing",
    inputs: ({ mount }) => ({ path: mount, description: "one", unmountTimeout: 2 }),
    changed: ({ mount }) => ({ path: mount, description: "two", maxLeaseTtl: "2h", unmountTimeout: 2 }),
  },
  {
    name: "mount that moves",
    kind: "AwsSecretsMount",
    survivesKill: false,
    needs: "nothing",
    inputs: ({ mount }) => ({ path: mount, onPathChange: "remount", unmountTimeout: 2 }),
    changed: ({ mount }) => ({
      path: `${mount}-moved`,
      onPathChange: "remount",
      description: "moved",
      unmountTimeout: 2,
    }),
  },
  {
    name: "root config",
    kind: "AwsRootConfig",
    needs: "mount",
    inputs: root,
    changed: (place) => ({ ...root(place), maxRetries: 3, clearOnDelete: true }),
  },
  {
    name: "root config with rotation",
    kind: "AwsRootConfig",
    needs: "mount",
    inputs: (place) => ({ ...root(place), rotateRootTrigger: "1" }),
    changed: (place) => ({ ...root(place), rotateRootTrigger: "2" }),
  },
  {
    name: "lease config",
    kind: "AwsLeaseConfig",
    needs: "mount",
    inputs: ({ mount }) => ({ mount, lease: "1h", leaseMax: "2h" }),
    changed: ({ mount }) => ({ mount, lease: "1h", leaseMax: "3h" }),
  },
  {
    name: "role",
    kind: "AwsSecretsRole",
    needs: "mount",
    inputs: role,
    changed: (place) => ({
      ...role(place),
      iamGroups: ["readers"],
      policyArns: undefined,
      revokeLeasesOnDelete: true,
    }),
  },
  {
    name: "static role",
    kind: "AwsStaticRole",
    needs: "engine",
    inputs: ({ mount, user }) => ({ mount, name: "s", username: user, rotationPeriod: "1h" }),
    changed: ({ mount, user }) => ({ mount, name: "s", username: user, rotationPeriod: "2h" }),
  },
  {
    name: "credentials",
    kind: "AwsCredentials",
    survivesKill: false,
    survivesOutage: false,
    needs: "engine",
    inputs: ({ mount }) => ({ mount, role: "reader", keyReadiness: { skip: true } }),
    changed: ({ mount }) => ({ mount, role: "reader", keyReadiness: { skip: true }, reissueBefore: 60 }),
  },
];
