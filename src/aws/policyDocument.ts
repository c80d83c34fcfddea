/**
 * An IAM policy document, as AWS writes it.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
 */
export interface PolicyDocument {
  /** Version of the policy language. AWS reads policy variables such as `${aws:username}` in `2012-10-17` only. */
  readonly Version: "2012-10-17" | "2008-10-17";
  /** Identifier of the document; AWS gives it no meaning in IAM. */
  readonly Id?: string;
  /** What is allowed or denied. */
  readonly Statement: PolicyStatement | readonly PolicyStatement[];
}

/** One statement of a policy document. */
export interface PolicyStatement {
  /** Identifier of the statement, unique in the document. */
  readonly Sid?: string;
  /** Whether the statement allows or denies; a denial wins over any number of allowances. */
  readonly Effect: "Allow" | "Deny";
  /** Who the statement is about. In trust and resource policies only. */
  readonly Principal?: Principal;
  /** Everyone but these. In trust and resource policies only. */
  readonly NotPrincipal?: Principal;
  /** Actions, with `*` and `?` as wildcards: `s3:Get*`. Either this or `NotAction`. */
  readonly Action?: string | readonly string[];
  /** All actions but these. */
  readonly NotAction?: string | readonly string[];
  /** ARNs, with `*` and `?` as wildcards. Either this or `NotResource`; not in trust policies. */
  readonly Resource?: string | readonly string[];
  /** All resources but these. */
  readonly NotResource?: string | readonly string[];
  /** When the statement applies: operator, condition key, values. */
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, ConditionValue>>>>;
}

/** Who a trust policy is about: everyone (`"*"`), or principals by kind. */
export type Principal =
  "*" | Readonly<Partial<Record<"AWS" | "Service" | "Federated" | "CanonicalUser", string | readonly string[]>>>;

/** What a condition key is compared with. */
export type ConditionValue = string | boolean | number | readonly (string | boolean | number)[];

/** A policy document whose texts the compiler has widened: a variable without `as const`. Its values are checked when it is given. */
export interface WidenedPolicyDocument extends Omit<PolicyDocument, "Version" | "Statement"> {
  /** Version of the policy language. */
  readonly Version: string;
  /** What is allowed or denied. */
  readonly Statement: WidenedStatement | readonly WidenedStatement[];
}

/** A statement of a {@link WidenedPolicyDocument}. */
export type WidenedStatement = Omit<PolicyStatement, "Effect" | "Principal" | "NotPrincipal"> & {
  /** `Allow` or `Deny`. */
  readonly Effect: string;
  /** Who the statement is about. */
  readonly Principal?: Exclude<Principal, "*"> | string;
  /** Everyone but these. */
  readonly NotPrincipal?: Exclude<Principal, "*"> | string;
};
