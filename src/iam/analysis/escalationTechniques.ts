/** The kinds of IAM entities that an action is checked on. `anything`: every resource of the service. */
export type TargetKind = "user" | "group" | "role" | "policy" | "anything";

/** One step of a technique: any one of its actions will do. */
export interface Step {
  readonly actions: readonly string[];
  readonly on: TargetKind;
}

/** A way to gain rights that nobody granted. */
export interface Technique {
  /** What its holder can do: `attach any policy to any user`. */
  readonly text: string;
  /** All of these are needed. */
  readonly steps: readonly Step[];
  /**
   * `error`: it gives the root credential any right by itself. `warning`: it depends on what else there is in the account, such as a role
   * whose trust policy names the account.
   */
  readonly severity: "error" | "warning";
}

/** Hands a role to a service that then works with the role's rights. */
const servicesThatTakeRoles = [
  "lambda:CreateFunction",
  "lambda:UpdateFunctionConfiguration",
  "ec2:RunInstances",
  "ec2:AssociateIamInstanceProfile",
  "ec2:ReplaceIamInstanceProfileAssociation",
  "autoscaling:CreateLaunchConfiguration",
  "cloudformation:CreateStack",
  "cloudformation:UpdateStack",
  "cloudformation:CreateStackSet",
  "cloudformation:CreateChangeSet",
  "ecs:RunTask",
  "ecs:StartTask",
  "ecs:CreateService",
  "ecs:RegisterTaskDefinition",
  "batch:RegisterJobDefinition",
  "glue:CreateDevEndpoint",
  "glue:UpdateDevEndpoint",
  "glue:CreateJob",
  "glue:UpdateJob",
  "glue:CreateSession",
  "codebuild:CreateProject",
  "codebuild:UpdateProject",
  "codepipeline:CreatePipeline",
  "datapipeline:CreatePipeline",
  "sagemaker:CreateNotebookInstance",
  "sagemaker:CreateTrainingJob",
  "sagemaker:CreateProcessingJob",
  "sagemaker:CreateDomain",
  "states:CreateStateMachine",
  "states:UpdateStateMachine",
  "scheduler:CreateSchedule",
  "events:PutTargets",
  "ssm:StartAutomationExecution",
  "elasticmapreduce:RunJobFlow",
  "apprunner:CreateService",
  "imagebuilder:CreateInfrastructureConfiguration",
  "bedrock-agentcore:CreateCodeInterpreter",
] as const;

const widenRole = ["iam:AttachRolePolicy", "iam:PutRolePolicy"] as const;

/** What includes all of the techniques below. */
export const wholeTechniques: readonly Technique[] = [
  { text: "do everything in the account", steps: [{ actions: ["*"], on: "anything" }], severity: "error" },
  {
    text: "do everything in IAM: give itself and others any right, make users and keys that outlive its lease, and change or delete Vault's own identity",
    steps: [{ actions: ["iam:*"], on: "anything" }],
    severity: "error",
  },
];

/**
 * The ways by which rights in IAM lead to more rights.
 *
 * Not among them: code or data of services that already work with a role (`lambda:UpdateFunctionCode`, `ssm:SendCommand`, buckets that
 * hold templates), and policies of resources.
 */
