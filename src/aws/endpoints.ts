import type { Issue } from "../internal/validation/issues.js";
import { isKnown } from "../internal/validation/known.js";

/** The rules for an endpoint of an AWS service as Vault takes it: a URL, or a host alone, which is asked by HTTPS. */
export function endpointIssues(path: string, endpoint: unknown): Issue[] {
  return endpoint === undefined ||
    !isKnown(endpoint) ||
    (typeof endpoint === "string" && /^(https?:\/\/)?[\w.[\]:-]+(\/[^\s?#]*)?$/.test(endpoint))
    ? []
    : [
        {
          path,
          rule: "must be a URL or a host name, such as https://vpce-1a2b.dynamodb.eu-west-1.vpce.amazonaws.com",
          actual: endpoint,
        },
      ];
}
