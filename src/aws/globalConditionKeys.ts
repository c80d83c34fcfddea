/**
 * AWS's global condition keys, without `aws:`.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
 */
export const globalConditionKeys: readonly string[] = `
  AssumedRoot CalledVia CalledViaFirst CalledViaLast ChatbotSourceArn CurrentTime Ec2InstanceSourcePrivateIPv4 Ec2InstanceSourceVpc EpochTime
  FederatedProvider MultiFactorAuthAge MultiFactorAuthPresent PrincipalAccount PrincipalArn PrincipalIsAWSService PrincipalOrgID PrincipalOrgPaths
  PrincipalServiceName PrincipalServiceNamesList PrincipalType referer RequestedRegion ResourceAccount ResourceOrgID ResourceOrgPaths SecureTransport
  SourceAccount SourceArn SourceIdentity SourceIp SourceOrgID SourceOrgPaths SourceVpc SourceVpcArn SourceVpce TagKeys TokenIssueTime UserAgent
  userid username ViaAWSService VpceAccount VpceOrgID VpceOrgPaths VpcSourceIp
`
  .trim()
  .split(/\s+/);

/** The global keys that have a tag's key behind a slash. */
export const globalTagKeys: readonly string[] = ["PrincipalTag", "RequestTag", "ResourceTag"];