export const techniques: readonly Technique[] = [
  {
    text: "give any user any right, itself included",
    steps: [{ actions: ["iam:AttachUserPolicy", "iam:PutUserPolicy"], on: "user" }],
    severity: "error",
  },
  {
    text: "give any group any right",
    steps: [{ actions: ["iam:AttachGroupPolicy", "iam:PutGroupPolicy"], on: "group" }],
    severity: "error",
  },
  { text: "give any role any right", steps: [{ actions: widenRole, on: "role" }], severity: "warning" },
  {
    text: "give any role any right and assume it",
    steps: [
      { actions: widenRole, on: "role" },
      { actions: ["sts:AssumeRole"], on: "role" },
    ],
    severity: "error",
  },
  {
    text: "create a role with any right, and name itself in its trust policy",
    steps: [
      { actions: ["iam:CreateRole"], on: "role" },
      { actions: widenRole, on: "role" },
    ],
    severity: "error",
  },
  { text: "put itself into any group", steps: [{ actions: ["iam:AddUserToGroup"], on: "group" }], severity: "error" },
  {
    text: "rewrite any managed policy",
    steps: [{ actions: ["iam:CreatePolicyVersion"], on: "policy" }],
    severity: "error",
  },
  {
    text: "bring an earlier version of any managed policy back",
    steps: [{ actions: ["iam:SetDefaultPolicyVersion"], on: "policy" }],
    severity: "error",
  },
  { text: "make keys of any user", steps: [{ actions: ["iam:CreateAccessKey"], on: "user" }], severity: "error" },
  {
    text: "set the password of any user",
    steps: [{ actions: ["iam:CreateLoginProfile", "iam:UpdateLoginProfile"], on: "user" }],
    severity: "error",
  },
  {
    text: "make service-specific credentials, SSH keys or signing certificates of any user",
    steps: [
      {
        actions: [
          "iam:CreateServiceSpecificCredential",
          "iam:ResetServiceSpecificCredential",
          "iam:UploadSSHPublicKey",
          "iam:UploadSigningCertificate",
        ],
        on: "user",
      },
    ],
    severity: "error",
  },
  {
    text: "let anyone into any role",
    steps: [{ actions: ["iam:UpdateAssumeRolePolicy"], on: "role" }],
    severity: "error",
  },
  {
    text: "lift the permissions boundary of any user, itself included",
    steps: [{ actions: ["iam:DeleteUserPermissionsBoundary", "iam:PutUserPermissionsBoundary"], on: "user" }],
    severity: "warning",
  },
  {
    text: "lift the permissions boundary of any role",
    steps: [{ actions: ["iam:DeleteRolePermissionsBoundary", "iam:PutRolePermissionsBoundary"], on: "role" }],
    severity: "warning",
  },
  {
    text: "hand any role to a service and work through it",
    steps: [{ actions: ["iam:PassRole"], on: "role" }],
    severity: "warning",
  },
  {
    text: "hand any role to a service that it starts, and so use the role's rights",
    steps: [
      { actions: ["iam:PassRole"], on: "role" },
      { actions: servicesThatTakeRoles, on: "anything" },
    ],
    severity: "error",
  },
  {
    text: "add or change the identity providers that roles trust",
    steps: [
      {
        actions: [
          "iam:UpdateSAMLProvider",
          "iam:UpdateOpenIDConnectProviderThumbprint",
          "iam:AddClientIDToOpenIDConnectProvider",
        ],
        on: "anything",
      },
    ],
    severity: "warning",
  },
  {
    text: "take any role that trusts the account",
    steps: [{ actions: ["sts:AssumeRole"], on: "role" }],
    severity: "warning",
  },
];

/** What lets an identity widen its own rights, or pass itself on, where it is allowed on the identity itself. */
export interface SelfTechnique {
  readonly action: string;
  /** Only dangerous where the identity has a permissions boundary, or something denied to it. */
  readonly lifts?: "boundary" | "deny";
  readonly severity: "error" | "warning";
  readonly text: string;
}

const anyRight = "it could give itself any right";

export const selfTechniques: Readonly<Record<"user" | "role", readonly SelfTechnique[]>> = {
  user: [
    { action: "iam:AttachUserPolicy", severity: "error", text: anyRight },
    { action: "iam:PutUserPolicy", severity: "error", text: anyRight },
    { action: "iam:DetachUserPolicy", lifts: "deny", severity: "error", text: "it could lift what is denied to it" },
    { action: "iam:DeleteUserPolicy", lifts: "deny", severity: "error", text: "it could lift what is denied to it" },
    {
      action: "iam:PutUserPermissionsBoundary",
      lifts: "boundary",
      severity: "error",
      text: "it could lift its boundary",
    },
    {
      action: "iam:DeleteUserPermissionsBoundary",
      lifts: "boundary",
      severity: "error",
      text: "it could lift its boundary",
    },
    {
      action: "iam:CreateLoginProfile",
      severity: "warning",
      text: "whoever has its key could make a password that outlives it",
    },
    {
      action: "iam:UpdateLoginProfile",
      severity: "warning",
      text: "whoever has its key could make a password that outlives it",
    },
  ],
  role: [
    { action: "iam:AttachRolePolicy", severity: "error", text: anyRight },
    { action: "iam:PutRolePolicy", severity: "error", text: anyRight },
    { action: "iam:DetachRolePolicy", lifts: "deny", severity: "error", text: "it could lift what is denied to it" },
    { action: "iam:DeleteRolePolicy", lifts: "deny", severity: "error", text: "it could lift what is denied to it" },
    {
      action: "iam:PutRolePermissionsBoundary",
      lifts: "boundary",
      severity: "error",
      text: "it could lift its boundary",
    },
    {
      action: "iam:DeleteRolePermissionsBoundary",
      lifts: "boundary",
      severity: "error",
      text: "it could lift its boundary",
    },
    { action: "iam:UpdateAssumeRolePolicy", severity: "error", text: "it could let anyone in" },
  ],
};
