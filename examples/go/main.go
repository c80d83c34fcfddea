// An AWS secrets engine in an existing Vault, with one role for applications.
package main

import (
	"example.com/pulumi-kubevault-aws/sdk/go/kubevaultaws"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		settings := config.New(ctx, "")
		vault, err := kubevaultaws.NewProvider(ctx, "vault", &kubevaultaws.ProviderArgs{
			Address: pulumi.String(settings.Require("address")),
			Login:   kubevaultaws.TokenLoginArgs{Kind: "token", Token: settings.RequireSecret("token")},
		})
		if err != nil {
			return err
		}
		engine, err := kubevaultaws.NewAwsSecretsEngine(ctx, "engine", &kubevaultaws.AwsSecretsEngineArgs{
			Path: pulumi.String("aws"),
			Roles: map[string]kubevaultaws.AwsSecretsEngineRolesItemArgs{
				"deploy": {
					CredentialType: pulumi.String("iam_user"),
					PolicyArns:     pulumi.StringArray{pulumi.String("arn:aws:iam::aws:policy/ReadOnlyAccess")},
				},
			},
		}, pulumi.Providers(vault))
		if err != nil {
			return err
		}
		ctx.Export("accessor", engine.Accessor)
		return nil
	})
}
