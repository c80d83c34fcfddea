import { assumableRoleShape, rootCredentialShape } from "../iam/argumentShapes.js";
import {
  any,
  input,
  listShape,
  objectShape,
  partialShape,
  plain,
  plainOr,
  recordShape,
  shapeWithout,
  variantShape,
  type ObjectShape,
} from "../internal/validation/argumentShape.js";
import { vaultServerShape } from "../kubernetes/argumentShapes.js";
import { storageShape } from "../storage/storageShape.js";
import {
  assumableRoleArgumentsSet,
  rootCredentialArgumentsSet,
  storageArgumentsSet,
  vaultServerArgumentsSet,
  type VaultPlatformArgs,
  type VaultPlatformIrsaArgs,
  type VaultPlatformKmsUnsealerArgs,
  type VaultPlatformSecretUnsealerArgs,
} from "./vaultPlatformArgs.js";

/** A part that may have an AWS provider of its own. */
function withProvider(shape: ObjectShape): ObjectShape {
  return { ...shape, fields: { ...shape.fields, provider: any } };
}

const sharesShape = { kind: plain, secretShares: plain, secretThreshold: plain };

/** The arguments of a VaultPlatform. The names of fields of the VaultServer, of roles and of settings are checked by their own rules. */
export const platformShape: ObjectShape = objectShape<VaultPlatformArgs>("VaultPlatform", {
  namePrefix: plain,
  permissionsBoundaryArn: input,
  namespace: input,
  vaultServer: recordShape(),
  vaultServerOptions: shapeWithout(vaultServerShape, vaultServerArgumentsSet, {
    irsa: "Use the platform's own irsa.",
    spec: "Use vaultServer.",
  }),
  unsealer: plainOr(
    variantShape({
      kubernetesSecret: objectShape<VaultPlatformSecretUnsealerArgs>("a kubernetesSecret unsealer", {
        ...sharesShape,
        secretName: input,
        existingSecretName: input,
      }),
      awsKmsSsm: objectShape<VaultPlatformKmsUnsealerArgs>("an awsKmsSsm unsealer", {
        ...sharesShape,
        kmsKeyArn: input,
        ssmKeyPrefix: input,
      }),
    }),
  ),
  plainHttp: plain,
  serverName: plain,
  vaultAddress: input,
  portForward: plain,
  kubeconfig: input,
  context: input,
  connection: recordShape(),
  endpoints: objectShape<NonNullable<VaultPlatformArgs["endpoints"]>>("endpoints", {
    dynamodb: input,
    iam: input,
    sts: input,
  }),
  protectData: plain,
  storage: withProvider(shapeWithout(storageShape, storageArgumentsSet, { endpoint: "Use endpoints.dynamodb." })),
  storageSecretName: input,
  irsa: objectShape<VaultPlatformIrsaArgs>("irsa", {
    oidcProviderArn: input,
    roleArn: input,
    attachPolicies: plain,
    clusterRegion: input,
  }),
  rootCredential: shapeWithout(rootCredentialShape, rootCredentialArgumentsSet, {
    identity: "It is a role with irsa, and a user without.",
    roles: "Use the platform's own roles.",
    staticRoles: "Use the platform's own staticRoles.",
  }),
  assumableRoles: recordShape(withProvider(shapeWithout(assumableRoleShape, assumableRoleArgumentsSet))),
  roles: recordShape(partialShape("a role", { credentialType: plain, arn: plain, assumableRoles: listShape(plain) })),
  staticRoles: recordShape(recordShape()),
  applications: recordShape(recordShape()),
  automation: recordShape(),
  mountPath: input,
  mount: recordShape(),
  rootConfig: recordShape(),
  leaseConfig: recordShape(),
  tags: input,
  labels: input,
  annotations: input,
});
