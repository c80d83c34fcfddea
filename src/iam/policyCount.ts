import type { AwsSecretsRoleSpec } from "../secretsengine/roleSpec.js";
import { isKnown } from "../internal/validation/known.js";
import type { PolicyStatement } from "../aws/policyDocument.js";
import { splitPolicy } from "./policies/policySize.js";
import { rootDocument, type PlainRootCredential } from "./rootDocument.js";

/** How long a value that is not known yet is taken to be, and how many values a list that is not known yet is taken to hold. */
const assumed = { textLength: 128, listLength: 8 };

/** Any account will do: they are equally long. */
const anyAccount = { partition: "aws-us-gov", accountId: "000000000000" };

/**
 * How many managed policies the permissions take at most, known before the values of other resources are known. The number of resources
 * must not depend on such values, so each is taken to be long.
 *
 * @param args the plain arguments, in which what is not known is `unknownValue`
 */
export function maxManagedPolicies(args: PlainRootCredential): number {
  const filler = new LongestValues();
  const roles = Object.entries(args.roles ?? {}).map(([name, role]) => [name, filler.role(role)] as const);
  return splitPolicy(
    rootDocument(
      {
        ...args,
        entityName: isKnown(args.entityName) ? args.entityName : filler.text(),
        path: isKnown(args.path) ? args.path : filler.text(),
        roles: Object.fromEntries(roles),
        staticRoles: Object.fromEntries(
          Object.entries(args.staticRoles ?? {}).map(([name, { username, assumeRoleArn }]) => [
            name,
            {
              username: isKnown(username) ? username : filler.text(),
              assumeRoleArn: isKnown(assumeRoleArn) ? assumeRoleArn : filler.text(),
            },
          ]),
        ),
        assumeRoleArns: filler.list(args.assumeRoleArns),
        extraStatements: isKnown(args.extraStatements) ? args.extraStatements : [filler.statement()],
      },
      anyAccount,
    ),
  ).length;
}

/** Puts values, each different, in the place of those not known. */
class LongestValues {
  private used = 0;

  text(): string {
    this.used += 1;
    return `unknown-${this.used}-`.padEnd(assumed.textLength, "-");
  }

  texts(count: number): string[] {
    return Array.from({ length: count }, () => this.text());
  }

  list(values: readonly string[] | undefined): readonly string[] | undefined {
    if (values === undefined || !isKnown(values)) {
      return values === undefined ? undefined : this.texts(assumed.listLength);
    }
    return values.map((value) => (isKnown(value) ? value : this.text()));
  }

  /** A statement about as long as a session policy may be. */
  statement(): PolicyStatement {
    return { Effect: "Allow", Action: this.texts(15), Resource: "*" };
  }

  role(role: AwsSecretsRoleSpec): AwsSecretsRoleSpec {
    const known = <T>(value: T, otherwise: () => T): T => (isKnown(value) ? value : otherwise());
    return {
      ...role,
      policyArns: this.list(role.policyArns),
      roleArns: this.list(role.roleArns),
      iamGroups: this.list(role.iamGroups),
      iamTags: known(role.iamTags, () => ({ unknown: "" })),
      sessionTags: known(role.sessionTags, () => ({ unknown: "" })),
      userPath: known(role.userPath, () => this.text()),
      permissionsBoundaryArn: known(role.permissionsBoundaryArn, () => this.text()),
      policyDocument: known(role.policyDocument, () => ({ Version: "2012-10-17", Statement: [this.statement()] })),
    };
  }
}
