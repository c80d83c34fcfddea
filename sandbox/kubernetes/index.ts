export { createCertificateAuthority, type Certificate, type CertificateAuthority } from "./certificates.js";
export { startKubernetes, type JsonWebKeySet, type Kubernetes, type KubernetesOptions } from "./cluster.js";
export { KubernetesError, kubernetesRest, type KubernetesRest } from "./rest.js";
