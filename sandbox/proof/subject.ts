import type { DeliveryTarget } from "../../src/access/delivery/target.js";
import type { VaultEndpoint } from "../vault/index.js";
import type { AwsEndpoint, AwsKeys } from "./awsClients.js";

/** The outputs of examples/platform that a proof starts from. */
export interface PlatformOutputs {
  readonly namespace: string;
  readonly vaultServerName: string;
  readonly tableName: string;
  readonly mountPath: string;
  readonly rootUserName: string;
  readonly storageUserName: string;
  /** What the application reads, where, and as whom. */
  readonly shop: DeliveryTarget;
}

/** A platform that is up, and the administrator's view of what it runs on. */
export interface Subject {
  readonly outputs: PlatformOutputs;
  readonly vault: VaultEndpoint & { readonly token: string };
  readonly aws: AwsEndpoint & { readonly admin: AwsKeys; readonly accountId: string };
  readonly kubeconfigPath: string;
  /** The stack's state as `pulumi stack export` prints it. */
  readonly exportState: (options: { readonly showSecrets: boolean }) => Promise<string>;
}

/** One claim about the platform. `run` returns what was seen, and throws where the claim does not hold. */
export interface Check {
  readonly title: string;
  readonly run: (subject: Subject) => Promise<string>;
}
