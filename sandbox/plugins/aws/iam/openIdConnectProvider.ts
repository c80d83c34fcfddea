import {
  AddClientIDToOpenIDConnectProviderCommand,
  CreateOpenIDConnectProviderCommand,
  DeleteOpenIDConnectProviderCommand,
  GetOpenIDConnectProviderCommand,
  RemoveClientIDFromOpenIDConnectProviderCommand,
  TagOpenIDConnectProviderCommand,
  UntagOpenIDConnectProviderCommand,
  UpdateOpenIDConnectProviderThumbprintCommand,
} from "@aws-sdk/client-iam";
import type { PropertyValue } from "../../../../src/plugin/server/propertyValues.js";
import { sameSet } from "../equality.js";
import { tagArguments, tagList, tagMap, type ResourceType } from "../resourceType.js";
import { text, unlessGone } from "./shared.js";

export const openIdConnectProvider: ResourceType = {
  token: "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
  arguments: {
    url: { required: true, replaces: true, equals: sameIssuer },
    clientIdLists: { required: true, equals: sameSet },
    thumbprintLists: { computed: true },
    ...tagArguments,
  },
  outputs: ["arn"],
  create: async ({ clients }, inputs) => {
    const answer = await (
      await clients.iam()
    ).send(
      new CreateOpenIDConnectProviderCommand({
        Url: text(inputs, "url"),
        ClientIDList: inputs.clientIdLists as string[],
        ThumbprintList: inputs.thumbprintLists as string[] | undefined,
        Tags: tagList(inputs.tagsAll),
      }),
    );
    return answer.OpenIDConnectProviderArn ?? "";
  },
  read: async ({ clients }, id) => {
    const iam = await clients.iam();
    const found = await unlessGone(iam.send(new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: id })));
    return found === undefined
      ? undefined
      : {
          arn: id,
          url: found.Url,
          clientIdLists: found.ClientIDList ?? [],
          thumbprintLists: found.ThumbprintList ?? [],
          tagsAll: tagMap(found.Tags),
        };
  },
  update: async ({ clients }, id, { state, inputs, changed }) => {
    const iam = await clients.iam();
    const OpenIDConnectProviderArn = id;
    if (changed.has("clientIdLists")) {
      const [before, now] = [state.clientIdLists as string[], inputs.clientIdLists as string[]];
      for (const ClientID of now.filter((client) => !before.includes(client))) {
        await iam.send(new AddClientIDToOpenIDConnectProviderCommand({ OpenIDConnectProviderArn, ClientID }));
      }
      for (const ClientID of before.filter((client) => !now.includes(client))) {
        await iam.send(new RemoveClientIDFromOpenIDConnectProviderCommand({ OpenIDConnectProviderArn, ClientID }));
      }
    }
    if (changed.has("thumbprintLists")) {
      const ThumbprintList = inputs.thumbprintLists as string[];
      await iam.send(new UpdateOpenIDConnectProviderThumbprintCommand({ OpenIDConnectProviderArn, ThumbprintList }));
    }
  },
  delete: async ({ clients }, id) => {
    const iam = await clients.iam();
    await unlessGone(iam.send(new DeleteOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: id })));
  },
  tag: async ({ clients }, id, _state, { set, remove }) => {
    const iam = await clients.iam();
    const OpenIDConnectProviderArn = id;
    if (remove.length > 0) {
      await iam.send(new UntagOpenIDConnectProviderCommand({ OpenIDConnectProviderArn, TagKeys: [...remove] }));
    }
    if (Object.keys(set).length > 0) {
      await iam.send(new TagOpenIDConnectProviderCommand({ OpenIDConnectProviderArn, Tags: tagList(set) }));
    }
  },
};

/** IAM tells the issuer without its scheme. */
function sameIssuer(left: PropertyValue, right: PropertyValue): boolean {
  return typeof left === "string" && typeof right === "string" && bareIssuer(left) === bareIssuer(right);
}

function bareIssuer(url: string): string {
  return url.replace(/^https:\/\//, "").replace(/\/$/, "");
}
