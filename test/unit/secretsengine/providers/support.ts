import { afterEach, beforeEach, vi } from "vitest";
import { Plugin, type Values } from "../../../support/plugin.js";
import { VaultStandIn, type TakenRequest } from "../../../support/vaultStandIn.js";

export { failureOf, leftBy, type Stored, type Values } from "../../../support/plugin.js";

/** A stand-in for each test, with a plugin connected to it. */
export interface Stage {
  vault: VaultStandIn;
  plugin: Plugin;
  /** Warnings so far: outside of Pulumi's plugin, they go to the console. */
  readonly warnings: () => string[];
}

/** Starts a stage before each test, and stops it after it. */
export function useStage(more: Values = {}): Stage {
  const texts: string[] = [];
  const stage = { warnings: () => texts } as Stage;
  beforeEach(async () => {
    texts.length = 0;
    vi.spyOn(console, "error").mockImplementation((text: string) => {
      texts.push(text);
    });
    vi.spyOn(console, "log").mockImplementation(() => undefined);
    stage.vault = await VaultStandIn.start();
    stage.plugin = new Plugin(stage.vault.config(more));
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    await stage.vault.stop();
  });
  return stage;
}

/** A gateway's answer in the place of Vault's, after Vault has done what was asked. */
export const gatewayTimeout = { status: 504, body: "<html>504 Gateway Time-out</html>" };

/** Lets Vault do the requests that match, and loses their answers. */
export function loseAnswers(vault: VaultStandIn, matches: (request: TakenRequest) => boolean, times = 1): void {
  let left = times;
  vault.intercept = (request) => {
    if (left > 0 && matches(request)) {
      left -= 1;
      vault.answer(request);
      return gatewayTimeout;
    }
    return undefined;
  };
}
