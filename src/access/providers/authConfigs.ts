import {
  jwtAuthConfigFields,
  jwtAuthConfigRules,
  jwtAuthConfigSecrets,
  kubernetesAuthConfigFields,
  kubernetesAuthConfigRules,
  kubernetesAuthConfigSecrets,
} from "../authConfigRules.js";
import { authObjectHandlers } from "./authObject.js";

const config = { below: () => "config", identity: ["mount"], permanent: true };

/** `config` of Vault's Kubernetes auth method. */
export const kubernetesAuthConfigHandlers = authObjectHandlers({
  ...config,
  fields: kubernetesAuthConfigFields,
  writeOnly: kubernetesAuthConfigSecrets,
  validate: kubernetesAuthConfigRules,
});

/** `config` of Vault's JWT/OIDC auth method. */
export const jwtAuthConfigHandlers = authObjectHandlers({
  ...config,
  fields: jwtAuthConfigFields,
  writeOnly: jwtAuthConfigSecrets,
  validate: jwtAuthConfigRules,
});
