/** The longest policy documents that AWS takes, in characters without white space. */
export const policySizeLimits = {
  /** A managed policy. */
  managed: 6144,
  /** All inline policies of one user together. */
  inlineUser: 2048,
  /** All inline policies of one role together. */
  inlineRole: 10240,
  /** A role's trust policy, unless AWS raised the account's quota. */
  trust: 2048,
  /** The policy passed along with a request for session credentials (`policy_document` of `assumed_role` and `federation_token`). */
  session: 2048,
} as const;
