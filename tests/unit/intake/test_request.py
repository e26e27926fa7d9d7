"""Requests: what starts a release, what is ignored, what is rejected and with which words."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landfall.errors import InvalidRequest
from landfall.intake import request
from landfall.intake.document import KEYS
from landfall.intake.request import Ignored, Recovery, Request
from landfall.model import UNKNOWN, Intent
from landfall.text import plain_text
from tests.support import builders as b

SETTINGS = b.settings(b.settings_of(), b.settings_of(name="other", repository="landfall/other"))
GOOD = {"service": "sample", "image_tag": b.SHA}


def event(**detail: Any) -> dict[str, Any]:
    """Return the ECR event of a push (Amazon ECR user guide, "Amazon ECR events and EventBridge")."""
    pushed = {
        "result": "SUCCESS",
        "repository-name": "landfall/sample",
        "image-digest": b.DIGEST,
        "action-type": "PUSH",
        "image-tag": b.SHA,
    }
    return {
        "version": "0",
        "id": "13cde686-328b-6117-af20-0e5566167482",
        "detail-type": "ECR Image Action",
        "source": "aws.ecr",
        "account": "123456789012",
        "time": "2026-01-02T03:04:05Z",
        "region": "us-east-1",
        "resources": [],
        "detail": {**pushed, **detail},
    }


def test_push_is_a_release() -> None:
    """A push of a commit's image to a configured repository asks for its release."""
    wanted = request.read(event(), SETTINGS)
    assert isinstance(wanted, Request)
    assert (wanted.service.name, wanted.image_tag, wanted.image_digest) == ("sample", b.SHA, b.DIGEST)
    assert (wanted.intent, wanted.requested_by) == (Intent.RELEASE, "ECR push")


TAGGED = b.settings(b.settings_of(tag_pattern=r"sha-(?P<commit>[0-9a-f]{7,40})"))


@pytest.mark.parametrize(("tag", "commit"), [(f"sha-{b.SHA[:7]}", b.SHA[:7]), (f"sha-{b.SHA}", b.SHA), (b.SHA, b.SHA)])
def test_a_tag_of_the_settings_own_form(tag: str, commit: str) -> None:
    """A push or a person may name a release by it; all digits of a commit do so always."""
    for document in (event(**{"image-tag": tag}), {**GOOD, "image_tag": tag}):
        wanted = request.read(document, TAGGED)
        assert isinstance(wanted, Request)
        assert (wanted.image_tag, wanted.commit) == (tag, commit)


def test_what_the_form_does_not_read() -> None:
    """The words name the setting, and what was found where a commit should be."""
    answer = request.read(event(**{"image-tag": "latest"}), TAGGED)
    assert isinstance(answer, Ignored)
    assert "services.sample.tag_pattern" in answer.why
    loose = b.settings(b.settings_of(tag_pattern="v(.+)"))
    with pytest.raises(InvalidRequest, match=r"'1\.2\.3'.*7 to 40 hex digits"):
        request.read({**GOOD, "image_tag": "v1.2.3"}, loose)


IGNORED = {
    "another repository": (event(**{"repository-name": "somebody/else"}), "'somebody/else' belongs to no service"),
    "no repository": (event(**{"repository-name": None}), "belongs to no service"),
    "untagged": (event(**{"image-tag": ""}), "untagged"),
    "no tag": (event(**{"image-tag": None}), "untagged"),
    "a build cache": (event(**{"image-tag": "buildcache"}), "'buildcache' is not a 40-hex commit SHA"),
    "a short SHA": (event(**{"image-tag": b.SHA[:12]}), "not a 40-hex commit SHA"),
    "a SHA in capitals": (event(**{"image-tag": b.SHA.upper()}), "not a 40-hex commit SHA"),
    "a SHA and a newline": (event(**{"image-tag": b.SHA + "\n"}), "not a 40-hex commit SHA"),
    "a tag that is no text": (event(**{"image-tag": 7}), "not a 40-hex commit SHA"),
    "a delete": (event(**{"action-type": "DELETE"}), "not a successful push"),
    "a failure": (event(result="FAILURE"), "not a successful push"),
    "a malformed digest": (event(**{"image-digest": "md5:1"}), "'md5:1' is not a sha256 digest"),
    "another source": ({**event(), "source": "aws.s3"}, "not an ECR image action"),
    "another type": ({**event(), "detail-type": "ECR Image Scan"}, "not an ECR image action"),
    "no type": ({"source": "aws.ecr", "detail": event()["detail"]}, "not an ECR image action"),
    "no detail": ({**event(), "detail": None}, "no detail"),
}


