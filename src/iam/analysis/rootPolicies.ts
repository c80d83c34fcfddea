import { isKnown } from "../../internal/validation/known.js";
import { rolePath, type Finding } from "../../internal/validation/findings.js";
import { pathOf } from "../../internal/validation/issues.js";
import type { AwsSecretsRoleSpec } from "../../secretsengine/roleSpec.js";
import type { PolicyDocument, PolicyStatement } from "../../aws/policyDocument.js";
import { statementsOf } from "../policies/statements.js";
import { awsManagedPolicy, isAwsManaged, managedEscalation } from "./awsManagedPolicies.js";
import { actionNameFindings } from "./checkActionNames.js";
import { conditionKeyFindings } from "./checkConditionKeys.js";
import { documentProblems, problemFindings } from "./documentProblems.js";
import { evaluate, isWorse, type AccessRequest, type Decision } from "./evaluate.js";
import { principalContext } from "./principal.js";
import { takesTags } from "./vaultContext.js";

/** The policies of Vault's identity, as far as their texts are at hand. */
export interface RootPoliciesInput {
  /** ARN of the IAM user or role; may be `unknownValue`. */
  readonly principalArn: string;
  /** The policies attached to it, inline and managed. */
  readonly policies: readonly PolicyDocument[];
  /** ARNs of policies attached to it besides. Default: none. */
  readonly unreadPolicyArns?: readonly string[];
  /** ARNs of policies attached to it only because a federation token never has more than its issuer. Default: none. */
  readonly federatedPolicyArns?: readonly string[];
  /** Its permissions boundary. Default: none, or that of `permissionsBoundaryArn`. */
  readonly permissionsBoundary?: PolicyDocument;
  /** ARN of its permissions boundary. Default: none. */
  readonly permissionsBoundaryArn?: string;
  /** Texts of managed policies by their ARNs. Default: none. */
  readonly policyDocuments?: Readonly<Record<string, PolicyDocument>>;
  /** The roles of the secrets engine, which name `federatedPolicyArns`. Default: none. */
  readonly roles?: Readonly<Record<string, Pick<AwsSecretsRoleSpec, "credentialType" | "policyArns">>>;
}

/** A policy whose text is at hand, and where the user named it. */
export interface ReadPolicy {
  readonly document: PolicyDocument;
  /** Where it is named: `policies[0]`, or `policyDocuments["arn:…"]`. */
  readonly path: string;
  /** Its ARN, where it is a managed policy. */
  readonly arn?: string;
}

/** What to do about a policy that is not at hand. */
export const giveItsText = "Give its text in policyDocuments.";

/** Decides what Vault's identity may do, and says which of its policies are not at hand. */
export class RootPolicies {
  /** The policies whose full text is known. */
  readonly read: readonly ReadPolicy[];
  /** The policies attached on purpose whose text is not at hand: they may grant what others lack. */
  readonly unreadArns: readonly string[];
  /** ARN of the boundary, where its text is not at hand. */
  readonly unreadBoundaryArn: string | undefined;
  private readonly iamOnly: readonly ReadPolicy[];
  private readonly boundary: PolicyDocument | undefined;
  private readonly boundaryCoversIamOnly: boolean;
  /** What was decided before: a thousand roles ask for the same again and again. */
  private readonly decided = new Map<string, Decision>();

