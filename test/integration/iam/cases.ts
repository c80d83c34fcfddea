import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  AddUserToGroupCommand,
  AttachGroupPolicyCommand,
  ListAccessKeysCommand,
} from "@aws-sdk/client-iam";
import type { RootPolicyOptions } from "../../../src/iam/policies/rootPolicy.js";
import { assumableRoleTrustPolicy } from "../../../src/iam/policies/trustPolicy.js";
import { document, trust } from "../aws/support.js";
import { accountId, readParameter, type Engine, type Stage } from "./stage.js";

/** What the derived policy is made from. */
export type Declared = Omit<RootPolicyOptions, "partition" | "accountId" | "principalArn">;

/** One way to use the engine. */
export interface Case {
  readonly name: string;
  /** Further settings of `config/root`. */
  readonly settings?: Record<string, string>;
  /** Prefix of the users that it makes. */
  readonly userNamePrefix?: string;
  /** Makes what has to exist, and tells what is declared. */
  readonly prepare: (engine: Engine) => Promise<Declared>;
  /** Everything that Vault does for it, from the role to the end of the lease. It throws where anything is refused. */
  readonly operate: (engine: Engine, declared: Declared) => Promise<void>;
}

const reading = { Version: "2012-10-17" as const, Statement: [{ Effect: "Allow" as const, ...readParameter }] };

/** A user is made, changed by somebody else, and ends with its lease. */
async function lendUser(
  engine: Engine,
  { roles }: Declared,
  meddle?: (userName: string) => Promise<void>,
): Promise<void> {
  const { stage } = engine;
  for (const [name, role] of Object.entries(roles)) {
    await engine.writeRole(name, role);
    const lease = await engine.read(name);
    const userName = await stage.userOf(lease);
    if (role.policyArns !== undefined || role.policyDocument !== undefined || role.iamGroups !== undefined) {
      await stage.readParameter(lease);
    }
    await stage.attachMore(userName, "arn:aws:iam::aws:policy/AmazonSSMReadOnlyAccess");
    await meddle?.(userName);
    await engine.revoke(lease);
    if (await stage.userExists(userName)) {
      throw new Error(`${userName} outlives its lease`);
    }
  }
}

/** Session credentials are asked for and used. */
async function lendSession(engine: Engine, { roles }: Declared): Promise<void> {
  for (const [name, role] of Object.entries(roles)) {
    await engine.writeRole(name, role);
    await engine.stage.readParameter(await engine.read(name));
  }
}

/** The keys of users are taken over, two keys included, and given up. */
async function rotateUsers(engine: Engine, { staticRoles = {} }: Declared): Promise<void> {
  const { iam } = engine.stage.admin;
  for (const [name, { username }] of Object.entries(staticRoles)) {
    const { AccessKeyMetadata: keys = [] } = await iam.send(new ListAccessKeysCommand({ UserName: username }));
    for (let count = keys.length; count < 2; count += 1) {
      await iam.send(new CreateAccessKeyCommand({ UserName: username }));
    }
    await engine.stage.call("POST", `${engine.mount}/static-roles/${name}`, { username, rotation_period: 3600 });
    await engine.stage.call("GET", `${engine.mount}/static-creds/${name}`);
    await engine.stage.call("DELETE", `${engine.mount}/static-roles/${name}`);
  }
}

/** A role of the same account that trusts the whole account, so that the root user needs the right itself. */
function roleForAccount(stage: Stage, name: string): Promise<string> {
  const everybody = { AWS: `arn:aws:iam::${accountId}:root` };
  return stage.makeRole(name, document(trust(everybody, ["sts:AssumeRole", "sts:TagSession"])));
}