@pytest.mark.parametrize(("document", "why"), IGNORED.values(), ids=IGNORED.keys())
def test_event_that_concerns_no_release_is_ignored(document: Any, why: str) -> None:
    """Pushes of build caches, child manifests and other repositories raise no alarm, and say why they don't."""
    answer = request.read(document, SETTINGS)
    assert isinstance(answer, Ignored)
    assert why in answer.why


def test_recovery_by_hand() -> None:
    """A person or the sweep may name the deployment to recover: its service must be known, its image is recorded."""
    document = {"service": "sample", "intent": "recover", "deployment_id": "20260102T030405Z-one"}
    assert request.read(document, SETTINGS) == Recovery(service="sample", deployment_id="20260102T030405Z-one")


ENDS = {"FAILED": True, "TIMED_OUT": True, "ABORTED": True, "SUCCEEDED": False, "RUNNING": False, "": False}


@pytest.mark.parametrize(("status", "is_recovery"), ENDS.items(), ids=ENDS.keys())
def test_end_of_an_execution(status: str, is_recovery: bool) -> None:
    """Only an execution that ended badly is looked after; its own ARN says which deployment it was."""
    detail = {"executionArn": b.EXECUTION, "status": status}
    told = {"source": "aws.states", "detail-type": "Step Functions Execution Status Change", "detail": detail}
    answer = request.read(told, SETTINGS)
    assert (answer == Recovery(execution_arn=b.EXECUTION)) is is_recovery
    assert isinstance(answer, Recovery | Ignored)


BY_HAND = {
    "tag": (GOOD, (b.SHA, None, "", UNKNOWN)),
    "digest": ({"service": "sample", "image_digest": b.DIGEST}, (None, b.DIGEST, "", UNKNOWN)),
    "both": ({**GOOD, "image_digest": b.DIGEST}, (b.SHA, b.DIGEST, "", UNKNOWN)),
    "all fields": (
        {**GOOD, "intent": "release", "reason": "hotfix: ü", "requested_by": "ann"},
        (b.SHA, None, "hotfix: ü", "ann"),
    ),
}


@pytest.mark.parametrize(("document", "expected"), BY_HAND.values(), ids=BY_HAND.keys())
def test_request_by_hand(document: Any, expected: tuple[Any, ...]) -> None:
    """A request by hand says which service and image; who asked is a claim, UNKNOWN if absent."""
    wanted = request.read(document, SETTINGS)
    assert isinstance(wanted, Request)
    assert (wanted.image_tag, wanted.image_digest, wanted.reason, wanted.requested_by) == expected


def test_request_for_a_lost_push() -> None:
    """It replaces the lost push, so a newer push overtakes it. A person's request is never overtaken."""
    wanted = request.read({**GOOD, "pushed_at": "2026-01-02T03:04:05Z"}, SETTINGS)

    assert isinstance(wanted, Request)
    assert (wanted.by_push, wanted.pushed_at) == (True, "2026-01-02T03:04:05Z")


