import json
import unittest

from sandbox_aws.matching import arn_like, wildcard
from sandbox_aws.policy import Policy, Request, parse
from sandbox_aws.principal import Principal
from sandbox_aws.resource_policy import Grant, federated_grant, grant_of

ALICE = "arn:aws:iam::123456789012:user/alice"


def policy(*statements: object, version: str = "2012-10-17") -> Policy:
    return parse(json.dumps({"Version": version, "Statement": list(statements)}))


def allow(**parts: object) -> dict[str, object]:
    return {"Effect": "Allow", "Action": "iam:GetUser", "Resource": "*", **parts}


class Matching(unittest.TestCase):
    def test_wildcards(self) -> None:
        for pattern, text, matches in [
            ("vault-*", "vault-a/b:c", True),
            ("vault-?", "vault-", False),
            ("a.c", "abc", False),
            ("[ab]", "a", False),
            ("*", "", True),
        ]:
            with self.subTest(pattern):
                self.assertIs(wildcard(pattern, text), matches)

    def test_arns_part_by_part(self) -> None:
        for pattern, matches in [
            ("*", True),
            ("arn:aws:iam::123456789012:user/*", True),
            ("arn:aws:iam::*:user/al*", True),
            ("arn:*:iam::123456789012:*", True),
            ("arn:aws:*:user/alice", False),
            ("arn:aws:iam:*:user/alice:x", False),
            ("arn:aws:iam::210987654321:user/*", False),
        ]:
            with self.subTest(pattern):
                self.assertIs(arn_like(pattern, ALICE), matches)


class Statements(unittest.TestCase):
    request = Request("iam:GetUser", ALICE, {"aws:username": ["alice"], "tricky": ["*"]})

    def test_actions_and_resources(self) -> None:
        for statement, covers in [
            (allow(), True),
            (allow(Action=["iam:List*", "IAM:get?ser"]), True),
            (allow(Action="iam:Get"), False),
            (allow(Resource=["arn:aws:iam::123456789012:role/*", ALICE]), True),
            (allow(Resource="arn:aws:iam::123456789012:user/${aws:username}"), True),
            (allow(Resource="arn:aws:iam::123456789012:user/${aws:userid}"), False),
            (allow(Resource="arn:aws:iam::123456789012:user/${tricky}"), False),
            ({"Effect": "Allow", "NotAction": "iam:Get*", "Resource": "*"}, False),
            ({"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}, True),
            ({"Effect": "Allow", "Action": "*", "NotResource": ALICE}, False),
            ({"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:iam::*:role/*"}, True),
            (allow(Condition={"StringEquals": {"aws:username": "bob"}}), False),
        ]:
            with self.subTest(str(statement)):
                self.assertIs(policy(statement).allows(self.request), covers)
                self.assertIs(policy({**statement, "Effect": "Deny"}).denies(self.request), covers)
                self.assertFalse(policy(statement).denies(self.request))

    def test_old_documents_have_no_variables(self) -> None:
        statement = allow(Resource="arn:aws:iam::123456789012:user/${aws:username}")
        self.assertFalse(policy(statement, version="2008-10-17").allows(self.request))

    def test_a_statement_may_stand_alone(self) -> None:
        self.assertTrue(parse(json.dumps({"Statement": allow()})).allows(self.request))
        with self.assertRaises(ValueError):
            parse("[]")


class ResourcePolicies(unittest.TestCase):
    role_arn = "arn:aws:iam::123456789012:role/apps/worker"
    session_arn = "arn:aws:sts::123456789012:assumed-role/worker/one"
    user = Principal("user", "123456789012", "aws", ALICE, "AIDA1", "alice", ALICE, "AIDA1")
    session = Principal("role", "123456789012", "aws", session_arn, "AROA1:one", "worker", role_arn, "AROA1")
    request = Request("sts:AssumeRole", "arn:aws:iam::123456789012:role/target")

    def reach(self, principal: object, caller: Principal, **parts: object) -> tuple[bool, Grant]:
        statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal, **parts}
        return grant_of(policy(statement), caller, self.request)

    def test_how_far_a_principal_reaches(self) -> None:
        root = "arn:aws:iam::123456789012:root"
        for principal, caller, expected in [
            ("*", self.user, Grant.DIRECT),
            ({"AWS": "*"}, self.session, Grant.DIRECT),
            ({"AWS": ALICE}, self.user, Grant.DIRECT),
            ({"AWS": [ALICE + "2", ALICE]}, self.user, Grant.DIRECT),
            ({"AWS": root}, self.user, Grant.ACCOUNT),
            ({"AWS": [root, ALICE]}, self.user, Grant.DIRECT),
            ({"AWS": "123456789012"}, self.session, Grant.ACCOUNT),
            ({"AWS": "210987654321"}, self.user, Grant.NONE),
            ({"AWS": self.role_arn}, self.session, Grant.ROLE),
            ({"AWS": self.session_arn}, self.session, Grant.DIRECT),
            ({"AWS": self.role_arn}, self.user, Grant.NONE),
            ({"Service": "ec2.amazonaws.com"}, self.user, Grant.NONE),
        ]:
            with self.subTest(f"{principal} {caller.kind}"):
                self.assertEqual(self.reach(principal, caller), (False, expected))

    def test_a_deny_wins(self) -> None:
        statement = {"Action": "sts:AssumeRole", "Principal": {"AWS": ALICE}}
        both = policy({**statement, "Effect": "Allow"}, {**statement, "Effect": "Deny"})
        self.assertEqual(grant_of(both, self.user, self.request), (True, Grant.NONE))
        others = policy(
            {**statement, "Effect": "Allow"},
            {"Effect": "Deny", "Action": "*", "NotPrincipal": {"AWS": ALICE}},
        )
        self.assertEqual(grant_of(others, self.user, self.request), (False, Grant.DIRECT))
        self.assertEqual(grant_of(others, self.session, self.request), (True, Grant.NONE))

    def test_a_namesake_is_somebody_else(self) -> None:
        document = policy({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": ALICE}})
        self.assertEqual(grant_of(document, self.user, self.request, {ALICE: "AIDA1"}), (False, Grant.DIRECT))
        self.assertEqual(grant_of(document, self.user, self.request, {ALICE: "AIDA0"}), (False, Grant.NONE))

    def test_web_identities(self) -> None:
        provider = "arn:aws:iam::123456789012:oidc-provider/issuer.example"
        asked = Request("sts:AssumeRoleWithWebIdentity", self.request.resource, {"issuer.example:sub": ["pod"]})
        statement = {
            "Effect": "Allow",
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Principal": {"Federated": provider},
            "Condition": {"StringEquals": {"issuer.example:sub": "pod"}},
        }
        self.assertTrue(federated_grant(policy(statement), provider, asked))
        self.assertFalse(federated_grant(policy(statement), provider + "2", asked))
        self.assertFalse(federated_grant(policy(statement, {**statement, "Effect": "Deny"}), provider, asked))
        self.assertFalse(federated_grant(policy({**statement, "Action": "sts:AssumeRole"}), provider, asked))
