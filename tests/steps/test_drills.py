"""A drill on moto: what the function starts, and what preflight says of it under the lock."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from landfall.ledger import deployment_record
from landfall.model import Intent, Outcome
from landfall.runtime.world import World
from landfall.steps.drills import drilling
from tests.steps import machine, standin
from tests.support import builders as b


@pytest.fixture(autouse=True)
def released(aws: None) -> None:
    """Return a service with two proven releases, the newer of which is live."""
    revision = standin.make_service()
    close("20260101T000000Z-older", b.OTHER_DIGEST)
    close("20260102T000000Z-live", b.OLD_DIGEST, task_definition=revision)


def close(name: str, digest: str, *, drill: str = "", outcome: Outcome = Outcome.SUCCEEDED, **changes: Any) -> None:
    """Close a deployment that proved an image."""
    intent = Intent.ROLLBACK if drill else Intent.RELEASE
    release = b.release(
        deployment_id=name, image_digest=digest, drill=drill, intent=intent, execution_arn=f"arn:{name}"
    )
    ended = b.ended(outcome, release=release, deployment=b.deployment(**changes))
    assert standin.ledger().close({**deployment_record.opened(release), **deployment_record.closed(ended, b.NOW)})


def started() -> list[dict[str, Any]]:
    """Return the inputs of the drill's executions."""
    client = standin.client("stepfunctions")
    found = client.list_executions(stateMachineArn=standin.machine_arn())["executions"]
    arns = [each["executionArn"] for each in found if "-drill-" in each["name"]]
    return [json.loads(client.describe_execution(executionArn=arn)["input"]) for arn in arns]


def drill(**given: str) -> Any:
    """Invoke the function as its schedules do."""
    return machine.invoke("drill", given)


def test_the_schedule_starts_the_way_back_once() -> None:
    """To the release before the live one, named by its deployment; the event may come twice."""
    name = drill(service="sample")["started"]
    assert name.endswith("-sample-drill-back")
    standin.open_record(b.release(deployment_id=name, execution_arn="arn:back", drill="back"))
    assert drill(service="sample")["refused"].startswith("UNDER_WAY")
    (asked,) = started()
    assert asked == {
        "service": "sample",
        "image_digest": b.OTHER_DIGEST,
        "deployment_id": "20260101T000000Z-older",
        "intent": "rollback",
        "drill": "back",
        "requested_by": "drill",
        "reason": "drill: the way back",
    }


def test_nothing_begins_while_something_is_under_way() -> None:
    """Its lock is not waited for: the drill would begin at another time."""
    standin.open_record(b.release(deployment_id="20260103T000000Z-now", execution_arn="arn:now"))
    assert drill(service="sample")["refused"].startswith("UNDER_WAY")
    assert started() == []


def test_the_way_forward_starts_once_when_the_way_back_is_proven() -> None:
    """To the release that was live; and not after a way back that was rolled back itself."""
    close("20260103T000000Z-back", b.OTHER_DIGEST, drill="back", outcome=Outcome.ROLLED_BACK)
    assert drill()["forward"] == 0
    close("20260104T000000Z-back", b.OTHER_DIGEST, drill="back")
    assert drill()["forward"] == 1
    drill()  # StartExecution of the same name and input starts nothing new
    (asked,) = started()
    assert (asked["drill"], asked["image_digest"]) == ("forward", b.OLD_DIGEST)
    assert asked["deployment_id"] == "20260102T000000Z-live"


def test_under_the_lock_it_is_asked_again() -> None:
    """A release that was proven meanwhile is not taken back; what still holds goes on."""
    service = World().service("sample")
    back = replace(b.release(image_digest=b.OTHER_DIGEST), intent=Intent.ROLLBACK, drill="back")
    assert drilling.refused(back, service, World()) is None
    close("20260103T000000Z-newer", b.DIGEST)
    refusal = drilling.refused(back, service, World())
    assert refusal is not None
    assert refusal.code == "DRILL_OVERTAKEN"


def test_a_drill_does_not_undo_what_somebody_deployed_by_hand() -> None:
    """The ledger does not know it, and no way forward would bring it back: NOT_PROVEN, under the lock."""
    service = World().ecs("sample").service()
    assert service
    back = replace(b.release(image_digest=b.OTHER_DIGEST), intent=Intent.ROLLBACK, drill="back")
    assert drilling.by_hand(back, service.task_definition, World()) is None
    refusal = drilling.by_hand(back, f"{b.FAMILY}:99", World())
    assert refusal is not None
    assert (refusal.code, "deployed by hand" in refusal.reason) == ("NOT_PROVEN", True)
