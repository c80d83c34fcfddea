import json
import unittest
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

from sandbox_aws.errors import AwsError, access_denied, render
from sandbox_aws.mfa import code_at
from sandbox_aws.sigv4 import signature, verify
from sandbox_aws.wire import AwsRequest, nested, parse
from sandbox_aws.xml import response

SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"


def environ(headers: dict[str, str], method: str = "POST") -> dict[str, Any]:
    keys = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
    return {"REQUEST_METHOD": method, "REQUEST_URI": "/", "REMOTE_ADDR": "127.0.0.1", **keys}


def authorization(service: str, signed: str, value: str = "0" * 64, date: str = "20150830") -> str:
    scope = f"AKIDEXAMPLE/{date}/us-east-1/{service}/aws4_request"
    return f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders={signed}, Signature={value}"


class Nested(unittest.TestCase):
    def test_members_become_lists(self) -> None:
        form = {
            "Action": "CreateUser",
            "Tags.member.2.Key": "b",
            "Tags.member.1.Key": "a",
            "Tags.member.1.Value": "1",
            "Tags.member.2.Value": "2",
            "PolicyArns.member.1.arn": "arn:x",
            "TagKeys.member.1": "k",
        }
        expected = {
            "Action": "CreateUser",
            "Tags": [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}],
            "PolicyArns": [{"arn": "arn:x"}],
            "TagKeys": ["k"],
        }
        self.assertEqual(nested(form), expected)


class Parsing(unittest.TestCase):
    def test_query_and_json_calls(self) -> None:
        query = parse(environ({"authorization": authorization("iam", "host")}), b"Action=GetUser&UserName=a%20b")
        self.assertEqual((query.action, query.params["UserName"], query.protocol), ("iam:GetUser", "a b", "query"))
        headers = {"authorization": authorization("dynamodb", "host"), "x-amz-target": "DynamoDB_20120810.GetItem"}
        call = parse(environ(headers), b'{"TableName":"t"}')
        self.assertEqual((call.action, call.params, call.protocol), ("dynamodb:GetItem", {"TableName": "t"}, "json"))

    def test_what_is_no_call(self) -> None:
        for headers, body, code in [
            ({"authorization": "AWS4-HMAC-SHA256 Credential=x"}, b"Action=GetUser", "IncompleteSignature"),
            ({"authorization": authorization("s3", "host")}, b"", "UnknownOperationException"),
            ({"x-amz-target": "Nobody.Call"}, b"{}", "UnknownOperationException"),
            ({"x-amz-target": "TrentService.Encrypt"}, b"{", "SerializationException"),
            (
                {"authorization": authorization("iam", "host"), "x-amz-target": "TrentService.Encrypt"},
                b"{}",
                "SignatureDoesNotMatch",
            ),
        ]:
            with self.subTest(code), self.assertRaises(AwsError) as caught:
                parse(environ(headers), body)
            self.assertEqual(caught.exception.code, code)


class Signing(unittest.TestCase):
    def test_the_published_example(self) -> None:
        """`get-vanilla` of the test suite that AWS publishes for Signature Version 4."""
        request = AwsRequest(
            method="GET",
            raw_path="/",
            raw_query="",
            headers={"host": "example.amazonaws.com", "x-amz-date": "20150830T123600Z"},
            body=b"",
            source_ip="127.0.0.1",
            authorization=None,
            protocol="query",
            service="service",
            region="us-east-1",
            operation="",
            params={},
        )
        scope = parse(environ({"authorization": authorization("sts", "host;x-amz-date")}), b"").authorization
        assert scope is not None
        self.assertEqual(
            signature(request, replace(scope, service="service"), SECRET, "20150830T123600Z"),
            "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
        )

    def signed(self, moment: datetime, **changes: str) -> AwsRequest:
        stamp = moment.strftime("%Y%m%dT%H%M%SZ")
        headers = {"host": "127.0.0.1", "x-amz-date": stamp}
        signed_headers = changes.pop("signed", "host;x-amz-date")

        def build(value: str, extra: dict[str, str]) -> AwsRequest:
            text = authorization("iam", signed_headers, value, stamp[:8])
            return parse(environ({**headers, **extra, "authorization": text}), b"Action=GetUser")

        draft = build("0" * 64, {})
        assert draft.authorization is not None
        return build(signature(draft, draft.authorization, SECRET, stamp), changes)

    def refusal(self, request: AwsRequest, secret: str = SECRET) -> str:
        assert request.authorization is not None
        with self.assertRaises(AwsError) as caught:
            verify(request, request.authorization, secret)
        self.assertEqual(caught.exception.code, "SignatureDoesNotMatch")
        return caught.exception.message

    def test_what_was_signed_holds(self) -> None:
        request = self.signed(datetime.now(timezone.utc))
        assert request.authorization is not None
        verify(request, request.authorization, SECRET)

    def test_what_was_not_signed_does_not(self) -> None:
        now = datetime.now(timezone.utc)
        self.assertIn("we calculated does not match", self.refusal(self.signed(now), SECRET + "x"))
        self.assertIn("we calculated does not match", self.refusal(self.signed(now, host="localhost")))
        self.assertIn(
            "we calculated does not match", self.refusal(replace(self.signed(now), body=b"Action=DeleteUser"))
        )
        self.assertIn("Signature expired", self.refusal(self.signed(now - timedelta(minutes=16))))
        self.assertIn("not yet current", self.refusal(self.signed(now + timedelta(minutes=16))))
        self.assertIn("'Host' must be", self.refusal(self.signed(now, signed="x-amz-date")))


class Answers(unittest.TestCase):
    def test_errors_in_both_protocols(self) -> None:
        status, kind, body = render(access_denied("no <way>"), "json", "", "id")
        self.assertEqual((status, kind), (400, "application/x-amz-json-1.0"))
        self.assertEqual(
            json.loads(body),
            {"__type": "com.amazon.coral.service#AccessDeniedException", "message": "no <way>"},
        )
        status, kind, body = render(access_denied("no <way>"), "query", "urn:x", "id")
        self.assertEqual((status, kind), (403, "text/xml"))
        self.assertIn(b"<Code>AccessDenied</Code><Message>no &lt;way&gt;</Message>", body)

    def test_results_leave_out_what_is_none(self) -> None:
        body = response("Ask", "urn:x", {"A": {"B": "1 & 2"}, "C": None}, "id")
        self.assertIn(b"<AskResult><A><B>1 &amp; 2</B></A></AskResult>", body)


class OneTimeCodes(unittest.TestCase):
    def test_the_values_of_rfc_6238(self) -> None:
        seed = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
        for moment, code in [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")]:
            self.assertEqual(code_at(seed, moment), code)
