import type { Finding } from "../../internal/validation/findings.js";
import { rolePath } from "../../internal/validation/findings.js";
import { chainedSessionIssues, longerThan, longestChainedSession } from "../../secretsengine/chainedSessions.js";
import type { AwsSecretsRoleSpec } from "../../secretsengine/roleSpec.js";

/** Sessions that cannot be had where Vault is itself a session of a role, and, as warnings, those that readers cannot ask for. */
export function chainedSessionFindings(roles: Readonly<Record<string, AwsSecretsRoleSpec>>): Finding[] {
  return [
    ...chainedSessionIssues(roles).map(({ path, rule, actual }): Finding => ({
      severity: "error",
      path,
      problem: `${rule}, got ${JSON.stringify(actual)}`,
      fix: "Lower it: no credentials can be read.",
    })),
    ...chainedSessionWarnings(roles),
  ];
}

/** The longest sessions that readers may ask for and cannot have. */
export function chainedSessionWarnings(roles: Readonly<Record<string, AwsSecretsRoleSpec>>): Finding[] {
  return Object.entries(roles).flatMap(([name, { credentialType, maxStsTtl }]): Finding[] =>
    credentialType === "assumed_role" && longerThan(maxStsTtl, longestChainedSession)
      ? [
          {
            severity: "warning",
            path: rolePath(name, "maxStsTtl"),
            role: name,
            problem: `is ${JSON.stringify(maxStsTtl)}, but AWS limits a session that assumes another role to one hour, and the root credential is a role`,
            fix: "Sessions of more than 3600 seconds cannot be read. Lower it.",
          },
        ]
      : [],
  );
}
