"""What a request to a function URL may be: cases that people ran into elsewhere, with the right answer of each."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from landfall.door import signed
from landfall.door.reply import Reply
from landfall.door.signed import Signed
from landfall.naming import deployment
from landfall.redaction.kind import OwnKind

ARN = "arn:aws:sts::123456789012:assumed-role/OnCall/s1"
ID = "20260102T030405Z-api-1a2b3c4-5d6e7f"
EVENTBRIDGE = "0f3c9a1e-1b2c-3d4e-5f60-718293a4b5c6_1f3c9a1e-1b2c-3d4e-5f60-718293a4b5c6"
"""The name that EventBridge gives an execution that it starts."""


def event(body: Any = None, **more: Any) -> dict[str, Any]:
    """Return what Lambda hands over for a signed POST."""
    context = {"http": {"method": "POST"}, "authorizer": {"iam": {"userArn": ARN}}}
    text = body if isinstance(body, str | None) else json.dumps(body)
    return {"requestContext": context, "body": text, **more}


def asked(**body: Any) -> Signed | Reply:
    """Return how a body is read."""
    return signed.read(event({"service": "api", "deployment": ID, **body}))


def reason(text: str) -> str:
    """Return what is recorded of a reason."""
    found = asked(reason=text)
    assert isinstance(found, Signed), found
    return found.reason


@pytest.mark.parametrize(
    "name",
    [
        ID,
        deployment(EVENTBRIDGE, "2026-01-02T03:04:05Z"),
        deployment("n" * 80, "2026-01-02T03:04:05Z"),
        deployment("hot.fix+1(b)=@home!", "2026-01-02T03:04:05Z"),
        "größe",
    ],
)
def test_every_deployment_can_be_named(name: str) -> None:
    """A push's execution is named by EventBridge and a person's by the person; a time in front makes it longer."""
    found = asked(deployment=name)
    assert isinstance(found, Signed)
    assert found.deployment == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        "../x",
        "a/b",
        "a b",
        "a:b",
        "a\n",
        "a\u202eb",
        "a\u200bb",
        "\ud800",
        "x" * 98,
        "*",
        "a,b",
        "a\x9bb",
        7,
        None,
        ["x"],
    ],
)
def test_what_is_no_deployment_s_id_is_refused(name: Any) -> None:
    """Nothing that no execution can be called, or that looks like another one, is looked up."""
    found = asked(deployment=name)
    assert isinstance(found, Reply)
    assert (found.status, "`deployment`" in found.message) == (400, True)


@pytest.mark.parametrize("name", ["", "a.b", "a b", "x" * 81, "a\n", 7, None, {}])
def test_what_is_no_service_s_name_is_refused(name: Any) -> None:
    """Names of services are those of services.toml."""
    found = asked(service=name)
    assert isinstance(found, Reply)
    assert (found.status, "`service`" in found.message) == (400, True)


@pytest.mark.parametrize(
    "body",
    [
        *("", "null", "[]", "1", '"x"', "{", "[" * 9000, "9" * 5000, "\x00", None),
        *({"service": "api"}, {"deployment": ID}, {"service": "api", "deployment": ID, "reason": 7}),
        {"service": "api", "deployment": ID, "reason": "x" * signed.MOST_BODY},
        {"service": "api", "deployment": ID, "execution_arn": "arn:x"},
    ],
)
def test_a_body_that_asks_nothing_is_a_bad_request(body: Any) -> None:
    """It is the caller's mistake, so it is no failure of the function, which would raise an alarm."""
    found = signed.read(event(body))
    assert isinstance(found, Reply)
    assert found.status == 400


@pytest.mark.parametrize("size", [16384, 16385])
def test_a_body_has_sixteen_kibibytes(size: int) -> None:
    """Of a longer one nothing is read, and the reply says how long it may be."""
    body = json.dumps({"service": "api", "deployment": ID})
    found = signed.read(event(body.ljust(size)))
    assert isinstance(found, Signed if size == 16384 else Reply)
    assert isinstance(found, Signed) or "at most 16384 characters" in found.message


LONG = "k" * 80


@pytest.mark.parametrize(
    ("keys", "told"),
    [(("zone", "force"), "unknown key: force;"), ((LONG,), f"unknown key: {LONG};"), ((LONG + "k",), "…;")],
)
def test_a_key_that_nothing_reads_is_named(keys: tuple[str, ...], told: str) -> None:
    """The first of them, short enough for a terminal, with those that are read."""
    found = asked(**dict.fromkeys(keys, 1))
    assert isinstance(found, Reply)
    assert told in found.message
    assert found.message.endswith("known are deployment, reason, service")
    assert len(found.message) <= len(f"unknown key: {LONG}; known are deployment, reason, service")


