import { listOf, objectName, objectOf, oneOf, text, type ObjectField } from "./fields.js";

/** TLS of a VaultServer. */
export interface TlsConfig {
  /** The cert-manager issuer that signs the certificates. Default: none, the operator signs them itself. */
  readonly issuerRef?: IssuerReference;
  /** Certificates that are to differ from the operator's. */
  readonly certificates?: readonly CertificateSpec[];
}

/** A cert-manager issuer. */
export interface IssuerReference {
  /** Default: `cert-manager.io`. */
  readonly apiGroup?: string;
  /** `Issuer` or `ClusterIssuer`. */
  readonly kind: string;
  /** Name of the issuer: of the VaultServer's namespace for `Issuer`. */
  readonly name: string;
}

/** One of Vault's certificates. */
export interface CertificateSpec {
  /** Which certificate: KubeVault uses `ca`, `server`, `client` and `storage`. */
  readonly alias: string;
  /** Issuer of this certificate. @default - `issuerRef` of the VaultServer's TLS */
  readonly issuerRef?: IssuerReference;
  /** The Secret that holds it. Default: `<VaultServer>-<alias>-certs`. */
  readonly secretName?: string;
  /** X.509 subject of the certificate. */
  readonly subject?: CertificateSubject;
  /** How long it is valid, such as `2160h`. */
  readonly duration?: string;
  /** How long before its end it is renewed, such as `360h`. */
  readonly renewBefore?: string;
  /** DNS names that the certificate has beside the operator's. */
  readonly dnsNames?: readonly string[];
  /** IP addresses that the certificate has beside the operator's. */
  readonly ipAddresses?: readonly string[];
  /** URIs that the certificate has. */
  readonly uris?: readonly string[];
  /** E-mail addresses that the certificate has. */
  readonly emailAddresses?: readonly string[];
  /** The certificate's private key. */
  readonly privateKey?: {
    /** Encoding of the key. @default "PKCS1" */
    readonly encoding?: PrivateKeyEncoding;
  };
}

/** The X.509 subject of a certificate. */
export interface CertificateSubject {
  /** Organizations (O). */
  readonly organizations?: readonly string[];
  /** Countries (C), two letters each. */
  readonly countries?: readonly string[];
  /** Organizational units (OU). */
  readonly organizationalUnits?: readonly string[];
  /** Localities (L). */
  readonly localities?: readonly string[];
  /** States or provinces (ST). */
  readonly provinces?: readonly string[];
  /** Street addresses. */
  readonly streetAddresses?: readonly string[];
  /** Postal codes. */
  readonly postalCodes?: readonly string[];
  /** Serial number of the subject. */
  readonly serialNumber?: string;
}

/** Encoding of a certificate's private key. */
export type PrivateKeyEncoding = (typeof privateKeyEncodings)[number];

const certificateAliases = ["ca", "server", "client", "storage"] as const;

const privateKeyEncodings = ["PKCS1", "PKCS8"] as const;

const issuerReference = objectOf<IssuerReference>({ apiGroup: text, kind: text, name: objectName }, ["kind", "name"]);

/** The fields of {@link TlsConfig}. */
export const tlsConfigFields: ObjectField = objectOf<TlsConfig>({
  issuerRef: issuerReference,
  certificates: listOf(
    objectOf<CertificateSpec>(
      {
        alias: oneOf(certificateAliases),
        issuerRef: issuerReference,
        secretName: objectName,
        subject: objectOf<CertificateSubject>({
          organizations: listOf(text),
          countries: listOf(text),
          organizationalUnits: listOf(text),
          localities: listOf(text),
          provinces: listOf(text),
          streetAddresses: listOf(text),
          postalCodes: listOf(text),
          serialNumber: text,
        }),
        duration: text,
        renewBefore: text,
        dnsNames: listOf(text),
        ipAddresses: listOf(text),
        uris: listOf(text),
        emailAddresses: listOf(text),
        privateKey: objectOf<NonNullable<CertificateSpec["privateKey"]>>({ encoding: oneOf(privateKeyEncodings) }),
      },
      ["alias"],
    ),
  ),
});
