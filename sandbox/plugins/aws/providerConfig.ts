import { isObject, type PropertyObject } from "../../../src/plugin/server/propertyValues.js";

/** What the stand-in understands of the AWS provider's configuration. */
export interface ProviderConfig {
  readonly region: string | undefined;
  readonly credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string } | undefined;
  /** The role that the provider works as, assumed with the credentials; that of another account, for example. */
  readonly assumeRole:
    { readonly roleArn: string; readonly externalId?: string; readonly sessionName: string } | undefined;
  /** Service name as the provider spells it, to URL. */
  readonly endpoints: Readonly<Record<string, string>>;
  readonly defaultTags: Readonly<Record<string, string>>;
  readonly maxRetries: number;
}

const understood = [
  "region",
  "accessKey",
  "secretKey",
  "token",
  "assumeRoles",
  "endpoints",
  "defaultTags",
  "maxRetries",
];
/** Of no consequence to an endpoint on this machine. */
const acceptedWithoutEffect = [
  "retryMode",
  "skipCredentialsValidation",
  "skipMetadataApiCheck",
  "skipRegionValidation",
  "skipRequestingAccountId",
  "s3UsePathStyle",
  "stsRegion",
  "useDualstackEndpoint",
  "useFipsEndpoint",
  "version",
  "pluginDownloadURL",
];

/** Complaints about provider arguments that the stand-in cannot honour. */
export function configFailures(config: PropertyObject): string[] {
  const chained =
    list(config.assumeRoles).length > 1
      ? ["the sandbox's stand-in for the AWS provider assumes one role, not a chain"]
      : [];
  const unknown = Object.keys(config)
    .filter((key) => !understood.includes(key) && !acceptedWithoutEffect.includes(key) && !key.startsWith("__"))
    .map(
      (key) =>
        `the sandbox's stand-in for the AWS provider does not know the provider argument "${key}". Install the released provider (pulumi plugin install resource aws) to use it.`,
    );
  return [...unknown, ...chained];
}

/** Reads the provider's arguments; nested ones come as JSON text. */
export function parseConfig(config: PropertyObject, env: NodeJS.ProcessEnv): ProviderConfig {
  const text = (key: string): string | undefined => {
    const value = config[key];
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  const accessKeyId = text("accessKey");
  const secretAccessKey = text("secretKey");
  const sessionToken = text("token");
  return {
    region: text("region") ?? env.AWS_REGION ?? env.AWS_DEFAULT_REGION,
    credentials:
      accessKeyId === undefined || secretAccessKey === undefined
        ? undefined
        : { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) },
    assumeRole: assumedRole(list(config.assumeRoles)),
    endpoints: Object.assign({}, ...list(config.endpoints)) as Record<string, string>,
    defaultTags: strings(nested(config.defaultTags).tags),
    maxRetries: Number(config.maxRetries ?? 5),
  };
}

function assumedRole(roles: readonly { readonly [key: string]: unknown }[]): ProviderConfig["assumeRole"] {
  const [role] = roles;
  if (role === undefined || typeof role.roleArn !== "string") {
    return undefined;
  }
  return {
    roleArn: role.roleArn,
    sessionName: typeof role.sessionName === "string" ? role.sessionName : "pulumi",
    ...(typeof role.externalId === "string" ? { externalId: role.externalId } : {}),
  };
}

function fromJson(value: unknown): unknown {
  return typeof value === "string" ? (JSON.parse(value) as unknown) : value;
}

function nested(value: unknown): { [key: string]: unknown } {
  const parsed = fromJson(value);
  return isObject(parsed) ? parsed : {};
}

function list(value: unknown): { [key: string]: unknown }[] {
  const parsed = fromJson(value);
  return Array.isArray(parsed) ? parsed.filter(isObject) : [];
}

function strings(value: unknown): Record<string, string> {
  return isObject(value) ? Object.fromEntries(Object.entries(value).map(([key, text]) => [key, String(text)])) : {};
}
