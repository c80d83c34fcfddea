import { isFullyKnown, isKnown } from "../../internal/validation/known.js";
import type { Finding } from "../../internal/validation/findings.js";
import type { PolicyDocument, PolicyStatement, Principal } from "../../aws/policyDocument.js";
import { asList, statementsOf } from "../policies/statements.js";
import { problemFindings, readDocument } from "./documentProblems.js";
import { evaluateTrust } from "./evaluateTrust.js";

/**
 * Whether a trust policy lets everybody in. A condition on who asks, such as `aws:PrincipalOrgID`, makes it a warning.
 *
 * @param path the argument that gives it: `trustPolicy`
 * @param gains what whoever assumes the role has then: `all the rights of Vault`
 */
export function openTrustFindings(
  path: string,
  trustPolicy: PolicyDocument | string | undefined,
  gains: string,
): Finding[] {
  if (trustPolicy === undefined || !isFullyKnown(trustPolicy)) {
    return [];
  }
  const { document, problems } = readDocument(trustPolicy, "trust");
  if (document === undefined) {
    return problemFindings(path, problems);
  }
  return statementsOf(document).flatMap((statement, index): Finding[] => {
    const { Effect, Principal, Condition } = statement;
    const at = `${path}.Statement[${index}]`;
    if (Effect !== "Allow") {
      return [];
    }
    if (isEveryone(Principal)) {
      return [
        {
          severity: Object.keys(Condition ?? {}).length === 0 ? "error" : "warning",
          path: `${at}.Principal`,
          problem: `lets every AWS account assume the role, and with it have ${gains}`,
          fix: "Name who may assume it.",
        },
      ];
    }
    return openProviders(statement).map((provider) => ({
      severity: "warning",
      path: `${at}.Principal.Federated`,
      problem: `lets everybody in to whom ${provider} issues tokens, who with it have ${gains}`,
      fix: `Add a condition on who it is, such as ${provider}:sub.`,
    }));
  });
}

/** The providers of web identities that a statement trusts without a condition on whose token it is: `aud` only says what it is for. */
function openProviders({ Principal, Condition }: PolicyStatement): string[] {
  const federated = typeof Principal === "object" ? asList(Principal.Federated) : [];
  const conditions = Object.values(Condition ?? {}).flatMap((keys) => Object.entries(keys));
  return federated.flatMap((principal) => {
    const provider = /^arn:[^:]+:iam::\d+:oidc-provider\/(.+)$/.exec(principal)?.[1];
    const isAboutWho = ([key, values]: [string, unknown]) =>
      key.toLowerCase().startsWith(`${provider?.toLowerCase()}:`) &&
      !/:aud$/i.test(key) &&
      !asList(values).some((value) => /^[*?]*$/.test(String(value)));
    return provider === undefined || conditions.some(isAboutWho) ? [] : [provider];
  });
}

/** What is wrong with the trust policy that a transform gives an assumable role: it lets everybody in, or not who is to assume the role. */
export function transformedTrustFindings(trustPolicy: PolicyDocument | string, trustedPrincipalArn: string): Finding[] {
  const path = "transform.role.assumeRolePolicy";
  const findings = openTrustFindings(path, trustPolicy, "its rights");
  const { document } = isFullyKnown(trustPolicy) ? readDocument(trustPolicy, "trust") : {};
  if (document === undefined || !isKnown(trustedPrincipalArn)) {
    return findings;
  }
  const request = { action: "sts:AssumeRole", principalArn: trustedPrincipalArn, contextIsPartial: true };
  const { verdict } = evaluateTrust(request, document);
  return verdict === "allowed" || verdict === "conditional"
    ? findings
    : [
        ...findings,
        {
          severity: "error",
          path,
          action: "sts:AssumeRole",
          resource: trustedPrincipalArn,
          problem: `does not let ${trustedPrincipalArn} in (sts:AssumeRole)`,
          fix: "Keep the statements of the original policy, and add others.",
        },
      ];
}

function isEveryone(principal: Principal | undefined): boolean {
  return principal === "*" || (typeof principal === "object" && asList(principal.AWS).includes("*"));
}
