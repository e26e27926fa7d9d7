"""What AWS answered in a rehearsal (make rehearsal), given to the adapters again; and that it says nobody's name."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from botocore.session import get_session
from hypothesis import given
from hypothesis import strategies as st

from landfall.errors import LandfallError
from tests.contract.adapters import METHODS, REPLIES
from tests.contract.boundary import SAID, Boundary, Refusal
from tests.contract.outcomes import LISTED, operations, outcome
from tests.contract.rehearsal import hour
from tests.contract.rehearsal.hour import STEPS
from tests.contract.rehearsal.recorder import Recorder
from tests.contract.rehearsal.scrub import ACCOUNT, BYTES, TIME, scrubbed
from tests.support import signing as keys

RECORDED = sorted((Path(__file__).parent / "recorded").glob("*/*.json"))
BEGAN = datetime(2026, 3, 4, tzinfo=UTC)
OWN = {
    "a name in quotes": "'shopping-prod'",
    "an account": "998877665544",
    "an ARN": "arn:aws:ecs:eu-central-1:998877665544:task/prod-cluster/0123456789abcdef0123456789abcdef",
    "an address": "10.20.30.40",
    "an address of IPv6": "2001:db8:85a3:8d3:1319:8a2e:370:7348",
    "a mail address": "jane@corp.example",
    "a host": "internal-corp-prod.eu-central-1.elb.amazonaws.com",
    "a key": "AKIAIOSFODNN7EXAMPLE",
    "a token": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJqYW5lIn0.c2lnbmF0dXJl",
    "an id": "0123456789abcdef0123456789abcdef",
    "a UUID": "8f6e2f0e-1f5b-4a51-9c0b-2a7d1f0f9d11",
    "an interface": "eni-0123456789abcdef0",
}
"""What an account's own reply may hold."""
PLACES = ("status", "reason", "stoppedReason", "message", "name", "taskArn", "Description", "anything", "downloadUrl")


def entries() -> list[Any]:
    """Return each recorded reply, with where it is."""
    return [
        pytest.param(each, id=f"{path.parent.name}/{path.stem}-{n}-{each['operation']}")
        for path in RECORDED
        for n, each in enumerate(json.loads(path.read_text(encoding="utf-8")))
        if each["operation"] in REPLIES
    ]


def read(value: Any) -> Any:
    """Return a reply as botocore had parsed it."""
    match value:
        case {"$time": at}:
            return datetime.fromisoformat(at)
        case {"$bytes": _}:
            return keys.KMS.get_public_key()["PublicKey"]
        case dict():
            return {k: read(v) for k, v in value.items()}
        case list():
            return [read(each) for each in value]
    return value


def answer(entry: Mapping[str, Any]) -> Any:
    """Return what the boundary shall answer: the reply, or the error that it is."""
    reply = read(entry["reply"])
    return Refusal(reply["Error"]["Code"], entry["status"]) if entry["status"] >= 300 else reply


@pytest.mark.parametrize("entry", entries())
def test_a_recorded_reply_is_read(entry: Mapping[str, Any]) -> None:
    """What AWS answered once is a value or an error with a name, whichever method it is an answer to."""
    for method in METHODS:
        if entry["operation"] not in operations(method):
            continue
        came = outcome(method, Boundary({**REPLIES, entry["operation"]: answer(entry)}))
        assert not isinstance(came, Exception) or isinstance(came, LandfallError), f"{method}: {came!r}"


@pytest.mark.parametrize("entry", entries())
def test_a_recorded_reply_is_one_of_the_model(entry: Mapping[str, Any]) -> None:
    """A member that the model does not know, or an error that nobody foresaw, is a new fact about AWS."""
    model = get_session().get_service_model(entry["service"]).operation_model(entry["operation"])
    if entry["status"] >= 300:
        assert entry["reply"]["Error"]["Message"] != SAID
        return
    known = set(model.output_shape.members) if model.output_shape else set()

    assert set(entry["reply"]) <= known
    assert entry["operation"] in LISTED


