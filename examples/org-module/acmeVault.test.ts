import * as pulumi from "@pulumi/pulumi";
import { escalations, KubeVaultMocks, withoutBoundary, withoutTags } from "pulumi-kubevault-aws/testing";
import { describe, expect, it } from "vitest";
import { AcmeVault, type AcmeVaultArgs } from "./acmeVault";

const boundaryArn = "arn:aws:iam::123456789012:policy/acme-boundary";

/** What the component registers for these roles. */
async function registered(roles: AcmeVaultArgs["roles"]): Promise<KubeVaultMocks> {
  const mocks = new KubeVaultMocks();
  await pulumi.runtime.setMocks(mocks, "vault", "test");
  new AcmeVault("vault", { namespace: "vault", team: "shop", boundaryArn, roles });
  await mocks.settled();
  return mocks;
}

const putReleases = { Effect: "Allow", Action: "s3:PutObject", Resource: "arn:aws:s3:::releases/*" } as const;

describe("AcmeVault", () => {
  it("lets no role escalate, and no IAM user be without the boundary or the tags", async () => {
    const { resources } = await registered({ deploy: [putReleases] });
    expect(escalations(resources)).toEqual([]);
    expect(withoutBoundary(resources, boundaryArn)).toEqual([]);
    expect(withoutTags(resources, ["team", "managed-by"])).toEqual([]);
  });

  it("runs three replicas with short leases", async () => {
    const mocks = await registered({ deploy: [putReleases] });
    expect(mocks.inputsOf("vault-server-vault-server")).toMatchObject({ spec: { replicas: 3 } });
    expect(mocks.inputsOf("vault-engine-lease-config")).toMatchObject({ lease: 1800, leaseMax: 28_800 });
  });
});
