import { formatIssues, type Issue } from "../../internal/validation/issues.js";

/** What a pod reads, where, and as whom: the outputs of an {@link ApplicationAccess}, as plain values. */
export interface DeliveryTarget {
  /** Address of Vault as pods reach it, such as `https://vault.vault.svc:8200`. */
  readonly vaultAddress: string;
  /** Name of the auth role. */
  readonly roleName: string;
  /** Path of the Kubernetes auth method, without `auth/`. @default "kubernetes" */
  readonly authMount?: string;
  /** Where credentials are read: `aws/creds/deploy`, `aws/sts/audit` or `aws/static-creds/ci`. */
  readonly credentialPath: string;
  /** Audience that the auth role asks for. @default - none */
  readonly audience?: string;
  /** Namespace of Vault Enterprise. @default - none */
  readonly vaultNamespace?: string;
}

/** A path of credentials in its parts. */
export interface CredentialPathParts {
  readonly mount: string;
  readonly endpoint: "creds" | "sts" | "static-creds";
  readonly role: string;
}

/**
 * Holds a delivery's arguments against the rules that all deliveries share.
 *
 * @throws Error with all issues
 */
export function checkedTarget(
  subject: string,
  target: DeliveryTarget,
  more: readonly Issue[] = [],
): CredentialPathParts {
  const issues: Issue[] = [];
  const parts = /^(?<mount>[^/].*)\/(?<endpoint>creds|sts|static-creds)\/(?<role>[^/]+)$/.exec(
    target.credentialPath,
  )?.groups;
  if (parts === undefined) {
    issues.push({
      path: "credentialPath",
      rule: "must be MOUNT/creds/ROLE, MOUNT/sts/ROLE or MOUNT/static-creds/ROLE",
      actual: target.credentialPath,
      fix: "Take it from credentialPaths of the ApplicationAccess.",
    });
  }
  if (!/^https?:\/\/[^\s/]+$/.test(target.vaultAddress)) {
    issues.push({
      path: "vaultAddress",
      rule: "must be an http or https URL without a path",
      actual: target.vaultAddress,
      fix: "Write the address as pods reach it: https://vault.vault.svc:8200.",
    });
  }
  if (target.roleName === "") {
    issues.push({ path: "roleName", rule: "is required", fix: "Take it from roleName of the ApplicationAccess." });
  }
  const all = [...issues, ...more];
  if (all.length > 0) {
    throw new Error(formatIssues(subject, all));
  }
  return parts as unknown as CredentialPathParts;
}

/** The audience as a field, or no field. */
export function audiencesOf(target: DeliveryTarget): { readonly audiences?: readonly string[] } {
  return target.audience === undefined ? {} : { audiences: [target.audience] };
}
