"""A release's deployment is found or started, and never started twice. moto replaces AWS."""

from __future__ import annotations

from typing import Any

import pytest
from moto.core.exceptions import JsonRESTError
from moto.stepfunctions.models import StepFunctionBackend

from cli.command import At
from cli.deployments import begin
from cli.exits import Refused
from cli.images.builds import Image
from cli.verbs import rollback
from landfall.model import Outcome
from tests.cli.world import SERVICE, A, B, C, inputs, landed, landfall, record
from tests.steps import standin
from tests.support import builders as b


def test_the_push_s_own_deployment_is_followed(at: At) -> None:
    """Whatever this machine's clock says: a digest that was pushed just now has no other records."""
    record("20200101T000000Z", b.DIGEST)
    assert begin.execution(at, SERVICE, Image(b.SHA, b.DIGEST, pushed=True), "") == "arn:20200101T000000Z"
    assert inputs(at) == []


def test_a_deployment_that_is_under_way_is_not_started_again(at: At) -> None:
    """A CI job that is run again follows what the first run began."""
    record("20260101T000000Z", b.DIGEST)
    assert begin.execution(at, SERVICE, Image(b.SHA, b.DIGEST, pushed=False), "") == "arn:20260101T000000Z"
    assert inputs(at) == []


def test_an_image_that_was_there_is_asked_for(at: At) -> None:
    """An image with no running deployment is deployed again if a person asks for it."""
    record("20260101T000000Z", b.DIGEST, Outcome.ROLLED_BACK)
    begin.execution(at, SERVICE, Image(b.SHA, b.DIGEST, pushed=False), "once more")
    (asked,) = inputs(at)
    assert (asked["image_tag"], asked["reason"], "pushed_at" in asked) == (b.SHA, "once more", False)


def test_a_push_that_started_nothing_is_asked_for_as_that_push(at: At) -> None:
    """Once, under the image's name, and with the time of the push: a newer push must overtake it, and no person did."""
    digest = standin.push(digest="")
    image = Image(b.SHA, digest, pushed=True)
    first, second = begin.execution(at, SERVICE, image, ""), begin.execution(at, SERVICE, image, "")
    (asked,) = inputs(at)
    assert first == second
    assert first.endswith(f"build-{SERVICE.name}-{digest[7:39]}")
    assert asked["pushed_at"].endswith("Z")


@pytest.fixture
def history(at: At) -> At:
    """Return a service on which A, B and C landed, C turned out bad, and B was gone back to."""
    for name, digest, revision in (("1", A, "f:1"), ("2", B, "f:2"), ("3", C, "f:3")):
        landed(f"2026010{name}T000000Z", digest, revision)
    revision = standin.make_service(image=f"registry/{standin.REPOSITORY}@{B}")
    standin.roll_out(digest=B)
    landed("20260104T000000Z", B, revision)
    return at


def test_going_back_twice_goes_back_twice(history: At) -> None:
    """The newest proven release that does not run is the one that was gone back from: going to it would be forward."""
    assert rollback._target(history, SERVICE, "")["image_digest"] == A


def test_going_back_to_what_is_named(history: At) -> None:
    """By deployment id: that deployment's very revision; by commit or digest: the one that proved it last."""
    assert rollback._target(history, SERVICE, "20260102T000000Z-x")["task_definition"] == "f:2"
    assert rollback._target(history, SERVICE, A)["task_definition"] == "f:1"
    assert rollback._target(history, SERVICE, C[7:20])["task_definition"] == "f:3"
    assert rollback._target(history, SERVICE, B)["deployment_id"] == "20260104T000000Z-x"


@pytest.mark.parametrize("named", ["20260109T000000Z-x", "d" * 40, "sha256:" + "d" * 64, "final-v3"])
def test_going_back_to_what_was_never_proven_is_refused(history: At, named: str) -> None:
    """With the commits that were."""
    record("20260105T000000Z", "sha256:" + "d" * 64)
    with pytest.raises(Refused, match="proven are bbbbbbbbbbbb, cccccccccccc, aaaaaaaaaaaa"):
        rollback._target(history, SERVICE, named)


def test_going_back_from_what_is_not_proven(history: At) -> None:
    """Where somebody deployed by hand, the last proven release is what to go back to, of the same bytes or not."""
    standin.service_of().task_definition = standin.register("sample", f"registry/{standin.REPOSITORY}@{B}", cpu=1)
    standin.roll_out(digest=B)
    assert rollback._target(history, SERVICE, "")["deployment_id"] == "20260104T000000Z-x"


def test_nothing_starts_unasked(history: At) -> None:
    """Without a terminal nobody can confirm, and a pipe doesn't count as a yes."""
    result = landfall(["rollback", "--service", SERVICE.name])
    assert (result.exit_code, "--yes" in result.output, inputs(history)) == (2, True, [])


def test_what_was_started_is_never_called_refused(history: At, monkeypatch: pytest.MonkeyPatch) -> None:
    """Credentials that expire while a deployment is followed: how it ends is not known, and the way back in is said."""

    def expired(*_: Any) -> None:
        raise JsonRESTError("ExpiredTokenException", "The security token included in the request is expired")

    asked_before = inputs(history)
    monkeypatch.setattr(StepFunctionBackend, "describe_execution", expired)
    result = landfall(["rollback", "--service", SERVICE.name, "--yes"])
    monkeypatch.undo()
    assert (asked_before, result.exit_code) == ([], 6)
    assert "watch it again" in result.output
    assert "sign in again" in result.output