def test_a_reason_is_redacted_by_the_kinds_of_the_settings_too() -> None:
    """Numbers of patients look different in each hospital."""
    body = {"service": "api", "deployment": ID, "reason": "for patient P-4711"}
    found = signed.read(event(body), kinds=(OwnKind("patient", r"P-[0-9]+"),))
    assert isinstance(found, Signed)
    assert "P-4711" not in found.reason
    assert reason("for patient P-4711") == "for patient P-4711"


HIDDEN = base64.b64encode(json.dumps({"service": "api", "deployment": ID}).encode()).decode()


@pytest.mark.parametrize(
    "coded", [HIDDEN[:8] + "%" + HIDDEN[8:], "%%%", "YWJj", "/w==", "é", base64.b64encode(b"\xff\xfe{}").decode()]
)
def test_base64_that_hides_no_json_is_a_bad_request(coded: str) -> None:
    """Function URLs encode bodies of unknown content types, and anybody may send anything."""
    found = signed.read(event(coded, isBase64Encoded=True))
    assert isinstance(found, Reply)
    assert found.status == 400


def test_a_body_in_base64_is_read_as_the_plain_one() -> None:
    """A function URL encodes the body unless its content type is text or JSON."""
    body = json.dumps({"service": "api", "deployment": ID, "reason": "größer 🚀"}, ensure_ascii=False)
    coded = base64.b64encode(body.encode()).decode()
    assert signed.read(event(coded, isBase64Encoded=True)) == signed.read(event(body))


def test_a_query_says_nothing() -> None:
    """What an address says next to the body is not read: one reading of each request."""
    body = json.dumps({"service": "api", "deployment": ID})
    plain = signed.read(event(body))
    assert signed.read(event(body, rawQueryString="deployment=x", queryStringParameters={"deployment": "x"})) == plain


@pytest.mark.parametrize(
    "authorizer",
    [None, {}, [], "iam", {"iam": None}, {"iam": {}}, {"iam": {"userArn": None}}, {"lambda": {"userArn": ARN}}],
)
def test_a_request_without_the_word_of_aws_is_nobody_s(authorizer: Any) -> None:
    """Whoever invokes the function directly, or a URL without AWS_IAM, names no caller: 403, and no crash."""
    found = signed.read({"requestContext": {"http": {"method": "POST"}, "authorizer": authorizer}, "body": "{}"})
    assert isinstance(found, Reply)
    assert found.status == 403


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("wrong colour", "wrong colour"),
        ("  \t ", ""),
        ("\n one\r\ntwo \n", "one  two"),
        ("\x1b[31mred\x1b[0m \x9b1mC1 \x90dcs \x9dosc", "red C1  dcs  osc"),
        ("a\u202egnp.exe\u202c \u2066b\u2069 c\u200b\u200e\ufeff\u00ad\u061cd", "agnp.exe b cd"),
        ("line\u2028para\u2029end\x85", "line para end"),
        ("שלום مرحبا", "שלום مرحبا"),
        ("🚀 👩\u200d🚀 é", "🚀 👩\u200d🚀 é"),
        ("half \ud800 pair", "half   pair"),
        (
            "<script>alert(1)</script> %s $.x States.Format('{}')",
            "<script>alert(1)</script> %s $.x States.Format('{}')",
        ),
    ],
)
def test_a_reason_is_one_line_of_visible_text(text: str, kept: str) -> None:
    """Nothing of it ends a line, moves a cursor or turns text round, and no letter or emoji is lost."""
    assert reason(text) == kept


@pytest.mark.parametrize(
    "secret",
    [
        "AKIAIOSFODNN7EXAMPLE",
        "password=hunter2-and-more",
        "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
        "ann@example.com",
    ],
)
def test_a_secret_in_a_reason_is_not_kept(secret: str) -> None:
    """A reason is in the record, the report, the message and the execution's cause."""
    assert secret not in reason(f"rotate it: {secret}")


@pytest.mark.parametrize("size", [500, 501, 5000])
def test_a_long_reason_is_cut_for_all_to_see(size: int) -> None:
    """The end of what was cut says so."""
    kept = reason(("so many words " * 400)[: size - 1] + ".")
    assert len(kept) == min(size, 500)
    assert kept.endswith("…") is (size > 500)