  constructor(private readonly input: RootPoliciesInput) {
    const {
      policies,
      unreadPolicyArns = [],
      federatedPolicyArns = [],
      permissionsBoundary,
      permissionsBoundaryArn,
    } = input;
    const attached = [...unreadPolicyArns, ...federatedPolicyArns];
    const managed = attached.map((arn) => ({ arn, found: this.find(arn) }));
    const readOf = (coversIamOnly: boolean) =>
      managed.flatMap(({ arn, found }): ReadPolicy[] =>
        found?.coversIamOnly === coversIamOnly
          ? [{ document: found.document, path: found.path ?? this.attachedAt(arn), arn }]
          : [],
      );
    this.read = [...policies.map((document, index) => ({ document, path: `policies[${index}]` })), ...readOf(false)];
    this.iamOnly = readOf(true);
    // No other policy of AWS grants what Vault calls: one that is not at hand explains nothing.
    this.unreadArns = unreadPolicyArns.filter((arn) => this.find(arn) === undefined && !isAwsManaged(arn));
    const boundary =
      permissionsBoundary === undefined
        ? permissionsBoundaryArn === undefined
          ? undefined
          : this.find(permissionsBoundaryArn)
        : { document: permissionsBoundary, coversIamOnly: false };
    this.boundary = boundary?.document;
    this.boundaryCoversIamOnly = boundary?.coversIamOnly ?? false;
    this.unreadBoundaryArn = boundary === undefined ? permissionsBoundaryArn : undefined;
  }

  /** Whether the identity has a permissions boundary, at hand or not. */
  get hasBoundary(): boolean {
    return this.boundary !== undefined || this.unreadBoundaryArn !== undefined;
  }

  /** The policies whose text is not fully at hand for a service other than IAM and STS. */
  get unreadArnsForServices(): readonly string[] {
    const { unreadPolicyArns = [], federatedPolicyArns = [] } = this.input;
    return [...unreadPolicyArns, ...federatedPolicyArns].filter((arn) => this.find(arn)?.coversIamOnly !== false);
  }

  /** All documents whose text is at hand, boundary included, with where they come from. */
  private get documents(): readonly ReadPolicy[] {
    const boundary = this.boundary === undefined ? [] : [{ document: this.boundary, path: "permissionsBoundary" }];
    return [...this.read, ...this.iamOnly, ...boundary];
  }

  /** Decides a request of the identity to IAM or STS. What the policies at hand leave out counts as not allowed. */
  decide(request: AccessRequest): Decision {
    return this.once("iam", request, () =>
      evaluate(this.signed(request), {
        policies: [...this.read, ...this.iamOnly].map(({ document }) => document),
        boundary: this.boundary,
      }),
    );
  }

  /** Decides a request of the identity to any other service. */
  decideService(request: AccessRequest): Decision {
    return this.once("service", request, () =>
      evaluate(this.signed(request), {
        policies: this.read.map(({ document }) => document),
        boundary: this.boundaryCoversIamOnly ? undefined : this.boundary,
      }),
    );
  }

  /** Whether the boundary, as far as its text is at hand, allows a request or may allow it. */
  boundaryAllows(request: AccessRequest): boolean {
    const { verdict } = evaluate(this.signed(request), {
      policies: this.boundary === undefined ? [] : [this.boundary],
    });
    return this.boundary === undefined || verdict === "allowed" || verdict === "conditional";
  }

  /** The statement that allows a request, whatever others deny, and where it stands: `policies[0].Statement[2]`. */
  grant(request: AccessRequest): { readonly statement?: PolicyStatement; readonly path: string } {
    const [best] = [...this.read, ...this.iamOnly]
      .map(({ document, path, arn }) => {
        const statements = statementsOf(document);
        const allows = { ...document, Statement: statements.filter(({ Effect }) => Effect === "Allow") };
        const { statement, verdict } = evaluate(this.signed(request), { policies: [allows] });
        const at = statement === undefined || arn !== undefined ? "" : `.Statement[${statements.indexOf(statement)}]`;
        return { statement, verdict, path: `${path}${at}` };
      })
      .filter(({ statement }) => statement !== undefined)
      .sort((left, right) => (left.verdict === right.verdict ? 0 : isWorse(left.verdict, right.verdict) ? 1 : -1));
    return best ?? { path: "policies" };
  }

  /** What AWS would reject in the documents at hand. */
  problems(): Finding[] {
    return this.documents.flatMap(({ document, path }) =>
      problemFindings(path, documentProblems(document, "identity")),
    );
  }

