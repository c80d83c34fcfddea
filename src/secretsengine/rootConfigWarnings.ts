import { endpointDomainOf } from "../aws/regions.js";
import type { Issue } from "../internal/validation/issues.js";
import { isKnown } from "../internal/validation/known.js";
import type { Values } from "../vaultresource/fields.js";

/**
 * What Vault takes in `config/root` and then does something else with. What is not known yet is not judged.
 *
 * @see https://github.com/hashicorp/vault/blob/v1.21.0/builtin/logical/aws/client.go
 */
export function rootConfigWarnings({ region, stsRegion, stsEndpoint }: Values): Issue[] {
  if (isGiven(stsEndpoint)) {
    return [];
  }
  if (isGiven(stsRegion)) {
    return [
      {
        path: "stsRegion",
        rule: "has no effect without stsEndpoint: Vault asks the STS of region",
        actual: stsRegion,
        fix: 'Give both, such as stsEndpoint: "https://sts.eu-west-1.amazonaws.com".',
      },
    ];
  }
  const domain = typeof region === "string" && isKnown(region) ? endpointDomainOf(region) : "amazonaws.com";
  return domain === "amazonaws.com"
    ? []
    : [
        {
          path: "stsEndpoint",
          rule: `is needed for ${String(region)}: Vault 1.19 and later ask https://sts.${String(region)}.amazonaws.com, which does not exist`,
          fix: `Write stsEndpoint: "https://sts.${String(region)}.${domain}".`,
        },
      ];
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && value !== "";
}
