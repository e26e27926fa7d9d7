"""The build watch: how it judges a build, when a deployment has begun, and its messages."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landfall.builds import build_watch
from landfall.builds.build_watch import BuildView, Built, Phase
from landfall.model import UNKNOWN, State, failed
from landfall.telling import build_notice
from tests.support import builders as b

ARN = "arn:aws:codebuild:eu-west-1:123456789012:build/landfall-build-sample:0b1c"
STARTED = "2026-01-02T03:00:00Z"
EXPORTED = {"GIT_SHA": b.SHA, "IMAGE_DIGEST": b.DIGEST, "BUILT": "yes"}
MINE = build_watch.reason(7, "one")


def view(**changes: Any) -> BuildView:
    """Return a build that succeeded."""
    known: dict[str, Any] = {
        "arn": ARN,
        "project": "landfall-build-sample",
        "status": "SUCCEEDED",
        "started_at": STARTED,
        "source_version": b.SHA,
        "exported": EXPORTED,
    }
    return BuildView(**{**known, **changes})


def built(**changes: Any) -> Built:
    """Return it as it travels."""
    known: dict[str, Any] = {"git_sha": b.SHA, "image_digest": b.DIGEST, "pushed": True}
    return Built("sample", "landfall-build-sample", ARN, STARTED, **{**known, **changes})


@pytest.mark.parametrize(("exported", "pushed"), [("yes", True), ("no", False)])
def test_a_build_that_made_an_image_is_waited_for(exported: str, pushed: bool) -> None:
    """Its image, and whether it was pushed now or was there already."""
    verdict, known = build_watch.assess(view(exported={**EXPORTED, "BUILT": exported}), b.settings_of(), 7)

    assert (verdict.state, verdict.code, verdict.retry_after) == (State.WAIT, "BUILT", 7)
    assert known == built(pushed=pushed)


REFUSED = Phase("PRE_BUILD", "FAILED", "final-v3 is no commit")
BAD = {
    "failed": ({"status": "FAILED", "phases": (REFUSED,)}, "BUILD_FAILED", "PRE_BUILD FAILED: final-v3 is no commit"),
    "the first phase that failed tells": (
        {"status": "FAILED", "phases": (Phase("SUBMITTED", "SUCCEEDED"), REFUSED, Phase("POST_BUILD", "FAILED", "so"))},
        "BUILD_FAILED",
        "PRE_BUILD FAILED",
    ),
    "no message": ({"status": "FAILED", "phases": (Phase("BUILD", "FAILED"),)}, "BUILD_FAILED", "gives no message"),
    "a fault of AWS's": ({"status": "FAULT"}, "BUILD_FAULT", "names no phase"),
    "stopped": ({"status": "STOPPED", "phases": (Phase("BUILD", "STOPPED"),)}, "BUILD_STOPPED", "BUILD STOPPED"),
    "timed out": ({"status": "TIMED_OUT"}, "BUILD_TIMED_OUT", "TIMED_OUT"),
    "exported nothing": ({"exported": {}}, "BUILD_UNREADABLE", "GIT_SHA is '', IMAGE_DIGEST is '', BUILT is ''"),
    "no commit": ({"exported": {**EXPORTED, "GIT_SHA": "main"}}, "BUILD_UNREADABLE", "GIT_SHA is 'main'"),
    "no digest": ({"exported": {**EXPORTED, "IMAGE_DIGEST": "latest"}}, "BUILD_UNREADABLE", "IMAGE_DIGEST is 'latest'"),
    "built or not": ({"exported": {**EXPORTED, "BUILT": "maybe"}}, "BUILD_UNREADABLE", "BUILT is 'maybe'"),
    "very long": ({"exported": {**EXPORTED, "BUILT": "x" * 9999}}, "BUILD_UNREADABLE", "…"),
}


@pytest.mark.parametrize(("changes", "code", "why"), BAD.values(), ids=BAD.keys())
def test_a_build_that_made_no_image_is_told_of(changes: dict[str, Any], code: str, why: str) -> None:
    """Failed, stopped, or a success that says nothing usable: each with its code and what went wrong first."""
    verdict, known = build_watch.assess(view(**changes), b.settings_of(), 7)

    assert (verdict.state, verdict.code) == (State.FAIL, code)
    assert why in verdict.reason
    assert b.is_bounded(verdict)
    assert known.image_digest == UNKNOWN


WORDS = st.sampled_from(["", "yes", "no", b.SHA, b.DIGEST, f"{b.SHA}\n", b.SHA.upper()]) | st.text(max_size=90)


@given(st.sampled_from(build_watch.ENDED), st.dictionaries(st.sampled_from(list(EXPORTED)), WORDS))
def test_only_an_image_of_a_commit_is_waited_for(status: str, exported: dict[str, str]) -> None:
    """Garbage in a build's exports never becomes part of an execution's name."""
    verdict, known = build_watch.assess(view(status=status, exported=exported), b.settings_of(), 7)

    whole = build_watch.EXPORTS.keys() == exported.keys()
    good = whole and all(shape.fullmatch(exported[name]) for name, shape in build_watch.EXPORTS.items())
    assert (verdict.state == State.WAIT) is (status == "SUCCEEDED" and good)
    assert b.is_bounded(verdict)
    assert len(known.git_sha) <= 80


def record(**fields: Any) -> dict[str, Any]:
    """Return a ledger record of the image."""
    return {"deployment_id": "20260102T030405Z-one", "reason": "push of it", **fields}


BEGAN = {
    "by its push": ([record()], "BEGUN"),
    "and ended well": ([record(outcome="SUCCEEDED")], "BEGUN"),
    "and was overtaken": ([record(outcome="SKIPPED")], "BEGUN"),
    "and was taken back": ([record(outcome="ROLLED_BACK")], "BEGUN"),
    "long ago": ([record(deployment_id="20200101T000000Z-old")], "BEGUN"),
    "started by another watch of the build": ([record(reason=build_watch.reason(7, "two"))], "BEGUN"),
    "started by this watch, whose answer was lost": ([record(reason=MINE)], "NOT_BEGUN"),
    "and by its push, late": ([record(), record(reason=MINE)], "NOT_BEGUN"),
    "not": ([], None),
}


@pytest.mark.parametrize(("records", "code"), BEGAN.values(), ids=BEGAN.keys())
def test_a_deployment_has_begun(records: list[dict[str, Any]], code: str | None) -> None:
    """Any record of the image says so, but for that of the deployment this watch itself had to start."""
    verdict = build_watch.begun(records, MINE)

    assert (verdict.code if verdict else None) == code


def test_the_missing_deployment_is_asked_for_by_the_images_name() -> None:
    """Two watches of one image ask for the same name, so that it starts once, and never for the same input."""
    name, document = build_watch.request(built(), "2026-01-02T03:04:00Z", MINE)
    again, other = build_watch.request(built(), "2026-01-02T03:04:00Z", build_watch.reason(7, "two"))

    assert name == again == f"build-sample-{'1' * 32}"
    assert document != other
    assert document["requested_by"] == "build watch"
    assert (document["image_tag"], document["image_digest"]) == (b.SHA, b.DIGEST)
    assert document["pushed_at"] == "2026-01-02T03:04:00Z"


def test_a_reason_is_one_that_a_request_takes() -> None:
    """EventBridge's names of executions are long; a reason has 200 characters at most."""
    assert len(build_watch.reason(10**6, "x" * 80)) <= 200


