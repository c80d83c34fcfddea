import { GetUserCommand } from "@aws-sdk/client-iam";
import { GetParameterCommand } from "@aws-sdk/client-ssm";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { waitFor } from "../process/index.js";
import { vaultRequest } from "../vault/index.js";
import { awsClients, denials, refusal, type AwsClients } from "./awsClients.js";
import type { Check, Subject } from "./subject.js";

/** Parameters that the sandbox holds: the roles of examples/platform may read the first and not the second. */
export const applicationParameter = "/app/greeting";
export const foreignParameter = "/payroll/salaries";

export interface IssuedCredentials {
  readonly leaseId: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** Reads credentials of a role from Vault, as an application does. */
export async function issue(subject: Subject, path: "creds" | "sts", role: string): Promise<IssuedCredentials> {
  const answer = await vaultRequest<{
    lease_id: string;
    data: { access_key: string; secret_key: string; session_token?: string; security_token?: string };
  }>(subject.vault, { path: `${subject.outputs.mountPath}/${path}/${role}`, token: subject.vault.token });
  const sessionToken = answer.data.session_token ?? answer.data.security_token ?? undefined;
  return {
    leaseId: answer.lease_id,
    accessKeyId: answer.data.access_key,
    secretAccessKey: answer.data.secret_key,
    ...(sessionToken === undefined ? {} : { sessionToken }),
  };
}

async function withCredentials<T>(
  subject: Subject,
  credentials: IssuedCredentials,
  use: (clients: AwsClients, callerArn: string) => Promise<T>,
): Promise<T> {
  const clients = awsClients(subject.aws, credentials);
  try {
    // A new IAM user's key is accepted only after a while, here as on AWS.
    const caller = await waitFor(async () => (await clients.sts.send(new GetCallerIdentityCommand({}))).Arn, {
      what: "the issued access key to be accepted",
      timeoutMs: 30_000,
      intervalMs: 250,
    });
    return await use(clients, caller);
  } finally {
    clients.destroy();
  }
}

async function allowedAndRefused(subject: Subject, credentials: IssuedCredentials): Promise<string> {
  return withCredentials(subject, credentials, async ({ ssm }, caller) => {
    const allowed = await ssm.send(new GetParameterCommand({ Name: applicationParameter }));
    if (allowed.Parameter?.Value === undefined) {
      throw new Error(`Reading ${applicationParameter} gave no value`);
    }
    await refusal(() => ssm.send(new GetParameterCommand({ Name: foreignParameter })));
    return `${caller.replace(/^arn:aws[\w-]*:\w+::\d+:/, "")}: reads ${applicationParameter}, is denied ${foreignParameter}`;
  });
}

async function revoke(subject: Subject, leaseId: string): Promise<void> {
  await vaultRequest(subject.vault, {
    method: "POST",
    path: "sys/leases/revoke",
    token: subject.vault.token,
    body: { lease_id: leaseId, sync: true },
  });
}

const sessionRole = (title: string, role: string): Check => ({
  title,
  run: async (subject) => allowedAndRefused(subject, await issue(subject, "sts", role)),
});

/** Every credential type of examples/platform is issued, works for what it is for, and for nothing else. */
export const issuedCredentialChecks: readonly Check[] = [
  {
    title: "iam_user credentials work for what the role allows, and for nothing else",
    run: async (subject) => {
      const credentials = await issue(subject, "creds", "deploy");
      try {
        return await allowedAndRefused(subject, credentials);
      } finally {
        await revoke(subject, credentials.leaseId);
      }
    },
  },
  {
    title: "Revoking the lease deletes the IAM user",
    run: async (subject) => {
      const credentials = await issue(subject, "creds", "deploy");
      const userName = await withCredentials(subject, credentials, (_, caller) =>
        Promise.resolve(caller.slice(caller.lastIndexOf("/") + 1)),
      );
      await revoke(subject, credentials.leaseId);
      const admin = awsClients(subject.aws, subject.aws.admin);
      try {
        await admin.iam.send(new GetUserCommand({ UserName: userName }));
      } catch (error) {
        if (error instanceof Error && error.name === "NoSuchEntityException") {
          return `${userName} is gone`;
        }
        throw error;
      } finally {
        admin.destroy();
      }
      throw new Error(`${userName} is still there after its lease was revoked`);
    },
  },
  sessionRole("assumed_role credentials work for what the IAM role allows, and for nothing else", "audit"),
  sessionRole("federation_token credentials work for what the role's policy allows, and for nothing else", "build"),
  {
    title: "session_token credentials carry the root user's rights without IAM",
    run: async (subject) => {
      const credentials = await issue(subject, "sts", "session");
      return withCredentials(subject, credentials, async ({ iam }, caller) => {
        if (!caller.endsWith(`/${subject.outputs.rootUserName}`)) {
          throw new Error(`The session's identity is ${caller}, not the root user`);
        }
        // Without MFA such a session is no identity to IAM at all, and AWS says so in other words than for a missing right.
        await refusal(() => iam.send(new GetUserCommand({})), ["InvalidClientTokenId", ...denials]);
        return `${caller.slice(caller.lastIndexOf(":") + 1)}: accepted by STS, refused by IAM`;
      });
    },
  },
];
