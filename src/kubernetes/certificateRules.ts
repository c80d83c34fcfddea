import { isIP } from "node:net";
import { durationSeconds } from "../internal/duration.js";
import { pathOf, under, type Issue } from "../internal/validation/issues.js";
import { isKnown, unknownValue } from "../internal/validation/known.js";
import type { CertificateSpec, IssuerReference, TlsConfig } from "./tlsConfig.js";

/** How long cert-manager's certificates are valid where nothing is said. */
const defaultDuration = "2160h";

/** What is wrong with a VaultServer's certificates, which cert-manager would only say of objects that KubeVault makes later. */
export function tlsIssues({ issuerRef, certificates }: TlsConfig): Issue[] {
  const list = isKnown(certificates) ? (certificates ?? []) : [];
  const aliases = list.map((certificate) => (isKnown(certificate) ? certificate.alias : unknownValue));
  return [
    ...issuerIssues(issuerRef),
    ...aliases.flatMap((alias, index) =>
      !isKnown(alias) || aliases.indexOf(alias) === index
        ? []
        : [
            {
              path: `certificates[${index}].alias`,
              rule: "must differ from the aliases of the others",
              actual: alias,
            },
          ],
    ),
    ...list.flatMap((certificate, index) =>
      isKnown(certificate) ? under(pathOf("certificates", index), certificateIssues(certificate)) : [],
    ),
  ];
}

function issuerIssues(issuer: IssuerReference | undefined): Issue[] {
  if (issuer === undefined || !isKnown(issuer)) {
    return [];
  }
  const { apiGroup = "cert-manager.io", kind } = issuer;
  // External issuers have groups and kinds of their own.
  return apiGroup !== "cert-manager.io" || !isKnown(kind) || ["Issuer", "ClusterIssuer"].includes(kind)
    ? []
    : [{ path: "issuerRef.kind", rule: "must be Issuer or ClusterIssuer", actual: kind }];
}

function certificateIssues(certificate: CertificateSpec): Issue[] {
  const { issuerRef, duration, renewBefore, dnsNames, ipAddresses, uris, emailAddresses } = certificate;
  const wrongLengths = Object.entries({ duration, renewBefore })
    .filter(([, given]) => given !== undefined && isKnown(given) && seconds(given) === undefined)
    .map(([path, actual]) => ({
      path,
      rule: "must be a length of time in hours, minutes or seconds",
      actual,
      fix: "Write 2160h for 90 days.",
    }));
  const [valid, early] = [seconds(duration ?? defaultDuration), seconds(renewBefore ?? "0s")];
  return [
    ...issuerIssues(issuerRef),
    ...wrongLengths,
    ...(valid !== undefined && early !== undefined && early >= valid
      ? [
          {
            path: "renewBefore",
            rule: `must be less than duration, ${duration ?? defaultDuration}`,
            actual: renewBefore,
          },
        ]
      : []),
    ...items(
      "dnsNames",
      dnsNames,
      (name) => /^(\*\.)?[\w-]+(\.[\w-]+)*$/.test(name),
      "must be a DNS name, without scheme and port",
    ),
    ...items("ipAddresses", ipAddresses, (address) => isIP(address) !== 0, "must be an IP address"),
    ...items(
      "emailAddresses",
      emailAddresses,
      (address) => /^[^\s@<>]+@[^\s@<>]+$/.test(address),
      "must be an e-mail address",
    ),
    ...items("uris", uris, (uri) => URL.canParse(uri), "must be a URI such as spiffe://cluster.local/ns/vault"),
  ];
}

/** Go's notation: unlike Vault's it has no days and no bare numbers. */
function seconds(length: string): number | undefined {
  return !isKnown(length) || /^\d*$|d$/.test(length) ? undefined : durationSeconds(length);
}

function items(
  path: string,
  list: readonly string[] | undefined,
  holds: (item: string) => boolean,
  rule: string,
): Issue[] {
  return (isKnown(list) ? (list ?? []) : []).flatMap((item, index) =>
    !isKnown(item) || holds(item) ? [] : [{ path: pathOf(path, index), rule, actual: item }],
  );
}
