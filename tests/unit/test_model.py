"""Verdicts: bounded, so that a step's answer always fits an execution's history."""

from __future__ import annotations

import json

import pytest

from landfall.change import update_result as change
from landfall.errors import AwsCallFailed
from landfall.model import (
    PROVEN,
    QUIET,
    REASON_LIMIT,
    UNTOUCHED,
    Outcome,
    State,
    Verdict,
    failed,
    passed,
    wait,
)
from landfall.proof.observed import EcsDeployment
from landfall.settings import Limits
from landfall.steps import metering
from tests.support import builders as b


@pytest.mark.parametrize("character", ["r", '"', "é", "漢", "\U0001f680", "\n", "\x1b", "\ud800"], ids=ascii)
@pytest.mark.parametrize("length", [0, REASON_LIMIT // 6, REASON_LIMIT, REASON_LIMIT + 1, 10**4])
def test_reason_is_bounded(character: str, length: int) -> None:
    """However much AWS has to say, and in whatever script, a reason is cut, and shows that it was."""
    reason = failed("X", character * length).reason
    told = json.dumps(reason, ensure_ascii=False).encode()  # half a character would not be encoded
    whole = len(reason) == length and not reason.endswith("…")
    assert len(told) - 2 <= REASON_LIMIT
    assert whole or (reason.endswith("…") and len(told) - 2 > REASON_LIMIT - 8)


GROUPS = {
    Outcome.SUCCEEDED: "proven quiet touched",
    Outcome.NO_CHANGE: "proven quiet",
    Outcome.SKIPPED: "quiet untouched",
    Outcome.ROLLED_BACK: "touched back",
    Outcome.REJECTED: "untouched",
    Outcome.ROLLBACK_FAILED: "touched back",
    Outcome.SUPERSEDED: "touched",
    Outcome.NO_BASELINE: "touched back",
}
NAMES = {"proven": PROVEN, "quiet": QUIET, "untouched": UNTOUCHED, "touched": metering.TOUCHED, "back": metering.BACK}


@pytest.mark.parametrize("outcome", Outcome)
def test_each_outcome_is_in_the_groups_that_it_belongs_to(outcome: Outcome) -> None:
    """A new outcome is not left out of a group by oversight: somebody must say here where it belongs."""
    assert {name for name, group in NAMES.items() if outcome in group} == set(GROUPS[outcome].split())


def test_makers() -> None:
    """A verdict waits only where it says how long; the others never make the machine spin."""
    assert passed("A", "x") == Verdict(State.PASS, "A", "x", 1)
    assert wait("B", "x", 15) == Verdict(State.WAIT, "B", "x", 15)
    assert failed("C", "x") == Verdict(State.FAIL, "C", "x", 1)


def test_change_is_bound_to_the_deployment_ecs_made() -> None:
    """After the update the machine knows the id to judge and the deadline to judge it by."""
    begun = change.begun(b.deployment(id="", updated_at="", deadline=""), b.service(), Limits(), b.NOW)
    assert (begun.id, begun.updated_at) == (b.OURS, b.NOW.isoformat())
    assert begun.deadline == "2026-01-02T03:19:05+00:00"


@pytest.mark.parametrize(
    "primary",
    [b.ecs_deployment(task_definition=b.OLD_REVISION), b.ecs_deployment(status="ACTIVE")],
    ids=["another revision", "no primary"],
)
def test_update_that_was_not_taken_is_no_deployment(primary: object) -> None:
    """If ECS answers an update with another revision's deployment, it doesn't count as ours."""
    with pytest.raises(AwsCallFailed, match="after the update the PRIMARY deployment has"):
        change.begun(b.deployment(), b.service(primary), Limits(), b.NOW)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("runs", "deployments", "code"),
    [
        (b.OLD_REVISION, (), None),
        (b.REVISION, (), None),
        ("arn:stranger", (b.ecs_deployment(task_definition="arn:stranger"),), "BASELINE_CHANGED"),
        ("arn:stranger", (b.ecs_deployment(task_definition=b.REVISION),), "SUPERSEDED"),
    ],
)
def test_a_service_that_somebody_changed_meanwhile_is_not_updated(
    runs: str, deployments: tuple[EcsDeployment, ...], code: str | None
) -> None:
    """Where our revision is among its deployments, the update took effect before its reply was lost."""
    before = b.service(*deployments, task_definition=runs)
    refusal = change.changed_meanwhile(before, b.baseline(), b.deployment())
    assert (refusal.code if refusal else None) == code
