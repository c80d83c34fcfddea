import { createHmac } from "node:crypto";
import {
  CreateAccessKeyCommand,
  DeleteAccessKeyCommand,
  ListAccessKeysCommand,
  UpdateAccessKeyCommand,
  type StatusType,
} from "@aws-sdk/client-iam";
import type { PropertyObject } from "../../../../src/plugin/server/propertyValues.js";
import { MadeButFailed, type ResourceType } from "../resourceType.js";
import { isAwsError, whilePropagating } from "../retry.js";
import { noSuchEntity, text, unlessGone } from "./shared.js";

/** What only the answer to the creation tells, kept until it is read into the outputs of the same creation. */
const secretsOfNewKeys = new Map<string, string>();

export const accessKey: ResourceType = {
  token: "aws:iam/accessKey:AccessKey",
  arguments: {
    user: { required: true, replaces: true },
    status: { defaultValue: "Active" },
  },
  outputs: ["createDate", "secret", "sesSmtpPasswordV4"],
  secretOutputs: ["secret", "sesSmtpPasswordV4"],
  create: async ({ clients, cancelled }, inputs) => {
    const iam = await clients.iam();
    const UserName = text(inputs, "user");
    const { AccessKey } = await whilePropagating(
      () => iam.send(new CreateAccessKeyCommand({ UserName })),
      (error) => isAwsError(error, noSuchEntity),
      cancelled,
    );
    const id = AccessKey?.AccessKeyId ?? "";
    secretsOfNewKeys.set(id, AccessKey?.SecretAccessKey ?? "");
    if (inputs.status === "Inactive") {
      try {
        await iam.send(new UpdateAccessKeyCommand({ UserName, AccessKeyId: id, Status: "Inactive" }));
      } catch (error) {
        throw new MadeButFailed(id, error);
      }
    }
    return id;
  },
  read: async ({ clients }, id, state) => {
    const UserName = ownerOf(id, state);
    const answer = await unlessGone((await clients.iam()).send(new ListAccessKeysCommand({ UserName })));
    const found = answer?.AccessKeyMetadata?.find((key) => key.AccessKeyId === id);
    if (found === undefined) {
      return undefined;
    }
    const secret = secretsOfNewKeys.get(id) ?? (state.secret as string | undefined);
    return {
      user: found.UserName ?? UserName,
      status: found.Status,
      createDate: found.CreateDate?.toISOString(),
      secret,
      sesSmtpPasswordV4: secret === undefined ? undefined : smtpPassword(secret, clients.region()),
    };
  },
  update: async ({ clients }, id, { inputs, state }) => {
    const Status = (inputs.status ?? "Active") as StatusType;
    await (
      await clients.iam()
    ).send(new UpdateAccessKeyCommand({ UserName: text(state, "user"), AccessKeyId: id, Status }));
  },
  delete: async ({ clients }, id, state) => {
    await unlessGone(
      (await clients.iam()).send(new DeleteAccessKeyCommand({ UserName: text(state, "user"), AccessKeyId: id })),
    );
  },
};

function ownerOf(id: string, state: PropertyObject): string {
  if (state.user === undefined) {
    throw new Error(`The access key ${id} cannot be imported: AWS tells its secret only when it makes the key.`);
  }
  return text(state, "user");
}

/** The password for SES's SMTP interface that AWS derives from a secret key. */
function smtpPassword(secret: string, region: string): string {
  const sign = (key: string | Buffer, message: string) => createHmac("sha256", key).update(message).digest();
  const steps = ["11111111", region, "ses", "aws4_request", "SendRawEmail"];
  const signature = steps.reduce<string | Buffer>((key, step) => sign(key, step), `AWS4${secret}`);
  return Buffer.concat([Buffer.from([4]), signature as Buffer]).toString("base64");
}
