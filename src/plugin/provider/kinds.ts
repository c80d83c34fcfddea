import { isKnown } from "../../internal/validation/known.js";
import { accessKinds } from "./accessKinds.js";
import { engineKinds } from "./engineKinds.js";
import type { Kind } from "./kind.js";

/** Resources that are not in Vault, but in front of it. */
const outsideVault: Readonly<Record<string, Kind>> = {
  AwsSessionCredentials: {
    computed: ["sessionAccessKeyId", "sessionSecretAccessKey", "sessionToken", "expiration"],
    secretOutputs: ["secretAccessKey", "sessionSecretAccessKey", "sessionToken"],
    toInputs: (args) => {
      const durationSeconds = args.durationSeconds ?? 3600;
      const half = isKnown(durationSeconds) ? Math.floor(Number(durationSeconds) / 2) : durationSeconds;
      return { sessionName: "vault-storage", renewBeforeSeconds: half, ...args, durationSeconds };
    },
  },
  ReplacementGuard: {
    computed: [],
    secretOutputs: [],
    toInputs: (args) => args,
    isInternal: true,
  },
  UnsealParameters: {
    computed: [],
    secretOutputs: [],
    toInputs: (args) => args,
    isInternal: true,
  },
  VaultServerRollout: {
    computed: ["phase"],
    secretOutputs: ["kubeconfig"],
    toInputs: (args) => args,
    isInternal: true,
  },
};

/** The kinds of resources by the name of their class, which is the last part of their type token. */
export const kinds: Readonly<Record<string, Kind>> = { ...engineKinds, ...accessKinds, ...outsideVault };
