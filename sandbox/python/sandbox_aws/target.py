"""What one request needs to be allowed: actions on resources."""

from dataclasses import dataclass, field, replace


@dataclass(frozen=True)
class Target:
    action: str
    # The ARN that policies are matched against.
    resource: str
    # Condition keys that belong to this resource and action, by their name in lower case.
    context: dict[str, list[str]] = field(default_factory=dict)
    # How messages name the resource where that differs from its ARN.
    display: str = ""
    # The policy that stands on the resource itself, where it has one.
    resource_policy: str | None = None

    @property
    def shown(self) -> str:
        return self.display or self.resource


# Creating something with tags needs the right to tag as well.
TAGGING_ON_CREATE = {
    "iam:CreateUser": "iam:TagUser",
    "iam:CreateRole": "iam:TagRole",
    "iam:CreatePolicy": "iam:TagPolicy",
    "iam:CreateOpenIDConnectProvider": "iam:TagOpenIDConnectProvider",
    "dynamodb:CreateTable": "dynamodb:TagResource",
    "kms:CreateKey": "kms:TagResource",
    "ssm:PutParameter": "ssm:AddTagsToResource",
}


def tagging_on_create(targets: list[Target], tags: list[dict[str, str]]) -> list[Target]:
    """What the tags in a creating request need besides."""
    if not tags:
        return []
    return [
        replace(target, action=TAGGING_ON_CREATE[target.action])
        for target in targets
        if target.action in TAGGING_ON_CREATE
    ]


def tag_keys(tags: list[dict[str, str]], name: str = "Key", value: str = "Value") -> dict[str, list[str]]:
    """aws:RequestTag/... and aws:TagKeys for the tags that a request passes."""
    keys = {f"aws:requesttag/{tag[name].lower()}": [tag.get(value, "")] for tag in tags}
    return {**keys, "aws:tagkeys": [tag[name] for tag in tags]} if tags else {}


def resource_tags(tags: dict[str, str], *prefixes: str) -> dict[str, list[str]]:
    """aws:ResourceTag/... and the service's own name for the same."""
    return {f"{prefix}:resourcetag/{key.lower()}": [value] for key, value in tags.items() for prefix in prefixes}
