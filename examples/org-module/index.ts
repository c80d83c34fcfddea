import * as pulumi from "@pulumi/pulumi";
import { AcmeVault } from "./acmeVault";

const config = new pulumi.Config();

const vault = new AcmeVault("vault", {
  namespace: config.require("namespace"),
  team: "shop",
  boundaryArn: config.require("boundaryArn"),
  protectData: config.requireBoolean("protectData"),
  roles: {
    deploy: [{ Effect: "Allow", Action: "s3:PutObject", Resource: "arn:aws:s3:::releases/*" }],
  },
});

export const address = vault.address;
