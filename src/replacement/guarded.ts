import { isKnown } from "../internal/validation/known.js";

/** What a ReplacementGuard stands in front of. */
export type Guarded = "VaultServer" | "UnsealKeys" | "Table";

/** The arguments of which a change replaces the guarded resource; null where Pulumi or the provider chooses. */
export type Place = Readonly<Record<string, string | null>>;

/** How a replacement is rejected, by what would be replaced. */
const messages: Readonly<Record<Guarded, (olds: Place, news: Place) => string>> = {
  VaultServer: (olds, news) =>
    `VaultServer ${objectAt(olds)}: cannot move to ${objectAt(news)}: Vault's unseal keys and root token are named after its ` +
    "namespace and name, and would stay behind, so that Vault could not be unsealed. Copy them first, as docs/day-2.md says under " +
    '"Move to another namespace", then set onImmutableChange: "replace"',
  UnsealKeys: (olds, news) =>
    `Secret ${objectAt(olds)}: cannot move to ${objectAt(news)}: it would be created again, empty, and Vault's unseal keys and root token would be ` +
    'deleted. Copy them into a Secret of your own first, as docs/day-2.md says under "Move to another namespace", then remove UnsealKeys and ' +
    "name that Secret: existingSecretName of VaultPlatform's unsealer",
  Table: (olds, news) =>
    `table ${tableAt(olds)}: cannot become ${tableAt(news)}: a table would be created, empty, and the one with Vault's data be deleted. Take the change ` +
    'back, or move the data first, as docs/day-2.md says under "Restore", and name the new table: existingTableName',
};

/** What is wrong with a change of the place. What is not known yet is not judged. */
export function replacementProblem(guarded: Guarded, olds: Place | undefined, news: Place): string | undefined {
  return olds !== undefined && isMoved(olds, news) ? messages[guarded](olds, news) : undefined;
}

/** Whether any part of a place differs, as far as it is known. */
export function isMoved(olds: Place, news: Place): boolean {
  return Object.keys(news).some((field) => isKnown(news[field]) && (olds[field] ?? null) !== (news[field] ?? null));
}

function objectAt({ namespace, name }: Place): string {
  return `${namespace}/${name ?? "a name that Pulumi makes"}`;
}

function tableAt({ name, region }: Place): string {
  return `${name ?? "a name that Pulumi makes"} in ${region ?? "the provider's region"}`;
}
