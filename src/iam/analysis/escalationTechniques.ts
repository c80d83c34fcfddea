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

const step = (on: TargetKind, ...actions: readonly string[]): Step => ({ on, actions });
const error = (text: string, ...steps: readonly Step[]): Technique => ({ text, steps, severity: "error" });
const warning = (text: string, ...steps: readonly Step[]): Technique => ({ text, steps, severity: "warning" });

/** Hands a role to a service that then works with the role's rights. */
const startWithRole = step(
  "anything",
  "lambda:CreateFunction",
  "lambda:UpdateFunctionConfiguration",
  "ec2:RunInstances",
  "ec2:RequestSpotInstances",
  "ec2:RequestSpotFleet",
  "ec2:AssociateIamInstanceProfile",
  "ec2:ReplaceIamInstanceProfileAssociation",
  "iam:AddRoleToInstanceProfile",
  "autoscaling:CreateLaunchConfiguration",
  "autoscaling:CreateAutoScalingGroup",
  "cloudformation:CreateStack",
  "cloudformation:UpdateStack",
  "cloudformation:CreateStackSet",
  "cloudformation:UpdateStackSet",
  "cloudformation:CreateChangeSet",
  "ecs:RunTask",
  "ecs:StartTask",
  "ecs:CreateService",
  "ecs:UpdateService",
  "ecs:RegisterTaskDefinition",
  "eks:CreateNodegroup",
  "eks:CreatePodIdentityAssociation",
  "batch:RegisterJobDefinition",
  "glue:CreateDevEndpoint",
  "glue:UpdateDevEndpoint",
  "glue:CreateJob",
  "glue:UpdateJob",
  "glue:CreateSession",
  "codebuild:CreateProject",
  "codebuild:UpdateProject",
  "codebuild:StartBuild",
  "codebuild:StartBuildBatch",
  "codepipeline:CreatePipeline",
  "codepipeline:UpdatePipeline",
  "codestar:CreateProject",
  "codedeploy:CreateDeploymentGroup",
  "datapipeline:CreatePipeline",
  "datapipeline:PutPipelineDefinition",
  "sagemaker:CreateNotebookInstance",
  "sagemaker:UpdateNotebookInstance",
  "sagemaker:CreateTrainingJob",
  "sagemaker:CreateProcessingJob",
  "sagemaker:CreateHyperParameterTuningJob",
  "sagemaker:CreateModel",
  "sagemaker:CreateDomain",
  "sagemaker:UpdateDomain",
  "sagemaker:CreateUserProfile",
  "sagemaker:UpdateUserProfile",
  "sagemaker:CreatePipeline",
  "sagemaker:UpdatePipeline",
  "sagemaker:CreateCluster",
  "states:CreateStateMachine",
  "states:UpdateStateMachine",
  "scheduler:CreateSchedule",
  "events:PutTargets",
  "iot:CreateTopicRule",
  "ssm:StartAutomationExecution",
  "ssm:CreateAssociation",
  "ssm:CreateActivation",
  "ssm:UpdateManagedInstanceRole",
  "elasticmapreduce:RunJobFlow",
  "emr-serverless:StartJobRun",
  "emr-containers:StartJobRun",
  "elasticbeanstalk:CreateEnvironment",
  "apprunner:CreateService",
  "apprunner:UpdateService",
  "appstream:CreateFleet",
  "airflow:CreateEnvironment",
  "airflow:UpdateEnvironment",
  "braket:CreateJob",
  "gamelift:CreateFleet",
  "amplify:CreateApp",
  "cognito-identity:SetIdentityPoolRoles",
  "imagebuilder:CreateInfrastructureConfiguration",
  "kinesisanalytics:CreateApplication",
  "bedrock-agentcore:CreateCodeInterpreter",
  "bedrock-agentcore:CreateAgentRuntime",
  "bedrock-agentcore:UpdateAgentRuntime",
);

const widenRole = step("role", "iam:AttachRolePolicy", "iam:PutRolePolicy");

/** What includes all of the techniques below. */
export const wholeTechniques: readonly Technique[] = [
  error("do everything in the account", step("anything", "*")),
  error(
    "do everything in IAM: give itself and others any right, make users and keys that outlive its lease, and change or delete Vault's own identity",
    step("anything", "iam:*"),
  ),
];

/** The ways by which rights in IAM and STS lead to more rights. Policies of resources are not among them. */
export const techniques: readonly Technique[] = [
  error("give any user any right, itself included", step("user", "iam:AttachUserPolicy", "iam:PutUserPolicy")),
  error("give any group any right", step("group", "iam:AttachGroupPolicy", "iam:PutGroupPolicy")),
  warning("give any role any right", widenRole),
  error("give any role any right and assume it", widenRole, step("role", "sts:AssumeRole")),
  error("create a role with any right, and name itself in its trust policy", step("role", "iam:CreateRole"), widenRole),
  error("put itself into any group", step("group", "iam:AddUserToGroup")),
  error("rewrite any managed policy", step("policy", "iam:CreatePolicyVersion")),
  error("bring an earlier version of any managed policy back", step("policy", "iam:SetDefaultPolicyVersion")),
  error("make keys of any user", step("user", "iam:CreateAccessKey")),
  error("set the password of any user", step("user", "iam:CreateLoginProfile", "iam:UpdateLoginProfile")),
  error(
    "make service-specific credentials, SSH keys or signing certificates of any user",
    step(
      "user",
      "iam:CreateServiceSpecificCredential",
      "iam:ResetServiceSpecificCredential",
      "iam:UploadSSHPublicKey",
      "iam:UploadSigningCertificate",
    ),
  ),
  error("let anyone into any role", step("role", "iam:UpdateAssumeRolePolicy")),
  warning(
    "lift the permissions boundary of any user, itself included",
    step("user", "iam:DeleteUserPermissionsBoundary", "iam:PutUserPermissionsBoundary"),
  ),
  warning(
    "lift the permissions boundary of any role",
    step("role", "iam:DeleteRolePermissionsBoundary", "iam:PutRolePermissionsBoundary"),
  ),
  warning("hand any role to a service and work through it", step("role", "iam:PassRole")),
  error(
    "hand any role to a service that it starts, and so use the role's rights",
    step("role", "iam:PassRole"),
    startWithRole,
  ),
  warning(
    "add or change the identity providers that roles trust",
    step(
      "anything",
      "iam:UpdateSAMLProvider",
      "iam:UpdateOpenIDConnectProviderThumbprint",
      "iam:AddClientIDToOpenIDConnectProvider",
    ),
  ),
  warning("take any role that trusts the account", step("role", "sts:AssumeRole")),
  warning("act as the root user of accounts of the organization", step("anything", "sts:AssumeRoot")),
];

