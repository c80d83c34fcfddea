import type { Issue } from "../internal/validation/issues.js";
import { isKnown } from "../internal/validation/known.js";
import {
  core,
  flag,
  integer,
  listOf,
  objectName,
  objectOf,
  oneOf,
  portNumber,
  positive,
  text,
  textMap,
  type ObjectField,
} from "./fields.js";
import { labelIssues } from "./objectRules.js";
import { podTemplateFields, serviceTemplateFields } from "./podTemplate.js";
import { tlsConfigFields } from "./tlsConfig.js";
import {
  allowedNamespaces,
  authMethodTypes,
  monitorAgents,
  secretEngineTypes,
  terminationPolicies,
  type AllowedSecretEngines,
  type AwsKmsSsmUnsealer,
  type AzureKeyVaultUnsealer,
  type DynamoDbBackend,
  type GoogleKmsGcsUnsealer,
  type HealthChecker,
  type JwtOidcAuthConfig,
  type KubernetesAuthConfig,
  type LocalObjectReference,
  type UnsealerMode,
  type VaultServerAuthMethod,
  type VaultServerBackend,
  type VaultServerMonitor,
  type VaultServerSpec,
  type VaultServerUnsealer,
} from "./vaultServerSpec.js";

const secretRef = objectOf<LocalObjectReference>({ name: objectName }, ["name"]);

const kubernetesAuthConfig = {
  defaultLeaseTTL: text,
  maxLeaseTTL: text,
  pluginName: text,
  auditNonHMACRequestKeys: listOf(text),
  auditNonHMACResponseKeys: listOf(text),
  listingVisibility: text,
  passthroughRequestHeaders: listOf(text),
};

const jwtOidcAuthConfig = objectOf<JwtOidcAuthConfig>({
  ...kubernetesAuthConfig,
  boundIssuer: text,
  credentialSecretRef: secretRef,
  defaultRole: text,
  jwksURL: text,
  jwtSupportedAlgs: listOf(text),
  jwtValidationPubkeys: listOf(text),
  oidcClientID: text,
  oidcDiscoveryURL: text,
  oidcResponseMode: text,
  oidcResponseTypes: text,
  providerConfig: textMap,
  tlsSecretRef: secretRef,
});

type Prometheus = NonNullable<VaultServerMonitor["prometheus"]>;

/** Every field of {@link VaultServerSpec}. The compiler keeps the two equal; the order is the one in which the spec is written. */
export const vaultServerFields: ObjectField = objectOf<VaultServerSpec>(
  {
    version: objectName,
    replicas: integer,
    backend: objectOf<VaultServerBackend>(
      {
        dynamodb: objectOf<DynamoDbBackend>({
          table: text,
          region: text,
          endpoint: text,
          haEnabled: flag,
          readCapacity: positive,
          writeCapacity: positive,
          maxParallel: positive,
          credentialSecretRef: secretRef,
        }),
      },
      ["dynamodb"],
    ),
    unsealer: objectOf<VaultServerUnsealer>(
      {
        secretShares: integer,
        secretThreshold: integer,
        retryPeriodSeconds: positive,
        overwriteExisting: flag,
        storeRootToken: flag,
        mode: objectOf<UnsealerMode>({
          kubernetesSecret: objectOf<{ secretName: string }>({ secretName: objectName }, ["secretName"]),
          awsKmsSsm: objectOf<AwsKmsSsmUnsealer>(
            { kmsKeyID: text, ssmKeyPrefix: text, region: text, endpoint: text, credentialSecretRef: secretRef },
            ["kmsKeyID"],
          ),
          googleKmsGcs: objectOf<GoogleKmsGcsUnsealer>(
            {
              bucket: text,
              kmsCryptoKey: text,
              kmsKeyRing: text,
              kmsLocation: text,
              kmsProject: text,
              credentialSecretRef: secretRef,
            },
            ["bucket", "kmsCryptoKey", "kmsKeyRing", "kmsLocation", "kmsProject"],
          ),
          azureKeyVault: objectOf<AzureKeyVaultUnsealer>(
            {
              vaultBaseURL: text,
              tenantID: text,
              cloud: text,
              useManagedIdentity: flag,
              credentialSecretRef: secretRef,
              tlsSecretRef: secretRef,
            },
            ["vaultBaseURL", "tenantID"],
          ),
        }),
      },
      ["secretShares", "secretThreshold", "mode"],
    ),
    tls: tlsConfigFields,
    configSecret: secretRef,
    dataSources: listOf(core("Volume")),
    authMethods: listOf(
      objectOf<VaultServerAuthMethod>(
        {
          type: oneOf(authMethodTypes),
          path: text,
          description: text,
          kubernetesConfig: objectOf<KubernetesAuthConfig>(kubernetesAuthConfig),
          oidcConfig: jwtOidcAuthConfig,
          jwtConfig: jwtOidcAuthConfig,
          pluginName: text,
          local: flag,
        },
        ["type", "path"],
      ),
    ),
    monitor: objectOf<VaultServerMonitor>({
      agent: oneOf(monitorAgents),
      prometheus: objectOf<Prometheus>({
        exporter: objectOf<NonNullable<Prometheus["exporter"]>>({
          args: listOf(text),
          env: listOf(core("EnvVar")),
          port: portNumber,
          resources: core("ResourceRequirements"),
          securityContext: core("SecurityContext"),
        }),
        serviceMonitor: objectOf<NonNullable<Prometheus["serviceMonitor"]>>(
          { interval: text, labels: textMap },
          [],
          serviceMonitorIssues,
        ),
      }),
    }),
    podTemplate: podTemplateFields,
    serviceTemplates: listOf(serviceTemplateFields),
    halted: flag,
    terminationPolicy: oneOf(terminationPolicies),
    allowedSecretEngines: objectOf<AllowedSecretEngines>({
      namespaces: objectOf<NonNullable<AllowedSecretEngines["namespaces"]>>(
        {
          from: oneOf(allowedNamespaces),
          selector: core("LabelSelector"),
        },
        [],
        ({ from, selector }) => selectorIssues(from, selector),
      ),
      secretEngines: listOf(oneOf(secretEngineTypes)),
    }),
    healthChecker: objectOf<HealthChecker>({
      periodSeconds: positive,
      timeoutSeconds: positive,
      failureThreshold: positive,
      disableWriteCheck: flag,
    }),
    exposePrimary: flag,
  },
  ["version", "backend"],
);

function selectorIssues(from: unknown, selector: unknown): Issue[] {
  if (!isKnown(from) || (from === "Selector") === (selector !== undefined)) {
    return [];
  }
  return [
    from === "Selector"
      ? { path: "selector", rule: "is required with from: Selector" }
      : { path: "selector", rule: "needs from: Selector, and is ignored without", fix: 'Write from: "Selector".' },
  ];
}

/** A length of time as Prometheus reads it. */
const scrapeInterval = /^(?=.)(\d+y)?(\d+w)?(\d+d)?(\d+h)?(\d+m)?(\d+s)?(\d+ms)?$/;

function serviceMonitorIssues({ interval, labels }: Readonly<Record<string, unknown>>): Issue[] {
  return [
    ...(typeof interval !== "string" || !isKnown(interval) || scrapeInterval.test(interval)
      ? []
      : [{ path: "interval", rule: "must be a length of time such as 30s", actual: interval }]),
    ...labelIssues("labels", labels),
  ];
}
