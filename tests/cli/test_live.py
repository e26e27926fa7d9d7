"""What is live, and is it proven? What was proven once may not be what the last deployment left."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cli.command import At
from cli.live_release import Live, look, looks, proof
from landfall.change.task_definition import TAG_SHA
from landfall.ledger import deployment_record, service_standing
from landfall.model import Outcome
from tests.cli.world import SERVICE
from tests.steps import standin
from tests.support import builders as b


def record(outcome: Outcome, minute: int, revision: str = "f:2", restored_to: str = "") -> dict[str, Any]:
    """Return a closed record."""
    return {
        "deployment_id": f"20260101T00{minute:02}00Z",
        "outcome": outcome.value,
        "ended_at": f"2026-01-01T00:{minute:02}:30+00:00",
        "task_definition": revision,
        "restored_to": restored_to,
    }


B = record(Outcome.SUCCEEDED, 1)
CASES = {
    "proven": ([B], True),
    "proven again": ([record(Outcome.NO_CHANGE, 2), B], True),
    "gone back to, and proven": ([record(Outcome.ROLLED_BACK, 2, "f:3", "f:2"), B], True),
    "gone back to, and not proven": ([record(Outcome.ROLLBACK_FAILED, 2, "f:3", "f:2"), B], False),
    "deployed over by somebody": ([record(Outcome.SUPERSEDED, 2, "f:3"), B], False),
    "gone back past it": ([record(Outcome.ROLLED_BACK, 2, "f:3", "f:1"), B], False),
    "another was proven since": ([record(Outcome.SUCCEEDED, 2, "f:3"), B], False),
    "what was rejected or skipped since touched nothing": (
        [record(Outcome.REJECTED, 3, ""), record(Outcome.SKIPPED, 2, ""), B],
        True,
    ),
    "one that began before ended after": ([B, record(Outcome.ROLLBACK_FAILED, 5, "f:3", "f:2")], False),
    "nothing is known": ([], False),
    "still under way": ([{"deployment_id": "20260101T000500Z"}, B], True),
}


@pytest.mark.parametrize(("known", "proven"), CASES.values(), ids=CASES)
def test_proof_of_what_runs(known: list[dict[str, Any]], proven: bool) -> None:
    """Only the last deployment that touched the service can say that this revision is proven."""
    assert (proof(service_standing.last_change(known), "f:2") is not None) is proven


@pytest.mark.parametrize(
    ("changes", "proven"),
    [
        ({}, True),
        ({"running": 0}, False),
        ({"running": 3}, False),
        ({"desired": 0, "running": 0}, False),
        ({"rollout": "IN_PROGRESS"}, False),
        ({"unfinished": ({"deployment_id": "another"},)}, False),
        ({"record": None}, False),
    ],
)
def test_proven_means_all_of_it_runs_now(changes: dict[str, Any], proven: bool) -> None:
    """A record is not enough: a service whose tasks are gone is not proven live."""
    known: dict[str, Any] = {
        "service": "sample",
        "status": "ACTIVE",
        "git_sha": b.SHA,
        "image": "i",
        "revision": "f:2",
        "since": "",
        "desired": 2,
        "running": 2,
        "rollout": "COMPLETED",
        "record": B,
        "release": B,
    }
    assert Live(**{**known, **changes}).proven is proven


IMAGE = f"registry/{standin.REPOSITORY}@{b.DIGEST}"


def closed(name: str, outcome: Outcome, revision: str) -> None:
    """Close a deployment that made this revision, or that found it live."""
    release = b.release(deployment_id=name, execution_arn=f"{b.EXECUTION}-{name}", image=IMAGE, started_at=name)
    made = b.deployment(task_definition=revision) if outcome == Outcome.SUCCEEDED else None
    ended = b.ended(outcome, release=release, deployment=made, baseline=b.baseline(task_definition=revision))
    assert standin.ledger().close(deployment_record.closed(ended, b.NOW))
    key = {"service": release.service, "deployment_id": name}
    standin.table().update_item(Key=key, UpdateExpression="REMOVE unfinished")


def test_the_record_says_of_a_revision_what_ecs_says(at: At) -> None:
    """Read from the record where its deployment made the revision, else from ECS: the same, a call less."""
    revision = standin.make_service(image=IMAGE)
    standin.roll_out()
    standin.client("ecs").tag_resource(resourceArn=revision, tags=[{"key": TAG_SHA, "value": b.SHA}])
    made: list[str] = []
    at.cloud.session.events.register("before-call.ecs", lambda model, **_: made.append(model.name))

    closed("20260102T000000Z-made", Outcome.SUCCEEDED, revision)
    by_record = look(at.cloud, SERVICE)
    asked, made[:] = list(made), []
    closed("20260103T000000Z-found", Outcome.NO_CHANGE, revision)
    by_ecs = look(at.cloud, SERVICE)

    assert (asked, made) == (["DescribeServices"], ["DescribeServices", "DescribeTaskDefinition"])
    own = {name: getattr(by_record, name) for name in ("record", "release", "last_change")}
    assert by_record == replace(by_ecs, **own)
    assert (by_record.git_sha, by_record.image) == (b.SHA, IMAGE)
    assert by_record.record
    assert by_ecs.record
    for live, name in ((by_record, "20260102T000000Z-made"), (by_ecs, "20260103T000000Z-found")):
        assert live.release
        assert live.release["deployment_id"] == name


def test_services_are_looked_at_together(at: At) -> None:
    """One that ECS does not know, and one whose cluster it does not know, hide no other. Of two under way, the last."""
    standin.make_service()
    standin.roll_out()
    for name in ("20260102T000000Z-first", "20260103T000000Z-second"):
        standin.open_record(b.release(deployment_id=name, started_at=name))
    gone = [replace(SERVICE, name="gone", service="gone"), replace(SERVICE, name="far", cluster="far")]
    found = looks(at.cloud, [gone[0], SERVICE, gone[1]])
    assert [(live.service, live.status) for live in found] == [
        ("gone", "missing"),
        ("sample", "ACTIVE"),
        ("far", "missing"),
    ]
    assert [live.under_way for live in found] == [None, "20260103T000000Z-second", None]
