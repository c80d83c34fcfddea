import * as pulumi from "@pulumi/pulumi";
import { VaultPlatform, type PolicyStatement, type VaultPlatformRoleArgs } from "pulumi-kubevault-aws";

/** What a team of Acme decides. Everything else is Acme's default. */
export interface AcmeVaultArgs {
  /** Kubernetes namespace of Vault. It must exist. */
  readonly namespace: string;
  /** Team that owns the stack: the tag `team` of everything in AWS. */
  readonly team: string;
  /** What the team's applications may do in AWS, by the names of the roles in Vault. */
  readonly roles: Readonly<Record<string, readonly PolicyStatement[]>>;
  /** ARN of the boundary that Acme sets on all IAM users. */
  readonly boundaryArn: string;
  /** Blocks `pulumi destroy`. Default: true. */
  readonly protectData?: boolean;
}

/** Vault as Acme runs it: three replicas, short leases, a permissions boundary and tags on everything. */
export class AcmeVault extends pulumi.ComponentResource {
  /** Address of Vault inside the cluster. */
  public readonly address: pulumi.Output<string>;

  public constructor(name: string, args: AcmeVaultArgs, opts?: pulumi.ComponentResourceOptions) {
    super("acme:platform:Vault", name, {}, opts);
    const permissionsBoundaryArn = args.boundaryArn;
    const roleOf = (statements: readonly PolicyStatement[]): VaultPlatformRoleArgs => ({
      credentialType: "iam_user",
      policyDocument: { Version: "2012-10-17", Statement: [...statements] },
      permissionsBoundaryArn,
    });
    const platform = new VaultPlatform(
      name,
      {
        namespace: args.namespace,
        vaultServer: { version: "1.18.4", replicas: 3 },
        protectData: args.protectData,
        tags: { team: args.team, "managed-by": "acme-platform" },
        storage: { credential: { kind: "accessKey", permissionsBoundaryArn } },
        rootCredential: { permissionsBoundaryArn },
        leaseConfig: { lease: "30m", leaseMax: "8h" },
        roles: Object.fromEntries(Object.entries(args.roles).map(([role, statements]) => [role, roleOf(statements)])),
      },
      { parent: this },
    );
    this.address = platform.vaultAddress;
    this.registerOutputs({ address: this.address });
  }
}