/**
 * Ways by which rights in other services lead to the rights of roles that these services already work with. What they give depends on the roles that
 * there are. They are searched for in the root credential, whose task is none of this; not in policies for readers of credentials, whose task may be.
 */
export const serviceTechniques: readonly Technique[] = [
  warning("run code with the roles of Lambda functions", step("anything", "lambda:UpdateFunctionCode")),
  warning(
    "run commands with the roles of instances",
    step(
      "anything",
      "ssm:SendCommand",
      "ssm:StartSession",
      "ssm:StartAutomationExecution",
      "ec2-instance-connect:SendSSHPublicKey",
      "ec2-instance-connect:SendSerialConsoleSSHPublicKey",
      "ec2:ModifyInstanceAttribute",
    ),
  ),
  warning(
    "run commands with the roles of containers",
    step("anything", "ecs:ExecuteCommand", "eks:CreateAccessEntry", "eks:AssociateAccessPolicy", "batch:SubmitJob"),
  ),
  warning(
    "change what CloudFormation stacks create with their roles",
    step(
      "anything",
      "cloudformation:UpdateStack",
      "cloudformation:ExecuteChangeSet",
      "cloudformation:UpdateStackSet",
      "cloudformation:CreateStackInstances",
    ),
  ),
  warning(
    "run builds and jobs with the roles of CodeBuild, CodeDeploy, Glue, Data Pipeline, EMR and Step Functions",
    step(
      "anything",
      "codebuild:StartBuild",
      "codebuild:StartBuildBatch",
      "codebuild:UpdateProject",
      "codedeploy:CreateDeployment",
      "glue:UpdateDevEndpoint",
      "glue:UpdateJob",
      "datapipeline:PutPipelineDefinition",
      "elasticmapreduce:AddJobFlowSteps",
      "states:UpdateStateMachine",
    ),
  ),
  warning(
    "work in notebooks with their roles",
    step(
      "anything",
      "sagemaker:CreatePresignedNotebookInstanceUrl",
      "sagemaker:CreatePresignedDomainUrl",
      "sagemaker:CreateNotebookInstanceLifecycleConfig",
      "sagemaker:UpdateNotebookInstanceLifecycleConfig",
      "bedrock-agentcore:InvokeCodeInterpreter",
    ),
  ),
  warning(
    "give users of IAM Identity Center any right",
    step(
      "anything",
      "sso:AttachManagedPolicyToPermissionSet",
      "sso:AttachCustomerManagedPolicyReferenceToPermissionSet",
      "sso:PutInlinePolicyToPermissionSet",
      "sso:CreateAccountAssignment",
      "identitystore:CreateGroupMembership",
    ),
  ),
];

/** What lets an identity widen its own rights, or pass itself on, where it is allowed on the identity itself. */
export interface SelfTechnique {
  readonly action: string;
  /** Only dangerous where the identity has a permissions boundary, or something denied to it. */
  readonly lifts?: "boundary" | "deny";
  readonly severity: "error" | "warning";
  readonly text: string;
}

const anyRight = (action: string): SelfTechnique => ({
  action,
  severity: "error",
  text: "it could give itself any right",
});
const liftsDeny = (action: string): SelfTechnique => ({
  action,
  lifts: "deny",
  severity: "error",
  text: "it could lift what is denied to it",
});
const liftsBoundary = (action: string): SelfTechnique => ({
  action,
  lifts: "boundary",
  severity: "error",
  text: "it could lift its boundary",
});
const outlives = (action: string): SelfTechnique => ({
  action,
  severity: "warning",
  text: "whoever has its key could make a password that outlives it",
});

export const selfTechniques: Readonly<Record<"user" | "role", readonly SelfTechnique[]>> = {
  user: [
    anyRight("iam:AttachUserPolicy"),
    anyRight("iam:PutUserPolicy"),
    liftsDeny("iam:DetachUserPolicy"),
    liftsDeny("iam:DeleteUserPolicy"),
    liftsBoundary("iam:PutUserPermissionsBoundary"),
    liftsBoundary("iam:DeleteUserPermissionsBoundary"),
    outlives("iam:CreateLoginProfile"),
    outlives("iam:UpdateLoginProfile"),
  ],
  role: [
    anyRight("iam:AttachRolePolicy"),
    anyRight("iam:PutRolePolicy"),
    liftsDeny("iam:DetachRolePolicy"),
    liftsDeny("iam:DeleteRolePolicy"),
    liftsBoundary("iam:PutRolePermissionsBoundary"),
    liftsBoundary("iam:DeleteRolePermissionsBoundary"),
    { action: "iam:UpdateAssumeRolePolicy", severity: "error", text: "it could let anyone in" },
  ],
};
