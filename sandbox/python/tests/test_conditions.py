import unittest

from sandbox_aws.conditions import UnknownOperator, satisfied

CONTEXT = {
    "aws:username": ["alice"],
    "aws:principalarn": ["arn:aws:iam::123456789012:user/teams/alice"],
    "aws:tagkeys": ["team", "env"],
    "aws:sourceip": ["10.1.2.3"],
    "aws:currenttime": ["2026-11-22T05:00:00Z"],
    "aws:multifactorauthpresent": ["true"],
    "sts:durationseconds": ["3600"],
    "star": ["*"],
}

# Operator, key, expected value, whether it holds.
CASES = [
    ("StringEquals", "aws:username", "alice", True),
    ("StringEquals", "AWS:UserName", "alice", True),
    ("StringEquals", "aws:username", "Alice", False),
    ("StringEquals", "aws:username", ["bob", "alice"], True),
    ("StringEquals", "aws:username", "al*", False),
    ("StringEquals", "missing", "alice", False),
    ("StringEqualsIfExists", "missing", "alice", True),
    ("StringEqualsIfExists", "aws:username", "bob", False),
    ("StringEqualsIgnoreCase", "aws:username", "ALICE", True),
    ("StringNotEquals", "aws:username", "bob", True),
    ("StringNotEquals", "aws:username", ["bob", "alice"], False),
    ("StringNotEquals", "missing", "bob", True),
    ("StringLike", "aws:username", "a?i*", True),
    ("StringNotLike", "aws:username", "a*", False),
    ("StringEquals", "aws:username", "${aws:username}", True),
    ("StringEquals", "aws:username", "${missing}", False),
    ("StringEquals", "aws:username", "${missing, 'alice'}", True),
    ("StringEquals", "star", "*", True),
    ("StringLike", "star", "${*}", True),
    ("StringLike", "aws:username", "${*}", False),
    ("ArnLike", "aws:principalarn", "arn:aws:iam::*:user/teams/*", True),
    ("ArnEquals", "aws:principalarn", "arn:aws:iam::123456789012:user/*", True),
    ("ArnLike", "aws:principalarn", "arn:aws:*:user/teams/alice", False),
    ("ArnNotLike", "aws:principalarn", "arn:aws:iam::*:role/*", True),
    ("Bool", "aws:multifactorauthpresent", True, True),
    ("Bool", "aws:multifactorauthpresent", "false", False),
    ("Bool", "missing", "false", False),
    ("BoolIfExists", "missing", "false", True),
    ("NumericLessThanEquals", "sts:durationseconds", "3600", True),
    ("NumericLessThan", "sts:durationseconds", 3600, False),
    ("NumericGreaterThan", "sts:durationseconds", "900", True),
    ("DateLessThan", "aws:currenttime", "2027-01-01T00:00:00Z", True),
    ("DateGreaterThan", "aws:currenttime", "2027-01-01", False),
    ("IpAddress", "aws:sourceip", "10.0.0.0/8", True),
    ("NotIpAddress", "aws:sourceip", ["10.0.0.0/8", "192.168.0.0/16"], False),
    ("Null", "missing", "true", True),
    ("Null", "aws:username", "true", False),
    ("Null", "aws:username", "false", True),
    ("ForAllValues:StringEquals", "aws:tagkeys", ["team", "env", "owner"], True),
    ("ForAllValues:StringEquals", "aws:tagkeys", ["team"], False),
    ("ForAllValues:StringEquals", "missing", ["team"], True),
    ("ForAnyValue:StringEquals", "aws:tagkeys", ["team"], True),
    ("ForAnyValue:StringEquals", "aws:tagkeys", ["owner"], False),
    ("ForAnyValue:StringEquals", "missing", ["team"], False),
    ("ForAnyValue:StringNotEquals", "aws:tagkeys", ["team"], True),
]


class Conditions(unittest.TestCase):
    def test_operators(self) -> None:
        for operator, key, expected, holds in CASES:
            with self.subTest(f"{operator} {key} {expected}"):
                self.assertIs(satisfied({operator: {key: expected}}, CONTEXT), holds)

    def test_all_keys_and_all_operators_must_hold(self) -> None:
        alice, bob = {"aws:username": "alice"}, {"aws:username": "bob"}
        self.assertTrue(satisfied({}, CONTEXT))
        self.assertTrue(satisfied({"StringEquals": alice, "Bool": {"aws:multifactorauthpresent": "true"}}, CONTEXT))
        self.assertFalse(satisfied({"StringEquals": alice, "StringLike": bob}, CONTEXT))
        self.assertFalse(satisfied({"StringEquals": {**alice, "missing": "x"}}, CONTEXT))

    def test_unknown_operators_are_not_guessed(self) -> None:
        for operator in ("StringMatches", "ForSomeValues:StringEquals"):
            with self.assertRaises(UnknownOperator):
                satisfied({operator: {"aws:username": "alice"}}, CONTEXT)