INVALID = {
    "unknown service": ({**GOOD, "service": "nope"}, "UNKNOWN_SERVICE", ("service", "'nope'", "sample, other")),
    "empty service": ({**GOOD, "service": ""}, "UNKNOWN_SERVICE", ("service", "''", "sample, other")),
    "no service": ({"image_tag": b.SHA}, "MISSING_FIELD", ("service", "sample, other")),
    "a rollback's word for a release": (
        {**GOOD, "cross_migration": "true"},
        "BAD_FIELD",
        ("cross_migration", "rollback"),
    ),
    "cross_migration no": (
        {**GOOD, "intent": "rollback", "cross_migration": "no"},
        "BAD_FIELD",
        ("cross_migration", "'no'", "'true'"),
    ),
    "service null": ({**GOOD, "service": None}, "BAD_FIELD", ("service", "None", "text")),
    "nothing": ({}, "MISSING_FIELD", ("service", "sample, other")),
    "neither tag nor digest": ({"service": "sample"}, "MISSING_FIELD", ("image_tag", "image_digest", "SHA")),
    "tag of a human": ({**GOOD, "image_tag": "final-v3"}, "BAD_TAG", ("image_tag", "'final-v3'", "40-hex")),
    "latest": ({**GOOD, "image_tag": "latest"}, "BAD_TAG", ("image_tag", "'latest'", "40-hex")),
    "empty tag": ({**GOOD, "image_tag": ""}, "BAD_TAG", ("image_tag", "''", "40-hex")),
    "short tag": ({**GOOD, "image_tag": b.SHA[:39]}, "BAD_TAG", ("image_tag", "40-hex")),
    "long tag": ({**GOOD, "image_tag": f"{b.SHA}a"}, "BAD_TAG", ("image_tag", "40-hex")),
    "tag in capitals": ({**GOOD, "image_tag": b.SHA.upper()}, "BAD_TAG", ("image_tag", "40-hex")),
    "tag with a newline": ({**GOOD, "image_tag": f"{b.SHA}\n"}, "BAD_FIELD", ("image_tag", "line breaks")),
    "tag is a number": ({**GOOD, "image_tag": 7}, "BAD_FIELD", ("image_tag", "7", "text")),
    "tag is a list": ({**GOOD, "image_tag": [b.SHA]}, "BAD_FIELD", ("image_tag", "text")),
    "digest without algorithm": (
        {"service": "sample", "image_digest": "1" * 64},
        "BAD_DIGEST",
        ("image_digest", "sha256:"),
    ),
    "digest too short": ({"service": "sample", "image_digest": "sha256:12"}, "BAD_DIGEST", ("'sha256:12'", "64 hex")),
    "good tag, bad digest": ({**GOOD, "image_digest": "x"}, "BAD_DIGEST", ("image_digest", "'x'")),
    "unknown field": ({**GOOD, "force": "yes"}, "UNKNOWN_FIELD", ("'force'", "image_tag")),
    "unknown field with a secret": ({**GOOD, "token": "s3cr3t"}, "UNKNOWN_FIELD", ("'token'",)),
    "cluster": ({**GOOD, "cluster": "prod"}, "UNKNOWN_FIELD", ("'cluster'", "service")),
    "base URL": ({**GOOD, "base_url": "http://evil"}, "UNKNOWN_FIELD", ("'base_url'",)),
    "role": ({**GOOD, "task_role": "admin"}, "UNKNOWN_FIELD", ("'task_role'",)),
    "repository": ({**GOOD, "repository": "evil"}, "UNKNOWN_FIELD", ("'repository'",)),
    "an event's field beside ours": ({**GOOD, "source": "me"}, "UNKNOWN_FIELD", ("'source'",)),
    "an event with ours beside it": ({**event(), "service": "sample"}, "UNKNOWN_FIELD", ("'version'",)),
    "unknown intent": ({**GOOD, "intent": "destroy"}, "UNKNOWN_INTENT", ("intent", "'destroy'", "'release'")),
    "recover what": (
        {"service": "sample", "intent": "recover"},
        "BAD_FIELD",
        ("deployment_id", "'recover'"),
    ),
    "recover of no service": (
        {"service": "", "intent": "recover", "deployment_id": "x"},
        "MISSING_FIELD",
        ("service and deployment_id",),
    ),
    "recover no deployment": (
        {"service": "sample", "intent": "recover", "deployment_id": ""},
        "MISSING_FIELD",
        ("service and deployment_id",),
    ),
    "a push on a day that is none": (
        {**GOOD, "pushed_at": "2026-02-30T00:00:00Z"},
        "BAD_FIELD",
        ("pushed_at", "'2026-02-30T00:00:00Z'"),
    ),
    "a push at no time": ({**GOOD, "pushed_at": "yesterday"}, "BAD_FIELD", ("pushed_at", "'yesterday'", "UTC")),
    "a push in another zone": ({**GOOD, "pushed_at": "2026-01-02T03:04:05+01:00"}, "BAD_FIELD", ("pushed_at", "UTC")),
    "a rollback that could be overtaken": (
        {**GOOD, "intent": "rollback", "pushed_at": "2026-01-02T03:04:05Z"},
        "BAD_FIELD",
        ("pushed_at", "'release'"),
    ),
    "a deployment without recovery": ({**GOOD, "deployment_id": "x"}, "BAD_FIELD", ("deployment_id", "'recover'")),
    "reason too long": ({**GOOD, "reason": "x" * 201}, "BAD_FIELD", ("reason", "201", "200")),
    "reason that forges a line": (
        {**GOOD, "reason": "x\nLive now: all is well"},
        "BAD_FIELD",
        ("reason", "line breaks"),
    ),
    "requester that forges a line": ({**GOOD, "requested_by": "a\r\nb"}, "BAD_FIELD", ("requested_by",)),
    "half a surrogate pair": ({**GOOD, "reason": "\ud800"}, "BAD_FIELD", ("reason",)),
    "a list": ([GOOD], "BAD_INPUT", ("object", "'service'")),
    "text": ("sample", "BAD_INPUT", ("'sample'", "object")),
    "null": (None, "BAD_INPUT", ("None", "object")),
    "a number": (7, "BAD_INPUT", ("7", "object")),
}


