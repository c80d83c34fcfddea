import { backendV1alpha1, backendV1alpha2 } from "./backends.js";
import type { CoreTypes } from "./coreTypes.js";
import { podTemplate, prometheusExporter } from "./podTemplate.js";
import {
  boolean,
  choice,
  int32,
  int64,
  labels,
  list,
  localReference,
  object,
  required,
  string,
  strings,
  withDefault,
  withoutFields,
  type Field,
} from "./schema.js";

type Fields = Readonly<Record<string, Field>>;

export const authMethodTypes = ["kubernetes", "aws", "gcp", "userpass", "cert", "azure", "jwt", "oidc"];

const labelSelector = object({
  matchExpressions: list(object({ key: required(string), operator: required(string), values: strings })),
  matchLabels: labels,
});

const allowedSecretEngines = withDefault(
  object({
    namespaces: withDefault(
      object({ from: withDefault(choice("All", "Selector", "Same"), "Same"), selector: labelSelector }),
      { from: "Same" },
    ),
    secretEngines: list(
      choice(
        ...["kv", "pki", "aws", "azure", "gcp", "postgres", "mongodb", "mysql", "mariadb", "elasticsearch", "redis"],
      ),
    ),
  }),
  { namespaces: { from: "Same" } },
);

const issuerRef = object({ apiGroup: string, kind: required(string), name: required(string) });
const tls = object({
  certificates: list(
    object({
      alias: required(string),
      dnsNames: strings,
      duration: string,
      emailAddresses: strings,
      ipAddresses: strings,
      issuerRef,
      privateKey: object({ encoding: choice("PKCS1", "PKCS8") }),
      renewBefore: string,
      secretName: string,
      subject: object({
        countries: strings,
        localities: strings,
        organizationalUnits: strings,
        organizations: strings,
        postalCodes: strings,
        provinces: strings,
        serialNumber: string,
        streetAddresses: strings,
      }),
      uris: strings,
    }),
  ),
  issuerRef,
});

const serviceTemplates = list(
  object({
    alias: required(choice("internal", "vault", "stats", "primary")),
    metadata: object({ annotations: labels, labels }),
    spec: object({
      clusterIP: string,
      externalIPs: strings,
      externalTrafficPolicy: string,
      healthCheckNodePort: int32,
      loadBalancerIP: string,
      loadBalancerSourceRanges: strings,
      ports: list(object({ name: string, nodePort: int32, port: required(int32) })),
      sessionAffinityConfig: object({ clientIP: object({ timeoutSeconds: int32 }) }),
      type: string,
    }),
  }),
);

const tuning: Fields = {
  auditNonHMACRequestKeys: strings,
  auditNonHMACResponseKeys: strings,
  defaultLeaseTTL: string,
  listingVisibility: string,
  maxLeaseTTL: string,
  passthroughRequestHeaders: strings,
  pluginName: string,
};
const jwtConfig = object({
  ...tuning,
  boundIssuer: string,
  credentialSecretRef: localReference,
  defaultRole: string,
  jwksURL: string,
  jwtSupportedAlgs: strings,
  jwtValidationPubkeys: strings,
  oidcClientID: string,
  oidcDiscoveryURL: string,
  oidcResponseMode: string,
  oidcResponseTypes: string,
  providerConfig: labels,
  tlsSecretRef: localReference,
});
const authMethod: Fields = {
  description: string,
  local: boolean,
  path: required(string),
  pluginName: string,
};

function unsealer(aws: Fields, azure: Fields, google: Fields): Field {
  return object({
    mode: object({
      awsKmsSsm: object({ ...aws, endpoint: string, kmsKeyID: required(string), region: string, ssmKeyPrefix: string }),
      azureKeyVault: object({
        ...azure,
        cloud: string,
        tenantID: required(string),
        useManagedIdentity: boolean,
        vaultBaseURL: required(string),
      }),
      googleKmsGcs: object({
        ...google,
        bucket: required(string),
        kmsCryptoKey: required(string),
        kmsKeyRing: required(string),
        kmsLocation: required(string),
        kmsProject: required(string),
      }),
      kubernetesSecret: object({ secretName: required(string) }),
    }),
    overwriteExisting: boolean,
    retryPeriodSeconds: int64,
    secretShares: int64,
    secretThreshold: int64,
    storeRootToken: boolean,
  });
}

function common(core: CoreTypes): Fields {
  return {
    allowedSecretEngines,
    configSecret: localReference,
    dataSources: list(withoutFields(core("Volume"), "name")),
    exposePrimary: boolean,
    halted: boolean,
    monitor: object({
      agent: choice("prometheus.io/operator", "prometheus.io", "prometheus.io/builtin"),
      prometheus: object({
        exporter: prometheusExporter(core, withDefault(int32, 56790)),
        serviceMonitor: object({ interval: string, labels }),
      }),
    }),
    podTemplate: podTemplate(core),
    replicas: int32,
    serviceTemplates,
    terminationPolicy: choice("Halt", "Delete", "WipeOut", "DoNotTerminate"),
    tls,
    version: required(string),
  };
}

/** `spec` of the version that is stored. */
export function specV1alpha2(core: CoreTypes): Field {
  const credentialSecretRef = localReference;
  return object({
    ...common(core),
    authMethods: list(
      object({
        ...authMethod,
        jwtConfig,
        kubernetesConfig: object(tuning),
        oidcConfig: jwtConfig,
        type: required(choice(...authMethodTypes)),
      }),
    ),
    backend: required(backendV1alpha2(core)),
    healthChecker: withDefault(
      object({
        disableWriteCheck: boolean,
        failureThreshold: withDefault(int32, 1),
        periodSeconds: withDefault(int32, 10),
        timeoutSeconds: withDefault(int32, 10),
      }),
      { failureThreshold: 1, periodSeconds: 10, timeoutSeconds: 10 },
    ),
    isolateTenants: boolean,
    relayPlacementRef: localReference,
    relayTemplate: object({
      bootstrapTokenTTL: string,
      image: string,
      namespace: string,
      podTemplate: podTemplate(core),
    }),
    unsealer: unsealer(
      { credentialSecretRef },
      { credentialSecretRef, tlsSecretRef: localReference },
      { credentialSecretRef },
    ),
  });
}

/** `spec` of the older version, which is still served. */
export function specV1alpha1(core: CoreTypes): Field {
  const credentialSecret = string;
  return object({
    ...common(core),
    authMethods: list(object({ ...authMethod, config: object(tuning), type: required(string) })),
    backend: required(backendV1alpha1(core)),
    unsealer: unsealer(
      { credentialSecret },
      { aadClientSecret: string, clientCertSecret: string },
      { credentialSecret },
    ),
  });
}
