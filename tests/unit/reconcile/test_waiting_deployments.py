"""A pause that nobody of Landfall continues is found; one at Landfall's own gate is not."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import timedelta

import pytest

from landfall.proof.service_deployment import Hook, ServiceDeployment
from landfall.reconcile import findings, waiting_deployments
from landfall.reconcile.findings import Kind, State
from landfall.reconcile.waiting_deployments import Waiting
from landfall.settings.strategy import Strategy
from tests.support import builders as b

GATE, OTHER = "POST_TEST_TRAFFIC_SHIFT", "POST_SCALE_UP"
HOOK = Hook("ecs-pause-1", "PAUSE", "AWAITING_ACTION", b.NOW + timedelta(hours=1), "ROLLBACK")
FOUND = ServiceDeployment("arn/one", "IN_PROGRESS", stage=GATE, target_revision="revision/1", hooks=(HOOK,))
SERVICE = replace(b.settings_of(), strategy=Strategy(test_url="https://test"))


@pytest.mark.parametrize(
    ("is_own", "stage", "hooks", "said"),
    [
        (True, GATE, (HOOK,), ""),
        (True, OTHER, (HOOK,), "Landfall's deployment of app:3 is paused at POST_SCALE_UP"),
        (False, GATE, (HOOK,), "A deployment that is not Landfall's of app:3 is paused at POST_TEST_TRAFFIC_SHIFT"),
        (True, GATE, (replace(HOOK, status="SUCCEEDED"),), ""),
        (False, GATE, (replace(HOOK, kind="AWS_LAMBDA"),), ""),
    ],
)
def test_who_waits(is_own: bool, stage: str, hooks: tuple[Hook, ...], said: str) -> None:
    """Landfall continues its own deployment at its own gates alone: of everything else people are told."""
    waiting = Waiting(replace(FOUND, stage=stage, hooks=hooks), "arn:task-definition/app:3", is_own)
    seen = waiting_deployments.assess(SERVICE, "CANARY", [waiting], {}).seen
    assert [each.what[: len(said)] for each in seen] == ([said] if said else [])
    assert all("--action ROLLBACK" in each.what for each in seen)


def test_what_is_landfalls() -> None:
    """What the deployment under way brings about, and what it goes back to; nothing of one that is over, or unread."""
    progress = {"deployment": asdict(b.deployment()), "baseline": asdict(b.baseline())}
    record = {"progress": json.dumps(progress)}
    mine = waiting_deployments.revisions_of(record)
    assert {b.deployment().task_definition, b.baseline().task_definition} <= mine
    for none in (None, {}, record | {"outcome": "SUCCEEDED"}, {"progress": "?"}, {"progress": "[]"}):
        assert waiting_deployments.revisions_of(none) == frozenset()


def test_an_event_raises_at_the_first_look_and_once() -> None:
    """Nobody waits for the schedule's second look; the same event twice tells nobody twice; its end is told."""
    look = waiting_deployments.assess(SERVICE, "CANARY", [Waiting(FOUND, "app:3", is_own=False)], {})
    (raised,) = findings.at_once("sample", look, [], b.NOW)
    assert (raised.kind, raised.state, raised.untold) == (Kind.DEPLOYMENT_WAITS, State.RAISED, True)
    told = findings.told(raised)
    assert findings.at_once("sample", look, [told], b.NOW) == []
    why = {HOOK.id: waiting_deployments.ENDS["HOOK_SUCCEEDED"]}
    (over,) = findings.at_once("sample", waiting_deployments.assess(SERVICE, "CANARY", [], why), [told], b.NOW)
    assert (over.state, over.because) == (State.CLEARED, why[HOOK.id])