@pytest.mark.parametrize(("document", "code", "parts"), INVALID.values(), ids=INVALID.keys())
def test_bad_request_is_told_field_value_and_way_out(document: Any, code: str, parts: tuple[str, ...]) -> None:
    """Bad input is refused with the field, the value and the way out, and never repeats an unknown field's value."""
    with pytest.raises(InvalidRequest) as caught:
        request.read(document, SETTINGS)
    assert caught.value.code == code
    message = str(caught.value)
    assert all(part in message for part in parts), message
    assert "s3cr3t" not in message
    assert len(message) < 500
    message.encode()


TEXTS = st.sampled_from(
    ["sample", "other", b.SHA, b.DIGEST, "release", "recover", "final-v3", "aws.ecr", "ECR Image Action", ""]
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | TEXTS | st.text(max_size=300)
NAMES = st.sampled_from([*KEYS, "source", "detail-type", "detail", "cluster", "base_url"]) | st.text(max_size=5)
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=5), max_leaves=10
)
LIKELY = st.dictionaries(st.sampled_from(KEYS), TEXTS | SCALARS, max_size=6)
EVENTS = st.dictionaries(st.sampled_from(list(event()["detail"])), TEXTS | SCALARS).map(lambda d: event(**d))


def read_or_refused(document: Any) -> object:
    """Return what a document is. Anything else that is raised is a bug."""
    try:
        return request.read(document, SETTINGS)
    except InvalidRequest as error:
        return error


@given(JSON | LIKELY | EVENTS)
def test_any_json_is_a_request_or_ignored_or_invalid(document: Any) -> None:
    """Whatever a console user types: one of three answers, and where to deploy comes from the settings alone."""
    answer = read_or_refused(document)
    assert isinstance(answer, Request | Recovery | Ignored | InvalidRequest)
    if isinstance(answer, Recovery):
        assert answer.service in ("sample", "other")
    if isinstance(answer, InvalidRequest):
        assert answer.code
        assert str(answer).encode()
    if isinstance(answer, Request):
        assert answer.service in SETTINGS.services
        assert answer.image_tag or answer.image_digest
        assert len(answer.reason) <= 200
        assert plain_text.is_text(f"{answer.reason}{answer.requested_by}")
