import { regionPattern } from "../aws/regions.js";
import type { TextForm } from "../vaultresource/textForms.js";

/* Texts that Vault passes on to AWS, as AWS takes them. */

export const regionName: TextForm = {
  pattern: regionPattern,
  rule: "must be the name of an AWS region, such as eu-central-1",
};

export const userName: TextForm = {
  pattern: /^[\w+=,.@-]{1,64}$/,
  rule: "must be the name of an IAM user, not its ARN or path",
};

export const groupName: TextForm = {
  pattern: /^[\w+=,.@-]{1,128}$/,
  rule: "must be the name of an IAM group, not its ARN or path",
};

export const sessionName: TextForm = {
  pattern: /^[\w+=,.@-]{2,64}$/,
  rule: 'must be 2 to 64 letters, digits and "_+=,.@-"',
  fix: "AWS takes no other name, and Vault does not shorten it.",
};

export const externalId: TextForm = {
  pattern: /^[\w+=,.@:/-]{2,1224}$/,
  rule: 'must be 2 to 1224 letters, digits and "_+=,.@:/-"',
};

export const mfaCode: TextForm = { pattern: /^\d{6}$/, rule: "must be the 6 digits that the MFA device shows" };
