"""Vault on Kubernetes with its data in DynamoDB, and a role for applications."""

import pulumi
import pulumi_kubevault_aws as kubevault_aws

config = pulumi.Config()

read_app_parameters = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "ReadAppParameters",
            "Effect": "Allow",
            "Action": ["ssm:GetParameter", "ssm:GetParametersByPath"],
            "Resource": "arn:aws:ssm:*:*:parameter/app/*",
        }
    ],
}

platform = kubevault_aws.VaultPlatform(
    "platform",
    # The namespace must exist.
    namespace=config.get("namespace") or "vault",
    server_name="vault",
    vault_server={"version": "1.18.4"},
    # Leave it out in production: it keeps the data from being destroyed.
    protect_data=False,
    # Other endpoints of AWS, such as those of a VPC.
    endpoints=config.get_object("endpoints"),
    roles={"deploy": {"credential_type": "iam_user", "policy_document": read_app_parameters}},
    lease_config={"lease": "30m", "lease_max": "12h"},
)

pulumi.export("vaultAddress", platform.vault_address)
pulumi.export("mountPath", platform.mount_path)
