import { durationSeconds } from "../internal/duration.js";
import { pathOf, under, type Issue } from "../internal/validation/issues.js";
import { isKnown } from "../internal/validation/known.js";
import type { KubernetesAuthConfig, VaultServerAuthMethod } from "./vaultServerSpec.js";

/** What is wrong with the auth methods that the operator enables. */
export function authMethodIssues(methods: readonly VaultServerAuthMethod[]): Issue[] {
  const paths = methods.map((method) =>
    isKnown(method) && isKnown(method.path) ? method.path.replace(/^\/+|\/+$/g, "") : undefined,
  );
  return methods.flatMap((method, index) => {
    const path = paths[index];
    return [
      ...(path !== undefined && paths.indexOf(path) !== index
        ? [{ path: `[${index}].path`, rule: "must differ from the paths of the others", actual: path }]
        : []),
      ...(path === "" ? [{ path: `[${index}].path`, rule: "must be a path in Vault", actual: method.path }] : []),
      ...(isKnown(method) ? under(`[${index}]`, methodIssues(method)) : []),
    ];
  });
}

function methodIssues(method: VaultServerAuthMethod): Issue[] {
  const { type, kubernetesConfig, jwtConfig, oidcConfig } = method;
  const configs = { kubernetes: kubernetesConfig, jwt: jwtConfig, oidc: oidcConfig };
  return Object.entries(configs).flatMap(([of, config]) => {
    if (config === undefined) {
      return [];
    }
    const path = `${of}Config`;
    return isKnown(type) && type !== of
      ? [{ path, rule: `is for type ${of}, and the operator would ignore it`, fix: "Leave it out." }]
      : isKnown(config)
        ? under(path, configIssues(config))
        : [];
  });
}

function configIssues({ defaultLeaseTTL, maxLeaseTTL, listingVisibility }: KubernetesAuthConfig): Issue[] {
  return [
    ...Object.entries({ defaultLeaseTTL, maxLeaseTTL })
      .filter(([, ttl]) => ttl !== undefined && isKnown(ttl) && durationSeconds(ttl) === undefined)
      .map(([path, actual]) => ({ path: pathOf("", path), rule: "must be a length of time such as 1h", actual })),
    ...(listingVisibility === undefined ||
    !isKnown(listingVisibility) ||
    ["", "unauth", "hidden"].includes(listingVisibility)
      ? []
      : [{ path: "listingVisibility", rule: "must be unauth or hidden", actual: listingVisibility }]),
  ];
}