export const cases: readonly Case[] = [
  {
    name: "users-with-managed-policies",
    prepare: async ({ stage }) => ({
      roles: { r: { credentialType: "iam_user", policyArns: [await stage.makePolicy("app")] } },
    }),
    operate: lendUser,
  },
  {
    name: "users-with-an-inline-policy",
    prepare: async () => ({ roles: { r: { credentialType: "iam_user", policyDocument: reading } } }),
    operate: lendUser,
  },
  {
    name: "users-with-tags",
    prepare: async () => ({ roles: { r: { credentialType: "iam_user", iamTags: { team: "devs" } } } }),
    operate: lendUser,
  },
  {
    name: "users-in-groups",
    prepare: async ({ stage }) => {
      await stage.makeGroup("devs");
      await stage.makeGroup("ops", "/teams/");
      return {
        roles: {
          r: { credentialType: "iam_user", iamGroups: ["devs"] },
          s: { credentialType: "iam_user", iamGroups: ["ops"] },
        },
      };
    },
    operate: lendUser,
  },
  {
    name: "users-on-a-path",
    prepare: async () => ({
      roles: { r: { credentialType: "iam_user", userPath: "/team/", policyDocument: reading } },
    }),
    operate: async (engine, declared) => {
      await lendUser(engine, declared);
      // Somebody deletes the user before its lease ends: Vault has to hear that it is gone, and not that it may not ask.
      const lease = await engine.read("r");
      await engine.stage.deleteUser(await engine.stage.userOf(lease));
      const answer = await engine.revoke(lease).then(
        () => "revoked",
        (error: unknown) => (error as Error).message,
      );
      await engine.forgetLeases();
      if (!answer.includes("NoSuchEntity")) {
        throw new Error(answer);
      }
    },
  },
  {
    name: "users-with-a-boundary",
    prepare: async ({ stage }) => {
      const permissionsBoundaryArn = await stage.makePolicy("boundary");
      const policyArns = [await stage.makePolicy("bounded")];
      return {
        roles: {
          r: { credentialType: "iam_user", permissionsBoundaryArn, policyArns },
          s: { credentialType: "iam_user", permissionsBoundaryArn, policyDocument: reading },
        },
      };
    },
    operate: lendUser,
  },
  {
    name: "users-of-former-groups",
    prepare: async ({ stage }) => {
      await stage.makeGroup("former");
      return { roles: { r: { credentialType: "iam_user", policyDocument: reading } }, formerGroups: ["former"] };
    },
    operate: (engine, declared) =>
      lendUser(engine, declared, async (UserName) => {
        await engine.stage.admin.iam.send(new AddUserToGroupCommand({ UserName, GroupName: "former" }));
      }),
  },
  {
    name: "users-of-another-prefix",
    settings: { username_template: "team-{{ random 12 }}" },
    userNamePrefix: "team-",
    prepare: async () => ({
      roles: { r: { credentialType: "iam_user", policyDocument: reading } },
      userNamePrefix: "team-",
    }),
    operate: lendUser,
  },
  {
    name: "assumed-roles",
    prepare: async ({ stage }) => ({
      roles: { r: { credentialType: "assumed_role", roleArns: [await roleForAccount(stage, "deploy")] } },
    }),
    operate: lendSession,
  },
  {
    name: "assumed-roles-with-tags-and-policies",
    prepare: async ({ stage }) => ({
      roles: {
        r: {
          credentialType: "assumed_role",
          roleArns: [await roleForAccount(stage, "tagged")],
          sessionTags: { team: "devs" },
          policyDocument: reading,
        },
      },
    }),
    operate: lendSession,
  },
  {
    name: "assumed-roles-of-another-account",
    prepare: async ({ stage, arn }) => {
      const externalId = "platform";
      const trustPolicy = assumableRoleTrustPolicy({ trustedPrincipalArn: arn, externalId, sessionTags: true });
      const roleArn = await stage.makeRole("far", trustPolicy, stage.farAdmin);
      return {
        roles: {
          r: { credentialType: "assumed_role", roleArns: [roleArn], externalId, sessionTags: { team: "devs" } },
        },
      };
    },
    operate: async (engine, { roles }) => {
      for (const [name, role] of Object.entries(roles)) {
        await engine.writeRole(name, role);
        await engine.stage.userOf(await engine.read(name));
      }
    },
  },
  {
    name: "assumed-roles-narrowed-by-groups",
    prepare: async ({ stage }) => {
      await stage.makeGroup("auditors", "/teams/");
      const PolicyArn = await stage.makePolicy("auditing");
      await stage.admin.iam.send(new AttachGroupPolicyCommand({ GroupName: "auditors", PolicyArn }));
      const roleArns = [await roleForAccount(stage, "audit")];
      return { roles: { r: { credentialType: "assumed_role", roleArns, iamGroups: ["auditors"] } } };
    },
    operate: lendSession,
  },
  {
    name: "federation-tokens-with-an-inline-policy",
    prepare: async () => ({ roles: { r: { credentialType: "federation_token", policyDocument: reading } } }),
    operate: lendSession,
  },
  {
    name: "federation-tokens-for-all-but-some",
    prepare: async () => ({
      roles: {
        r: {
          credentialType: "federation_token",
          policyDocument: {
            Version: "2012-10-17",
            Statement: [{ Effect: "Allow", NotAction: "dynamodb:*", Resource: "*" }],
          },
        },
      },
    }),
    operate: lendSession,
  },
  {
    name: "federation-tokens-with-managed-policies",
    prepare: async (engine) => {
      const policyArn = await engine.stage.makePolicy("delegated");
      // As RootCredential does for every managed policy of such a role.
      await engine.attachToRoot(policyArn);
      return { roles: { r: { credentialType: "federation_token", policyArns: [policyArn] } } };
    },
    operate: lendSession,
  },
  {
    name: "federation-tokens-narrowed-by-groups",
    prepare: async ({ stage }) => {
      await stage.makeGroup("builders");
      return {
        roles: { r: { credentialType: "federation_token", policyDocument: reading, iamGroups: ["builders"] } },
      };
    },
    operate: lendSession,
  },
  {
    name: "session-tokens",
    prepare: async () => ({ roles: { r: { credentialType: "session_token" } } }),
    operate: async (engine, { roles }) => {
      for (const [name, role] of Object.entries(roles)) {
        await engine.writeRole(name, role);
        await engine.stage.userOf(await engine.read(name));
      }
    },
  },
  {
    name: "static-roles",
    prepare: async ({ stage }) => {
      await stage.admin.iam.send(new CreateUserCommand({ UserName: "ci-bot" }));
      await stage.admin.iam.send(new CreateUserCommand({ UserName: "cd-bot", Path: "/bots/" }));
      return { roles: {}, staticRoles: { ci: { username: "ci-bot" }, cd: { username: "cd-bot" } } };
    },
    operate: rotateUsers,
  },
  {
    name: "rotation-of-the-root-key",
    prepare: async () => ({ roles: {}, rotateRoot: true }),
    operate: async (engine) => {
      const oldKey = await engine.useFreshKey();
      await engine.stage.call("POST", `${engine.mount}/config/rotate-root`);
      const { AccessKeyMetadata: keys = [] } = await engine.stage.admin.iam.send(
        new ListAccessKeysCommand({ UserName: engine.userName }),
      );
      if (keys.length !== 1 || keys[0]?.AccessKeyId === oldKey) {
        throw new Error("the key was not replaced");
      }
    },
  },
];
