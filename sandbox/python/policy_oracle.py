"""Answers questions about IAM policies by implementations that this project did not write.

One JSON object per line on stdin, one per line on stdout, in the same order:

    {"ask": "moto", "questions": [{"policies": [document], "action": text, "resource": text}]}   -> ["allowed", ...]
    {"ask": "actions", "questions": [document]}               -> [[action, ...], ...]   actions that all statements together allow
    {"ask": "public", "questions": [document]}                -> [bool, ...]            whether the trust policy admits everybody
    {"ask": "universe"}                                       -> [action, ...]          all actions that policyuniverse knows
    {"ask": "names"}                                          -> [name, ...]            AWS's managed policies
    {"ask": "managed", "questions": [name]}                   -> [document, ...]        AWS's managed policies as moto has them
    {"ask": "granting", "questions": [action]}                -> [[name, ...], ...]     AWS's policies that allow it on all resources
"""

import json
import sys
from fnmatch import fnmatchcase

from moto.iam.access_control import IAMPolicy, PermissionResult
from moto.iam.aws_managed_policies import aws_managed_policies_data
from policyuniverse import all_permissions
from policyuniverse.expander_minimizer import get_actions_from_statement
from policyuniverse.policy import Policy


def as_list(value):
    return value if isinstance(value, list) else [value]


def moto(question):
    results = [
        IAMPolicy(json.dumps(document)).is_action_permitted(question["action"], question["resource"])
        for document in question["policies"]
    ]
    if PermissionResult.DENIED in results:
        return "explicitDeny"
    return "allowed" if PermissionResult.PERMITTED in results else "implicitDeny"


def actions(document):
    allowed = set()
    denied = set()
    for statement in as_list(document["Statement"]):
        (allowed if statement["Effect"] == "Allow" else denied).update(get_actions_from_statement(statement))
    return sorted((allowed - denied) & all_permissions)


def public(document):
    return Policy(document).is_internet_accessible()


managed_policies = (
    json.loads(aws_managed_policies_data) if isinstance(aws_managed_policies_data, str) else aws_managed_policies_data
)


def granting(action):
    return sorted(
        name
        for name, policy in managed_policies.items()
        for statement in as_list(policy["Document"]["Statement"])
        if statement["Effect"] == "Allow"
        and "Condition" not in statement
        and "*" in as_list(statement.get("Resource", []))
        and covers(statement, action)
    )


def covers(statement, action):
    """As get_actions_from_statement, which takes minutes for all policies."""
    named = [pattern.lower() for pattern in as_list(statement.get("NotAction", statement.get("Action", [])))]
    return any(fnmatchcase(action.lower(), pattern) for pattern in named) != ("NotAction" in statement)


answers = {
    "moto": moto,
    "actions": actions,
    "public": public,
    "managed": lambda name: managed_policies[name]["Document"],
    "granting": granting,
}

for line in sys.stdin:
    request = json.loads(line)
    if request["ask"] == "universe":
        reply = sorted(all_permissions)
    elif request["ask"] == "names":
        reply = sorted(managed_policies)
    else:
        reply = [answers[request["ask"]](question) for question in request["questions"]]
    sys.stdout.write(json.dumps(reply) + "\n")
    sys.stdout.flush()
