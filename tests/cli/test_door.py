"""Requests to Landfall's function URLs: what is signed, and what an answer means that is not Landfall's own."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.credentials import ReadOnlyCredentials

from cli.deployments import door
from cli.exits import NotKnown, Refused
from tests.cli.answering import answering

MINE = ReadOnlyCredentials("AKIDEXAMPLE", "secret", "token")


def posted(status: int, body: Any, **more: Any) -> dict[str, Any]:
    """Send an abort to whatever answers so."""
    text = body if isinstance(body, str) else json.dumps(body)
    with answering(lambda _: (status, text.encode())) as url:
        return door.posted(door.ABORTS, url, MINE, "eu-west-1", {"service": "api", "deployment": "d", **more})


def said(status: int, message: str) -> dict[str, Any]:
    """Return a reply of Landfall's function."""
    return {"status": status, "message": message}


def test_what_is_sent_is_what_was_signed() -> None:
    """Letters and emoji of a reason are signed as the bytes that travel, with the session's token."""
    sent: list[bytes] = []

    def answer(body: bytes) -> tuple[int, bytes]:
        sent.append(body)
        return 200, json.dumps(said(200, "aborted by x")).encode()

    with answering(answer) as url:
        told = door.posted(door.ABORTS, url, MINE, "eu-west-1", {"reason": "größer 🚀 שלום"})
    assert told == said(200, "aborted by x")
    assert json.loads(sent[0]) == {"reason": "größer 🚀 שלום"}
    assert sent[0].isascii()


@pytest.mark.parametrize(
    ("status", "body", "kind", "code", "part"),
    [
        (403, said(403, "x is not in `aborters`"), Refused, "NOT_AN_ABORTER", "x is not in `aborters`"),
        (409, said(409, "ended as SUCCEEDED"), Refused, "NOT_UNDER_WAY", "ended as SUCCEEDED"),
        (503, said(503, "send it again"), Refused, "NOT_STOPPED", "send it again"),
        (403, {"Message": "Forbidden. For troubleshooting"}, Refused, "NOT_ALLOWED", "policy landfall-aborter"),
        (403, {"Message": None}, Refused, "NOT_ALLOWED", "policy landfall-aborter"),
        (
            403,
            {"message": "The request signature we calculated does not match the signature you provided."},
            Refused,
            "NOT_ALLOWED",
            "The request signature we calculated does not match",
        ),
        (403, {"message": "The security token included in the request is expired"}, Refused, "NOT_ALLOWED", "expired"),
        (404, {"Message": None}, Refused, "NOT_ALLOWED", "(404) before Landfall saw it"),
        (413, "<html>too large</html>", Refused, "NOT_ALLOWED", "(413) before Landfall saw it"),
        (302, "", Refused, "NOT_ALLOWED", "(302) before Landfall saw it"),
        (429, {"Reason": "ConcurrentInvocationLimitExceeded", "message": "Rate Exceeded."}, Refused, "BUSY", "again"),
        (502, "Internal Server Error", NotKnown, "DOOR_FAILED", "see `landfall show`"),
        (504, {"message": "Endpoint request timed out"}, NotKnown, "DOOR_FAILED", "timed out"),
        (503, {"message": "Service Unavailable"}, NotKnown, "DOOR_FAILED", "see `landfall show`"),
        (200, "<html>please log in</html>", NotKnown, "NO_DOOR", "did not come from Landfall's function"),
        (200, {"message": "ok"}, NotKnown, "NO_DOOR", "did not come from Landfall's function"),
        (200, "", NotKnown, "NO_DOOR", "did not come from Landfall's function"),
        (200, said(409, "x"), NotKnown, "NO_DOOR", "did not come from Landfall's function"),
        (200, "[" * 9000, NotKnown, "NO_DOOR", "did not come from Landfall's function"),
    ],
)
def test_only_landfall_s_own_word_counts(status: int, body: Any, kind: type[Refused], code: str, part: str) -> None:
    """What AWS, a proxy or a log-in page answers is never taken for an abort, nor for the door's own refusal."""
    with pytest.raises(kind) as raised:
        posted(status, body)
    assert (type(raised.value), raised.value.code) == (kind, code)
    assert part in str(raised.value)


def test_what_aws_says_writes_nothing_on_the_terminal() -> None:
    """It is text from elsewhere: no control sequence, no second line, no command of a CI's log, and not too much."""
    with pytest.raises(Refused) as raised:
        posted(403, {"message": "\x1b[2J\n::error::x" + "y" * 5000})
    assert "\x1b" not in str(raised.value)
    assert "\n" not in str(raised.value)
    assert len(str(raised.value)) < 600
