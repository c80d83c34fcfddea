import type { Issue } from "./issues.js";
import { pathOf } from "./issues.js";

/** One thing that a check found. */
export interface Finding {
  /** `error`: AWS will refuse it, or Vault could give itself rights. `warning`: only AWS can know, or it is allowed but unwise. */
  readonly severity: "error" | "warning";
  /** Where it comes from, as the user wrote it: `roles.deploy.iamGroups[0]`. */
  readonly path: string;
  /** The role of the secrets engine that is concerned; undefined where it is none. */
  readonly role?: string;
  /** The action that it is about: `iam:AddUserToGroup`. */
  readonly action?: string;
  /** The ARN that it is about; `*` stands for every text. */
  readonly resource?: string;
  /** What was found, as a statement about what is at `path`. */
  readonly problem: string;
  /** What to do about it. */
  readonly fix: string;
}

/** A finding as a line of text. */
export function formatFinding(finding: Finding): string {
  return `${finding.path}: ${finding.problem}. ${finding.fix}`;
}

/** Findings as issues of arguments; those that differ in nothing but the action become one. */
export function issuesOf(findings: readonly Finding[]): Issue[] {
  return merged(findings).map(({ path, problem, fix }) => ({ path, rule: problem, fix }));
}

/** The findings, with those taken together that say the same of several actions. */
export function merged(findings: readonly Finding[]): Finding[] {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    const sameButAction = { ...finding, action: undefined, problem: withoutAction(finding), fix: finding.fix };
    const key = JSON.stringify(sameButAction);
    groups.set(key, [...(groups.get(key) ?? []), finding]);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) {
      return [];
    }
    const actions = [...new Set(group.flatMap(({ action }) => action ?? []))].join(", ");
    return [
      { ...first, problem: first.action === undefined ? first.problem : first.problem.replace(first.action, actions) },
    ];
  });
}

function withoutAction({ problem, action }: Finding): string {
  return action === undefined ? problem : problem.replace(action, "");
}

/** The path of a part of a role: `roles.deploy.iamGroups[0]`. */
export function rolePath(role: string, ...parts: readonly (string | number)[]): string {
  return parts.reduce<string>(pathOf, pathOf("roles", role));
}
