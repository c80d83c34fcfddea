import { checkedTarget, type DeliveryTarget } from "./target.js";

/** How the AWS SDK of a pod gets its credentials. */
export interface AwsSharedConfigArgs {
  /** What is delivered: {@link ApplicationAccess.target} makes it. */
  readonly target: Pick<DeliveryTarget, "credentialPath">;
  /** Where the agent writes the script: a volume in memory, which the application shares. @default "/vault/secrets/aws-credentials" */
  readonly scriptPath?: string;
  /** Profile of the AWS configuration. @default "default" */
  readonly profile?: string;
  /** Region of the profile. @default - none: AWS_REGION of the pod */
  readonly region?: string;
  /**
   * How long an SDK may keep what it was given before it asks again, in seconds. Together with `settleSeconds` it must be shorter than the time for
   * which the agent has two valid leases, a tenth of their lifetime. An SDK asks a few minutes early: 5 in JavaScript, 10 in Python.
   *
   * @default 360
   */
  readonly keepSeconds?: number;
  /**
   * How long the credentials of before are handed out once the agent has new ones, in seconds: AWS accepts a new IAM user's key only after 5 to 10.
   *
   * @default 15 for credentials at `creds/`; 0 for others, which are accepted at once
   */
  readonly settleSeconds?: number;
}

/** What the agent writes, and what the SDK reads. */
export interface AwsSharedConfig {
  /** Template for Vault Agent: a script that prints the credentials of the day in the form of `credential_process`. */
  readonly scriptTemplate: string;
  /** Where the agent writes it, with mode 0550: `scriptPath`, or beside it where `command` puts it there. */
  readonly destination: string;
  /** What the agent runs after it has written the template. undefined where `settleSeconds` is 0. */
  readonly command?: string;
  /** Text of the AWS configuration file that AWS_CONFIG_FILE names. */
  readonly config: string;
}

/**
 * A `credential_process` for AWS SDKs: they run it whenever what they have grows old, and so use a new lease as soon as Vault Agent has it, without
 * a restart. An SDK reads a plain credentials file only once.
 *
 * The script needs `sh` and `date` in the application's image.
 *
 * @throws Error with all problems of the arguments
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html
 */
export function awsSharedConfig(args: AwsSharedConfigArgs): AwsSharedConfig {
  const {
    target,
    scriptPath = "/vault/secrets/aws-credentials",
    profile = "default",
    region,
    keepSeconds = 360,
    settleSeconds = /\/creds\/[^/]+$/.test(target.credentialPath) ? 15 : 0,
  } = args;
  checkedTarget("awsSharedConfig", { vaultAddress: "https://vault", roleName: "any", ...target }, [
    ...(/^\/[\w./-]+$/.test(scriptPath)
      ? []
      : [{ path: "scriptPath", rule: "must be an absolute path without spaces", actual: scriptPath }]),
    ...(/^[\w.@-]+$/.test(profile)
      ? []
      : [{ path: "profile", rule: "must be a name without spaces", actual: profile }]),
    ...(Number.isInteger(keepSeconds) && keepSeconds > 0
      ? []
      : [{ path: "keepSeconds", rule: "must be a whole number above 0", actual: keepSeconds }]),
    ...(Number.isInteger(settleSeconds) && settleSeconds >= 0 && settleSeconds <= 25
      ? []
      : [
          {
            path: "settleSeconds",
            rule: "must be a whole number from 0 to 25",
            actual: settleSeconds,
            fix: "Vault Agent ends a command after 30 seconds.",
          },
        ]),
  ]);
  const section = profile === "default" ? "[default]" : `[profile ${profile}]`;
  const lines = [
    section,
    `credential_process = ${scriptPath}`,
    ...(region === undefined ? [] : [`region = ${region}`]),
  ];
  return {
    scriptTemplate: scriptTemplate(target.credentialPath, keepSeconds),
    config: `${lines.join("\n")}\n`,
    ...(settleSeconds === 0
      ? { destination: scriptPath }
      : { destination: `${scriptPath}.next`, command: putInPlace(scriptPath, settleSeconds) }),
  };
}

/** The first credentials are put in place at once, later ones when AWS accepts them; a script that runs meanwhile is read whole. */
function putInPlace(scriptPath: string, settleSeconds: number): string {
  const copy = `cp -p ${scriptPath}.next ${scriptPath}.copy && mv ${scriptPath}.copy ${scriptPath}`;
  return `if [ -e ${scriptPath} ]; then sleep ${settleSeconds}; fi; ${copy}`;
}

function scriptTemplate(credentialPath: string, keepSeconds: number): string {
  // A key has no character that would end the text in quotes.
  const json =
    `{"Version":1,"AccessKeyId":"{{ .Data.access_key }}","SecretAccessKey":"{{ .Data.secret_key }}",` +
    `{{ if .Data.session_token }}"SessionToken":"{{ .Data.session_token }}",` +
    `{{ else if .Data.security_token }}"SessionToken":"{{ .Data.security_token }}",{{ end }}"Expiration":"%s"}`;
  return [
    `{{ with secret "${credentialPath}" -}}`,
    "#!/bin/sh",
    `expires=$(date -u -d "@$(($(date +%s) + ${keepSeconds}))" +%Y-%m-%dT%H:%M:%SZ)`,
    `printf '${json}\\n' "$expires"`,
    "{{ end }}",
  ].join("\n");
}