FAILED = failed("BUILD_TIMED_OUT", "BUILD TIMED_OUT: after 60 minutes")
DROPPED = build_watch.started("build-sample-1", first=True)


def test_a_failed_build_is_told_with_project_phase_reason_and_link() -> None:
    """The message says what failed, where to look, and that nothing was deployed."""
    text = build_notice.notice(built(image_digest=UNKNOWN), FAILED).text

    assert text.splitlines()[0] == f"BUILD_FAILED: sample, commit {b.SHA}"
    for part in ("landfall-build-sample", "BUILD TIMED_OUT: after 60 minutes", "what ran still runs"):
        assert part in text
    assert (
        "https://eu-west-1.console.aws.amazon.com/codesuite/codebuild/123456789012/projects/landfall-build-sample"
        "/build/landfall-build-sample%3A0b1c/?region=eu-west-1"
    ) in text


def test_a_push_that_started_nothing_is_told_with_what_was_started() -> None:
    """And that something is wrong with the event, or it will happen again."""
    text = build_notice.notice(built(), DROPPED).text

    assert text.startswith("NOT_BEGUN: sample")
    for part in ("build-sample-1 was started", "dead-letter queue", b.DIGEST):
        assert part in text


@pytest.mark.parametrize(("verdict", "outcome"), [(FAILED, "BUILD_FAILED"), (DROPPED, "NOT_BEGUN")])
def test_a_notice_can_be_filtered_as_a_deployments_can(verdict: Any, outcome: str) -> None:
    """The same attributes; neither wakes anybody up, since the service runs what it ran."""
    assert build_notice.notice(built(), verdict).attributes == {
        "outcome": outcome,
        "service": "sample",
        "severity": "notice",
        "code": verdict.code,
    }
    subject = build_notice.notice(built(git_sha="fünf" * 30), verdict).subject
    assert subject.startswith(f"Landfall: {outcome} sample f?nf")
    assert len(subject) <= 100


@pytest.mark.parametrize(("first", "state"), [(True, State.FAIL), (False, State.PASS)])
def test_who_started_a_missing_deployment(first: bool, state: State) -> None:
    """Only the watch that started it tells people; the name in both lets them find the execution."""
    verdict = build_watch.started("build-sample-1", first)
    assert verdict.state == state
    assert "build-sample-1" in verdict.reason
