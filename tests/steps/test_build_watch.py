"""The watch's steps: what CodeBuild says of a build, whether its deployment began, and that it is started once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from landfall.errors import AwsCallFailed
from tests.steps import machine, standin
from tests.steps.shared.published import sent
from tests.steps.shared.watched_builds import ended, event, exported, read, started
from tests.support import builders as b


def ensure(build: Any, watch: str = "one") -> Any:
    """Invoke EnsureBegun in the execution `watch`."""
    return machine.invoke("ensure_begun", {"build": build, "within": 7, "watch": watch})["verdict"]


def test_a_good_build_is_waited_for() -> None:
    """As long as the service's settings say; the commit is the one the build resolved."""
    arn = standin.build(buildStatus="SUCCEEDED", exportedEnvironmentVariables=exported())

    answer = read(arn)

    assert (answer["verdict"]["code"], answer["verdict"]["retry_after"]) == ("BUILT", 7)
    assert answer["build"]["image_digest"] == b.DIGEST


def test_a_failed_build_is_read_with_its_phase_and_commit() -> None:
    """CodeBuild's own message, whatever the event says."""
    refused = {"phaseType": "PRE_BUILD", "phaseStatus": "FAILED", "contexts": [{"statusCode": "X", "message": "no"}]}
    arn = standin.build(buildStatus="FAILED", phases=[refused], resolvedSourceVersion=b.OLD_SHA)

    answer = read(arn)

    assert (answer["verdict"]["state"], answer["verdict"]["code"]) == ("FAIL", "BUILD_FAILED")
    assert answer["verdict"]["reason"] == "PRE_BUILD FAILED: no"
    assert answer["build"]["git_sha"] == b.OLD_SHA


OTHERS = {
    "a service that is no longer configured": event(
        "arn:aws:codebuild:us-east-1:123456789012:build/landfall-build-gone:1"
    ),
    "a service without a build table": event("arn:aws:codebuild:us-east-1:123456789012:build/landfall-build-fresh:1"),
    "somebody else's project": event("arn:aws:codebuild:us-east-1:123456789012:build/website:1"),
    "no ARN": event("x"),
    "no text": {"detail": {"build-id": 7}},
    "no detail": {"detail": None},
    "no event": [],
}


@pytest.mark.parametrize("document", OTHERS.values(), ids=OTHERS.keys())
def test_what_is_no_build_of_ours_is_ignored(document: Any) -> None:
    """It is logged, and nothing is asked of CodeBuild."""
    answer = machine.invoke("read_build", {"event": document})

    assert (answer["verdict"]["state"], answer["verdict"]["code"]) == ("PASS", "IGNORED")


@pytest.mark.parametrize("status", ["IN_PROGRESS", None])
def test_a_build_that_can_not_be_judged_yet_is_asked_for_again(status: str | None) -> None:
    """A late read must neither pass for a failed build nor be forgotten: Step Functions tries again, then raises."""
    arn = standin.build(buildStatus=status or "SUCCEEDED")

    with pytest.raises(AwsCallFailed):
        read(arn if status else f"{arn}0")


@pytest.mark.parametrize("was_built", ["yes", "no"])
def test_a_deployment_that_began_is_left_alone(was_built: str) -> None:
    """Whether the image was pushed now or was there, and whatever became of the deployment."""
    build = ended(standin.push(), BUILT=was_built)
    standin.open_record(b.release(image_digest=build["image_digest"]))

    assert ensure(build)["code"] == "BEGUN"
    assert started() == []


def test_a_deployment_that_did_not_begin_is_started_as_its_push_would_have() -> None:
    """Another image's record says nothing; what is started resolves, and a newer push would overtake it."""
    digest = standin.push()
    standin.open_record(b.release(image_digest=b.OTHER_DIGEST))

    verdict = ensure(ended(digest))

    ((name, document),) = started()
    assert (verdict["state"], verdict["code"]) == ("FAIL", "NOT_BEGUN")
    assert name in verdict["reason"]
    assert name == f"build-sample-{digest.removeprefix('sha256:')[:32]}"
    release = machine.resolve(document)["release"]
    assert (release["by_push"], release["image_digest"], release["requested_by"]) == (True, digest, "build watch")
    assert release["requested_at"] <= machine.EXECUTION["started_at"]


def test_a_reused_image_is_asked_for_by_the_build() -> None:
    """Nobody pushed it now: the request is as old as the build, not as the image."""
    build = ended(standin.push(), BUILT="no")

    ensure(build)

    ((_, document),) = started()
    assert document["pushed_at"] == build["asked_at"]


def test_an_event_delivered_twice_starts_and_raises_once() -> None:
    """The second watch finds the execution, before and after it has opened its record."""
    build = ended(standin.push())

    assert ensure(build, "one")["code"] == "NOT_BEGUN"
    assert ensure(build, "two")["code"] == "STARTED_ALREADY"
    ((_, document),) = started()
    standin.open_record(replace(b.release(image_digest=build["image_digest"]), reason=document["reason"]))
    assert ensure(build, "two")["code"] == "BEGUN"
    assert len(started()) == 1


def test_a_lost_answer_is_given_again() -> None:
    """A retry of the step that started the deployment must not believe that it had begun by itself."""
    build = ended(standin.push())

    first = ensure(build)
    assert ensure(build)["code"] == first["code"] == "NOT_BEGUN"
    ((_, document),) = started()
    standin.open_record(replace(b.release(image_digest=build["image_digest"]), reason=document["reason"]))
    assert ensure(build)["code"] == "NOT_BEGUN"
    assert len(started()) == 1


@pytest.mark.parametrize("pushed", [True, False])
def test_a_build_that_produced_nothing_starts_nothing(pushed: bool) -> None:
    """It says that it pushed an image, and ECR has none, or another: that is told of."""
    if pushed:
        standin.push()

    verdict = ensure(ended(b.DIGEST))

    assert (verdict["state"], verdict["code"]) == ("FAIL", "IMAGE_MISSING")
    assert started() == []


def test_people_are_told() -> None:
    """One message, with attributes to filter by."""
    build = ended(standin.push())
    answer = machine.invoke("notify_build", {"build": build, "verdict": ensure(build)})

    ((message_id, message, subject, attributes, *_),) = sent()
    assert answer == {"message_id": message_id}
    assert subject == f"Landfall: NOT_BEGUN sample {b.SHA[:12]}"
    assert build["image_digest"] in message
    assert attributes["code"]["Value"] == "NOT_BEGUN"
