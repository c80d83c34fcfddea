import { readParameter } from "../../aws/parameterStore.js";
import type { AwsSsmLogin } from "../login.js";

/**
 * Reads a token from an SSM parameter.
 *
 * @throws Error naming the parameter, where it is missing or AWS does not give it
 */
export async function tokenFromParameter(login: AwsSsmLogin, timeoutMs: number): Promise<string> {
  const where = `login of kind awsSsm: SSM parameter ${login.parameter} in ${login.region}`;
  const { region, ssmEndpoint, kmsEndpoint, kmsEncryptionContext } = login;
  let token: string | undefined;
  try {
    const options = { region, timeoutMs, ssmEndpoint, kmsEndpoint };
    token = (await readParameter(login.parameter, options, kmsEncryptionContext))?.trim();
  } catch (error) {
    const { name, message } = error as Error;
    throw new Error(`${where}: cannot be read: ${name}: ${message}`, { cause: error });
  }
  if (token === undefined || token === "") {
    throw new Error(`${where} ${token === undefined ? "does not exist" : "is empty"}`);
  }
  return token;
}