  /** Warnings of actions and condition keys that do not exist. */
  nameFindings(): Finding[] {
    return this.documents.flatMap(({ document, path }) => [
      ...actionNameFindings(path, document),
      ...conditionKeyFindings(path, document),
    ]);
  }

  /** Warnings of policies whose text is not at hand, so that nothing is known of what they deny or grant. */
  unreadFindings(): Finding[] {
    const { federatedPolicyArns = [] } = this.input;
    const fix = giveItsText;
    const federated = federatedPolicyArns.filter((arn) => this.find(arn) === undefined && !isAwsManaged(arn));
    return [
      ...[...new Set([...this.unreadArns, ...federated])].filter(isArn).map((arn): Finding => ({
        severity: "warning",
        path: this.attachedAt(arn),
        resource: arn,
        problem: `${arn} is attached to the root credential, and its text is not at hand: it may deny what Vault needs, or grant more than is wise`,
        fix,
      })),
      ...(this.unreadBoundaryArn === undefined || !isKnown(this.unreadBoundaryArn)
        ? []
        : [
            {
              severity: "warning" as const,
              path: "permissionsBoundaryArn",
              resource: this.unreadBoundaryArn,
              problem: `the text of the boundary ${this.unreadBoundaryArn} is not at hand: it may not allow what Vault needs`,
              fix,
            },
          ]),
    ];
  }

  /** Managed policies of AWS that are known by name only, and let the identity gain rights. A boundary may prevent it. */
  escalatingFindings(): Finding[] {
    const { unreadPolicyArns = [], federatedPolicyArns = [] } = this.input;
    return [...new Set([...unreadPolicyArns, ...federatedPolicyArns])].flatMap((arn): Finding[] => {
      const could = isKnown(arn) && this.find(arn) === undefined ? managedEscalation(arn) : undefined;
      return could === undefined
        ? []
        : [
            {
              severity: this.hasBoundary ? "warning" : "error",
              path: this.attachedAt(arn),
              resource: arn,
              problem: `${arn} is attached to the root credential: it could ${could}`,
              fix: "Name the actions and resources that are needed in a policy of your own.",
            },
          ];
    });
  }

  private once(kind: string, request: AccessRequest, decide: () => Decision): Decision {
    const key = `${kind} ${JSON.stringify(request)}`;
    const decision = this.decided.get(key) ?? decide();
    this.decided.set(key, decision);
    return decision;
  }

  private signed(request: AccessRequest): AccessRequest {
    return {
      ...request,
      context: {
        ...principalContext(this.input.principalArn),
        ...(takesTags(request.action) ? {} : { "aws:TagKeys": null, "aws:RequestTag/*": null }),
        ...request.context,
      },
      contextIsPartial: true,
    };
  }

  /** Where the user named a policy that is attached. */
  private attachedAt(arn: string): string {
    const { unreadPolicyArns = [], federatedPolicyArns = [], roles = {} } = this.input;
    if (unreadPolicyArns.includes(arn)) {
      return pathOf("unreadPolicyArns", unreadPolicyArns.indexOf(arn));
    }
    const [role] = Object.entries(roles).flatMap(([name, { credentialType, policyArns }]) =>
      credentialType === "federation_token" && Array.isArray(policyArns) && policyArns.includes(arn)
        ? [rolePath(name, "policyArns", policyArns.indexOf(arn))]
        : [],
    );
    return role ?? pathOf("federatedPolicyArns", federatedPolicyArns.indexOf(arn));
  }

  /** The text of a managed policy, and where the user gave it; undefined where it is known of AWS. */
  private find(arn: string): { document: PolicyDocument; coversIamOnly: boolean; path?: string } | undefined {
    const document = this.input.policyDocuments?.[arn];
    if (document !== undefined) {
      return { document, coversIamOnly: false, path: `policyDocuments[${JSON.stringify(arn)}]` };
    }
    return awsManagedPolicy(arn);
  }
}

function isArn(text: string): boolean {
  return text.startsWith("arn:");
}
