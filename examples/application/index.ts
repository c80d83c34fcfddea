import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { agentInjectorAnnotations, agentInjectorEnvironment, VaultPlatform } from "pulumi-kubevault-aws";

/** From a role of Vault to a pod that uses it: Vault Agent keeps the credentials fresh, and the AWS SDK asks for them by itself. */
export = () => {
  const config = new pulumi.Config();
  const namespace = new kubernetes.core.v1.Namespace("vault", { metadata: { name: "vault" } });
  const shop = new kubernetes.core.v1.Namespace("shop", { metadata: { name: "shop" } });

  const platform = new VaultPlatform("vault", {
    namespace: namespace.metadata.name,
    vaultServer: { version: config.get("vaultVersion") ?? "1.18.4" },
    roles: {
      deploy: {
        credentialType: "iam_user",
        policyDocument: {
          Version: "2012-10-17",
          Statement: [{ Effect: "Allow", Action: "ssm:GetParameter", Resource: "arn:aws:ssm:*:*:parameter/app/*" }],
        },
      },
    },
    leaseConfig: { lease: "1h", leaseMax: "12h" },
    // The application's service account may read aws/creds/deploy, and nothing else.
    applications: {
      shop: { serviceAccounts: ["shop"], namespaces: ["shop"], roles: ["deploy"], tokenTtl: "1h" },
    },
  });

  const serviceAccount = new kubernetes.core.v1.ServiceAccount("shop", {
    metadata: { name: "shop", namespace: shop.metadata.name },
  });
  // Vault Agent verifies Vault's certificate: the authority's own goes into the application's namespace.
  const caSecret = platform.vaultServer.caSecret.apply((ca) => `${ca?.namespace ?? ""}/${ca?.name ?? ""}`);
  const authority = kubernetes.core.v1.Secret.get("vault-ca", caSecret);
  new kubernetes.core.v1.Secret("shop-vault-ca", {
    metadata: { name: "vault-ca", namespace: shop.metadata.name },
    data: authority.data.apply((data) => ({ "ca.crt": data["ca.crt"] ?? "" })),
  });
  const annotations = platform.applications.shop
    ?.target("deploy", platform.vaultServer.address)
    .apply((target) => agentInjectorAnnotations({ target, caSecret: "vault-ca", region: config.require("region") }));
  const labels = { app: "shop" };
  const deployment = new kubernetes.apps.v1.Deployment("shop", {
    metadata: { namespace: shop.metadata.name },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels, annotations },
        spec: {
          serviceAccountName: serviceAccount.metadata.name,
          containers: [
            {
              name: "shop",
              image: "amazon/aws-cli",
              command: ["sh", "-c", "while true; do aws ssm get-parameter --name /app/greeting; sleep 60; done"],
              env: Object.entries(agentInjectorEnvironment).map(([name, value]) => ({ name, value })),
            },
          ],
        },
      },
    },
  });

  return { deployment: deployment.metadata.name };
};
