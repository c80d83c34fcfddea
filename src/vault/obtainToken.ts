import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Environment } from "../internal/environmentProxy.js";
import type { VaultClient } from "./client.js";
import { tokenOverrideVariable, type ObtainedToken, type RevocableLogin, type StoredLogin } from "./login.js";
import { isVaultError } from "./errors.js";
import { signedCallerIdentity } from "./logins/awsIam.js";
import { tokenFromParameter } from "./logins/awsSsm.js";
import { tokenFromSecret } from "./logins/kubernetesSecret.js";
import { tokenProblem } from "./tokenText.js";

const serviceAccountToken = "/var/run/secrets/kubernetes.io/serviceaccount/token";

/**
 * Does what a login describes.
 *
 * @param client a client without a token, for the auth methods
 * @throws Error that names the login and what it lacks; it never holds a token
 */
export async function obtainToken(
  login: StoredLogin,
  client: VaultClient,
  environment: Environment,
): Promise<ObtainedToken> {
  const override = environment[tokenOverrideVariable]?.trim() ?? "";
  if (override !== "") {
    return given(tokenOverrideVariable, override);
  }
  switch (login.kind) {
    case "environment":
      return environmentToken(environment);
    case "token":
      return given("login.token", login.token);
    case "file":
      return given(`login.path: ${login.path}`, readText("login.path", login.path));
    case "kubernetesSecret":
      return given(
        `login of kind kubernetesSecret: the key "${login.key}" of Secret ${login.namespace}/${login.name}`,
        await tokenFromSecret(login, client.settings.requestTimeoutMs),
      );
    case "awsSsm":
      return given(
        `login of kind awsSsm: SSM parameter ${login.parameter}`,
        await tokenFromParameter(login, client.settings.requestTimeoutMs),
      );
    case "appRole": {
      const mount = login.mount ?? "approle";
      const secretId = textOf(
        "login.secretId",
        environment,
        login.secretId,
        login.secretIdFile,
        login.secretIdVariable,
        `. A new secret ID is what vault write -field=secret_id -f auth/${mount}/role/<role>/secret-id prints`,
      );
      const body = { role_id: login.roleId, ...(secretId === undefined ? {} : { secret_id: secretId }) };
      return logIn(client, mount, body, [secretId ?? ""]);
    }
    case "kubernetes": {
      const jwt = readText("login.tokenFile", login.tokenFile ?? serviceAccountToken);
      return logIn(client, login.mount ?? "kubernetes", { role: login.role, jwt }, [jwt]);
    }
    case "awsIam": {
      const signed = await signedCallerIdentity(login, environment);
      return logIn(client, login.mount ?? "aws", {
        ...(login.role === undefined ? {} : { role: login.role }),
        ...signed,
      });
    }
    case "jwt": {
      const jwt = textOf("login.jwt", environment, login.jwt, login.jwtFile, login.jwtVariable);
      if (jwt === undefined) {
        throw new Error("login of kind jwt: one of jwt, jwtFile and jwtVariable is needed");
      }
      const body = { jwt, ...(login.role === undefined ? {} : { role: login.role }) };
      return logIn(client, login.mount ?? "jwt", body, [jwt]);
    }
    case "revocable":
      return revocableToken(login, client, environment);
  }
}

async function revocableToken(
  { token, standIn }: RevocableLogin,
  client: VaultClient,
  environment: Environment,
): Promise<ObtainedToken> {
  const kept = await obtainToken(token, client, environment);
  try {
    await client.call({ method: "GET", path: "auth/token/lookup-self", token: kept.token });
    return kept;
  } catch (error) {
    if (!isVaultError(error, "permissionDenied")) {
      throw error;
    }
  }
  return { ...(await obtainToken(standIn, client, environment)), advice: rootTokenAdvice };
}

const rootTokenAdvice =
  "The root token that is kept has been revoked, and the platform's own login may not do this. Make another with vault operator generate-root and the " +
  `unseal keys, run this once with it in ${tokenOverrideVariable}, and revoke it`;

/** A token that was not made for this work, and is not revoked after it. */
function given(source: string, token: string): ObtainedToken {
  const problem = tokenProblem(token);
  if (problem !== undefined) {
    throw new Error(`${source}: the token ${problem}`);
  }
  return { token, own: false, fromLogin: false };
}

async function logIn(
  client: VaultClient,
  mount: string,
  body: Readonly<Record<string, unknown>>,
  secrets: readonly string[] = [],
): Promise<ObtainedToken> {
  // A second login leaves no more than a token that ends by itself, and a Vault that restarts should not fail a whole run.
  const { auth } = await client.write(`auth/${mount}/login`, body, { idempotent: true, secrets });
  const token = auth?.client_token;
  if (typeof token !== "string" || token === "") {
    throw new Error(
      `Vault at ${client.address}: auth/${mount}/login answered without a token. Logins that need a second factor are not supported`,
    );
  }
  return {
    token,
    // Batch tokens cannot be revoked: they end by themselves.
    own: auth?.token_type !== "batch",
    fromLogin: true,
    renewable: auth?.renewable === true,
    accessor: typeof auth?.accessor === "string" && auth.accessor !== "" ? auth.accessor : undefined,
    ttlSeconds: typeof auth?.lease_duration === "number" ? auth.lease_duration : undefined,
  };
}

function environmentToken(environment: Environment): ObtainedToken {
  const token = environment.VAULT_TOKEN?.trim() ?? "";
  if (token !== "") {
    return given("VAULT_TOKEN", token);
  }
  const file = join(environment.HOME ?? homedir(), ".vault-token");
  try {
    const stored = readFileSync(file, "utf8").trim();
    if (stored !== "") {
      return given(file, stored);
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") {
      throw error;
    }
  }
  throw new Error(
    `no token for Vault: set VAULT_TOKEN, run "vault login", or give the VaultConnection a login (kubernetesSecret, appRole, jwt, ...)`,
  );
}

function textOf(
  argument: string,
  environment: Environment,
  literal: string | undefined,
  file: string | undefined,
  variable: string | undefined,
  fix = "",
): string | undefined {
  if (literal !== undefined) {
    return literal;
  }
  if (file !== undefined) {
    return readText(`${argument}File`, file);
  }
  if (variable === undefined) {
    return undefined;
  }
  const value = environment[variable];
  if (value === undefined || value === "") {
    throw new Error(`${argument}Variable: the variable ${variable} is not set${fix}`);
  }
  return value.trim();
}

function readText(argument: string, file: string): string {
  let text: string;
  try {
    text = readFileSync(file, "utf8").trim();
  } catch (error) {
    throw new Error(`${argument}: cannot read ${file}: ${(error as Error).message}`, { cause: error });
  }
  if (text === "") {
    throw new Error(`${argument}: ${file} is empty`);
  }
  return text;
}
