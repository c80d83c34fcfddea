import { listOf, objectOf, oneOf, text, type ObjectField } from "./fields.js";

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
  readonly name: string;
}

/** One of Vault's certificates. */
export interface CertificateSpec {
  /** Which certificate: KubeVault uses `ca`, `server`, `client` and `storage`. */
  readonly alias: string;
  readonly issuerRef?: IssuerReference;
  /** The Secret that holds it. Default: `<VaultServer>-<alias>-certs`. */
  readonly secretName?: string;
  readonly subject?: CertificateSubject;
  /** How long it is valid, such as `2160h`. */
  readonly duration?: string;
  /** How long before its end it is renewed, such as `360h`. */
  readonly renewBefore?: string;
  readonly dnsNames?: readonly string[];
  readonly ipAddresses?: readonly string[];
  readonly uris?: readonly string[];
  readonly emailAddresses?: readonly string[];
  readonly privateKey?: { readonly encoding?: PrivateKeyEncoding };
}

/** The X.509 subject of a certificate. */
export interface CertificateSubject {
  readonly organizations?: readonly string[];
  readonly countries?: readonly string[];
  readonly organizationalUnits?: readonly string[];
  readonly localities?: readonly string[];
  readonly provinces?: readonly string[];
  readonly streetAddresses?: readonly string[];
  readonly postalCodes?: readonly string[];
  readonly serialNumber?: string;
}

/** Encoding of a certificate's private key. */
export type PrivateKeyEncoding = (typeof privateKeyEncodings)[number];

const certificateAliases = ["ca", "server", "client", "storage"] as const;

const privateKeyEncodings = ["PKCS1", "PKCS8"] as const;

const issuerReference = objectOf<IssuerReference>({ apiGroup: text, kind: text, name: text }, ["kind", "name"]);

/** The fields of {@link TlsConfig}. */
export const tlsConfigFields: ObjectField = objectOf<TlsConfig>({
  issuerRef: issuerReference,
  certificates: listOf(
    objectOf<CertificateSpec>(
      {
        alias: oneOf(certificateAliases),
        issuerRef: issuerReference,
        secretName: text,
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
