"""What a request to the function URL must be: a POST of a caller whom AWS names, with an answer that can be read."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landfall.approval.sent_answer import Asked, read
from landfall.door.reply import Reply

ARN = "arn:aws:sts::123456789012:assumed-role/Approver/s1"
POST = {"method": "POST"}
BODY = {"service": "orders", "deployment": "20260101T000000-orders-abc-1", "answer": "approve", "items": ["backup"]}


def event(body: Any = BODY, arn: Any = ARN, method: Any = "POST", **more: Any) -> dict[str, Any]:
    """Return what Lambda hands over for a request."""
    iam = {"accountId": "123456789012", "userArn": arn}
    context = {"http": {"method": method, "path": "/"}, "authorizer": {"iam": iam}}
    text = body if isinstance(body, str) else json.dumps(body)
    return {"version": "2.0", "requestContext": context, "body": text, "isBase64Encoded": False} | more


def test_an_answer_is_read() -> None:
    """Service, deployment, caller, answer and items are what was sent."""
    asked = read(event())

    assert isinstance(asked, Asked)
    assert (asked.service, asked.deployment) == ("orders", BODY["deployment"])
    assert (str(asked.said.who), asked.said.yes) == ("arn:aws:iam::123456789012:role/Approver", True)
    assert asked.said.items == ("backup",)
    coded = base64.b64encode(json.dumps(BODY).encode()).decode()
    assert read(event(coded, isBase64Encoded=True)) == asked


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "post", "", None])
def test_opening_a_link_answers_nothing(method: Any) -> None:
    """Mail scanners open links (activepieces/activepieces#14255): only POST can answer, whoever calls."""
    reply = read(event(method=method))

    assert isinstance(reply, Reply)
    assert reply.status == 405


@pytest.mark.parametrize("arn", [None, "", "unknown", 7, {}, "arn:aws:iam::123456789012:root"])
def test_a_caller_that_aws_does_not_name_is_turned_away(arn: Any) -> None:
    """Unknown is not a person (Tr3kkR/Yuzu#4128): 403, and nothing is recorded."""
    reply = read(event(arn=arn))

    assert isinstance(reply, Reply)
    assert reply.status == 403


@pytest.mark.parametrize(
    "context", [None, {}, {"http": {"method": "POST"}}, {"http": {"method": "POST"}, "authorizer": None}]
)
def test_a_request_without_an_authorizer_is_turned_away(context: Any) -> None:
    """A function URL without IAM, or a forged event, names nobody."""
    reply = read(event(requestContext=context))

    assert isinstance(reply, Reply)
    assert reply.status in (403, 405)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("", "not a JSON object"),
        ("{", "not a JSON object"),
        ("[]", "not a JSON object"),
        ("[" * 9000, "not a JSON object"),
        ("x" * 20000, "not a JSON object"),
        (BODY | {"userArn": ARN}, "unknown key: userArn"),
        (BODY | {"service": "../x"}, "`service`"),
        (BODY | {"deployment": 7}, "`deployment`"),
        (BODY | {"answer": "yes"}, "`answer`"),
        (BODY | {"answer": True}, "`answer`"),
        (BODY | {"items": "backup"}, "`items`"),
        (BODY | {"items": [1]}, "`items`"),
        (BODY | {"reason": None}, "`reason`"),
    ],
)
def test_a_body_that_cannot_be_read_gets_an_error_that_names_the_key(body: Any, words: str) -> None:
    """Nothing is guessed from a bad body."""
    reply = read(event(body))

    assert isinstance(reply, Reply)
    assert reply.status == 400
    assert words in reply.message


def test_a_reason_is_redacted_and_short() -> None:
    """A reason goes into the record, the report and the page."""
    asked = read(event(BODY | {"reason": "key AKIAIOSFODNN7EXAMPLE " + "x" * 900}))

    assert isinstance(asked, Asked)
    assert "AKIAIOSFODNN7EXAMPLE" not in asked.said.reason
    assert len(asked.said.reason) <= 500


@given(st.recursive(st.none() | st.booleans() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)))
def test_any_body_gets_an_answer(body: Any) -> None:
    """No body makes the function fail."""
    assert isinstance(read(event(body)), Reply)