@pytest.mark.parametrize("path", RECORDED, ids=[f"{p.parent.name}/{p.stem}" for p in RECORDED])
def test_a_recording_says_nobodys_name(path: Path) -> None:
    """A recording is in the repository: no account, no address, no key, no token of anybody's."""
    text = path.read_text(encoding="utf-8")

    assert set(re.findall(r"(?<![0-9a-f])\d{12}(?![0-9a-f])", text)) <= {ACCOUNT}
    assert set(re.findall(r"\b(?:\d{1,3}\.){3}\d{1,3}\b", text)) <= {"10.0.0.1"}
    assert set(re.findall(r"[\w.+-]+@[\w-]+\.[\w.-]+", text)) <= {"somebody@example.com"}
    assert not re.search(r"A[SK]IA[A-Z0-9]{12}|eyJ[\w-]{10}|amazonaws\.com|BEGIN [A-Z ]*KEY", text)
    assert set(re.findall(r"[0-9a-f]{32,}", text)) <= {"0" * 64}


@pytest.mark.parametrize("own", OWN.values(), ids=OWN.keys())
@pytest.mark.parametrize("around", ["{}", "(service {}) has begun {}", '"{}" failed: {}', "see {}, {}"])
def test_what_is_an_accounts_own_is_not_kept(own: str, around: str) -> None:
    """Wherever it stands in a reply: as a text, in a sentence, in JSON within a text, as the key of a map."""
    text = around.format(own, own)
    reply = dict.fromkeys(PLACES, text) | {
        "list": [{"value": text}],
        "output": json.dumps({"Payload": {"verdict": {"reason": f"tasks of {text}", "code": own}}}),
        "map": {own: own},
        "number": int(own) if own.isdigit() else 1,
    }

    assert own not in json.dumps(scrubbed(reply, BEGAN))


@given(st.text(max_size=40))
def test_no_text_of_ones_own_is_kept(text: str) -> None:
    """Under a name that is not known to hold AWS's own words, nothing is kept."""
    kept = scrubbed({"anything": text}, BEGAN)["anything"]

    assert kept in ("", "{}", "[]", "name", "1", ACCOUNT, "https://service.example") or kept.startswith(
        ("arn:", "{", "[")
    )


def test_what_aws_says_is_kept() -> None:
    """What the hour is for: states, reasons, codes, how far apart moments are, and what is left out."""
    reply = {
        "TargetHealth": {
            "State": "unhealthy",
            "Reason": "Target.FailedHealthChecks",
            "Description": "Health checks failed",
        },
        "stoppedReason": "Essential container in task exited",
        "containers": [{"exitCode": 137, "name": "shop", "lastStatus": "STOPPED"}],
        "createdAt": datetime(2026, 3, 4, 0, 1, tzinfo=UTC),
        "PublicKey": b"der",
    }

    assert scrubbed(reply, BEGAN) == {
        "TargetHealth": reply["TargetHealth"],
        "stoppedReason": "Essential container in task exited",
        "containers": [{"exitCode": 137, "name": "name", "lastStatus": "STOPPED"}],
        "createdAt": {TIME: "2026-01-02T03:05:05+00:00"},
        "PublicKey": {BYTES: "scrubbed"},
    }


def test_a_recording_keeps_what_says_something_else(tmp_path: Path) -> None:
    """A hundred looks that say the same are one; a look at another state is another."""
    recorder, model = Recorder(BEGAN), get_session().get_service_model("ecs").operation_model("DescribeServices")
    with recorder.during("first"):
        for status in ("ACTIVE", "ACTIVE", "DRAINING"):
            reply = {"services": [{"status": status, "serviceName": status.lower()}], "failures": []}
            recorder._heard(type("Http", (), {"status_code": 200}), reply, model)
    (path,) = recorder.write(tmp_path, "local")

    kept = [each["reply"]["services"][0]["status"] for each in json.loads(path.read_text(encoding="utf-8"))]
    assert kept == ["ACTIVE", "DRAINING"]


def test_the_hour_is_an_hour() -> None:
    """`make rehearsal DRY=1` says of each step what it proves, what only a real account shows, and what is paid for."""
    text = hour.printed()

    assert all(part in text for step in STEPS for part in (step.id, step.proves, step.only_real, step.paid))
    assert 50 <= sum(step.minutes for step in STEPS) <= 70
