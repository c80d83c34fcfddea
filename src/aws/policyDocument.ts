/**
 * An IAM policy document, as AWS writes it.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
 */
export interface PolicyDocument {
  readonly Version: "2012-10-17" | "2008-10-17";
  readonly Id?: string;
  readonly Statement: PolicyStatement | readonly PolicyStatement[];
}

/** One statement of a policy document. */
export interface PolicyStatement {
  readonly Sid?: string;
  readonly Effect: "Allow" | "Deny";
  readonly Principal?: Principal;
  readonly NotPrincipal?: Principal;
  readonly Action?: string | readonly string[];
  readonly NotAction?: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly NotResource?: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, ConditionValue>>>>;
}

/** Who a trust policy is about: everyone (`"*"`), or principals by kind. */
export type Principal =
  "*" | Readonly<Partial<Record<"AWS" | "Service" | "Federated" | "CanonicalUser", string | readonly string[]>>>;

/** What a condition key is compared with. */
export type ConditionValue = string | boolean | number | readonly (string | boolean | number)[];

/** A policy document whose texts the compiler has widened: a variable without `as const`. Its values are checked when it is given. */
export interface WidenedPolicyDocument extends Omit<PolicyDocument, "Version" | "Statement"> {
  readonly Version: string;
  readonly Statement: WidenedStatement | readonly WidenedStatement[];
}

/** A statement of a {@link WidenedPolicyDocument}. */
export type WidenedStatement = Omit<PolicyStatement, "Effect" | "Principal" | "NotPrincipal"> & {
  readonly Effect: string;
  readonly Principal?: Exclude<Principal, "*"> | string;
  readonly NotPrincipal?: Exclude<Principal, "*"> | string;
};
