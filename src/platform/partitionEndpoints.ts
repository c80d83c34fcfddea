import * as pulumi from "@pulumi/pulumi";
import { endpointDomainOf, partitionOfRegion } from "../aws/regions.js";
import type { Issue } from "../internal/validation/issues.js";
import { warn } from "../internal/validation/warn.js";
import type { PlatformScope } from "./scope.js";

/** Endpoints that Vault's AWS secrets engine has to be told. */
export interface EngineEndpoints {
  readonly iamEndpoint: pulumi.Input<string>;
  readonly stsEndpoint: pulumi.Input<string>;
}

/**
 * The endpoints of the secrets engine: those given, or else those of a region's partition that Vault does not know. Vault 1.19 and later look for every
 * region's STS below amazonaws.com; the AWS SDK of all its releases does not know the European Sovereign Cloud.
 */
export function engineEndpoints({ args }: PlatformScope, region: pulumi.Input<string>): EngineEndpoints {
  const own = pulumi.output(args.rootConfig?.region ?? region);
  // An output without a value is an argument that is left out.
  const where = (isNeeded: (name: string) => boolean, service: string) =>
    own.apply((name) => (isNeeded(name) ? endpointOf(service, name) : undefined)) as pulumi.Output<string>;
  return {
    iamEndpoint: args.endpoints?.iam ?? where(isUnknownToVault, "iam"),
    stsEndpoint: args.endpoints?.sts ?? where((name) => endpointDomainOf(name) !== "amazonaws.com", "sts"),
  };
}

/** Says where Vault would not find its table. */
export function adviseOnTableEndpoint({ name, args, parent }: PlatformScope, region: pulumi.Output<string>): void {
  if (args.endpoints?.dynamodb === undefined) {
    region.apply((own) => {
      warn(parent.parent, `VaultPlatform ${JSON.stringify(name)}`, tableEndpointWarnings(own));
    });
  }
}

/** What is to be said of a table's region where no endpoint is given. */
export function tableEndpointWarnings(region: string): Issue[] {
  return isUnknownToVault(region)
    ? [
        {
          path: "endpoints.dynamodb",
          rule: `is needed for ${region}: Vault's AWS SDK does not know the partition ${partitionOfRegion(region)}`,
          fix: `Write endpoints: { dynamodb: "${endpointOf("dynamodb", region)}" }.`,
        },
      ]
    : [];
}

function isUnknownToVault(region: string): boolean {
  return partitionOfRegion(region) === "aws-eusc";
}

function endpointOf(service: string, region: string): string {
  return `https://${service}.${region}.${endpointDomainOf(region)}`;
}
