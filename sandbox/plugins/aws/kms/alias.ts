import {
  CreateAliasCommand,
  DeleteAliasCommand,
  ListAliasesCommand,
  UpdateAliasCommand,
  type AliasListEntry,
  type KMSClient,
} from "@aws-sdk/client-kms";
import type { PropertyValue } from "../../../../src/plugin/server/propertyValues.js";
import type { ResourceType } from "../resourceType.js";
import { orGone } from "../retry.js";

export const alias: ResourceType = {
  token: "aws:kms/alias:Alias",
  arguments: {
    name: { replaces: true },
    namePrefix: { writeOnly: true, replaces: true },
    targetKeyId: { required: true, equals: sameKey },
    region: { computed: true, replaces: true },
  },
  outputs: ["arn", "targetKeyArn"],
  autoname: { property: "name", maxLength: 256, prefix: "alias/" },
  create: async ({ clients }, inputs) => {
    const kms = await clients.kms(inputs.region as string | undefined);
    const AliasName = inputs.name as string;
    await kms.send(new CreateAliasCommand({ AliasName, TargetKeyId: inputs.targetKeyId as string }));
    return AliasName;
  },
  read: async ({ clients }, id, state) => {
    const region = state.region as string | undefined;
    const found = await findAlias(await clients.kms(region), id);
    return found === undefined
      ? undefined
      : {
          name: id,
          arn: found.AliasArn,
          targetKeyId: found.TargetKeyId,
          targetKeyArn: found.AliasArn?.replace(/:alias\/.*$/, `:key/${found.TargetKeyId ?? ""}`),
          region: clients.region(region),
        };
  },
  update: async ({ clients }, id, { inputs }) => {
    const kms = await clients.kms(inputs.region as string | undefined);
    await kms.send(new UpdateAliasCommand({ AliasName: id, TargetKeyId: inputs.targetKeyId as string }));
  },
  delete: async ({ clients }, id, state) => {
    const kms = await clients.kms(state.region as string | undefined);
    await orGone(kms.send(new DeleteAliasCommand({ AliasName: id })), ["NotFound"]);
  },
};

async function findAlias(kms: KMSClient, name: string): Promise<AliasListEntry | undefined> {
  let Marker: string | undefined;
  do {
    const page = await kms.send(new ListAliasesCommand({ Marker }));
    const found = page.Aliases?.find((candidate) => candidate.AliasName === name);
    if (found !== undefined) {
      return found;
    }
    Marker = page.Truncated === true ? page.NextMarker : undefined;
  } while (Marker !== undefined);
  return undefined;
}

/** A key may be named by its id or by its ARN, which ends in the id. */
function sameKey(left: PropertyValue, right: PropertyValue): boolean {
  return typeof left === "string" && typeof right === "string" && left.split("/").at(-1) === right.split("/").at(-1);
}
