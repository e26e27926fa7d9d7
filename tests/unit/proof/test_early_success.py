"""Early success fools nobody: COMPLETED at a share of the tasks proves nothing until all of ours run and no other does.

With `earlySuccessCriteria` ECS completes a rollout once `healthyPercent` of the tasks are healthy, and with DEFERRED it
stops the older ones later (ECS Developer Guide, early success criteria). What must hold is written here again, from the
raw replies, and shares nothing with the code that it checks.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landfall.model import State
from landfall.proof import law1, stability
from landfall.proof.observed import Look, service_view, target_view, task_view
from tests.support import builders as b

CRITERIA = {"enable": True, "healthyPercent": 50, "sourceServiceRevisionCleanup": "DEFERRED"}
OUT = ("draining", "unused", None)
"""States of a target that gets no new request; None: it is not registered."""
NEW = (
    ("RUNNING", "RUNNING", "healthy"),
    ("RUNNING", "RUNNING", "initial"),
    ("RUNNING", "RUNNING", "unhealthy"),
    ("RUNNING", "RUNNING", None),
    ("PENDING", "RUNNING", None),
    ("STOPPED", "STOPPED", "draining"),
)
OLD = (
    ("RUNNING", "RUNNING", "healthy"),
    ("RUNNING", "RUNNING", "draining"),
    ("RUNNING", "STOPPED", "healthy"),
    ("RUNNING", "STOPPED", "draining"),
    ("STOPPED", "STOPPED", "draining"),
    ("STOPPED", "STOPPED", None),
)
"""Last status, desired status and the target's state of a task."""


@dataclass(frozen=True)
class World:
    """What runs after ECS called the rollout COMPLETED: tasks of ours, and of the release before."""

    desired: int
    new: tuple[tuple[str, str, str | None], ...]
    old: tuple[tuple[str, str, str | None], ...]

    @property
    def is_live(self) -> bool:
        """Say whether all that is desired is ours, runs and is healthy, and nothing else gets requests or is to run."""
        wanted = [one for one in self.new if one[1] == "RUNNING"]
        ours = len(wanted) == self.desired and all(one == ("RUNNING", "RUNNING", "healthy") for one in wanted)
        return ours and all(one[1] == "STOPPED" and one[2] in OUT for one in self.old)

    def look(self) -> Look:
        """Return the replies of AWS, read as the adapters do."""
        every = [(b.OURS, b.REVISION, b.DIGEST, n, one) for n, one in enumerate(self.new, 1)]
        every += [(b.OLD, b.OLD_REVISION, b.OLD_DIGEST, 100 + n, one) for n, one in enumerate(self.old, 1)]
        tasks = [_task(by, revision, digest, n, one) for by, revision, digest, n, one in every]
        targets = [(f"10.0.0.{n}", one[2]) for *_, n, one in every if one[2]]
        return Look(
            service_view(self._service()),
            tuple(task_view(task) for task in tasks),
            tuple(
                target_view(b.GROUP, {"Target": {"Id": ip, "Port": b.PORT}, "TargetHealth": {"State": state}})
                for ip, state in targets
            ),
        )

    def _service(self) -> dict[str, Any]:
        ours = {"id": b.OURS, "status": "PRIMARY", "rolloutState": "COMPLETED", "taskDefinition": b.REVISION}
        left = {"id": b.OLD, "status": "ACTIVE", "rolloutState": "COMPLETED", "taskDefinition": b.OLD_REVISION}
        return {
            "status": "ACTIVE",
            "desiredCount": self.desired,
            "taskDefinition": b.REVISION,
            "deployments": [ours, left] if self.old else [ours],
            "loadBalancers": [{"targetGroupArn": b.GROUP, "containerName": "app", "containerPort": b.PORT}],
            "deploymentConfiguration": {"strategy": "ROLLING", "earlySuccessCriteria": CRITERIA},
        }


def _task(by: str, revision: str, digest: str, n: int, one: tuple[str, str, str | None]) -> dict[str, Any]:
    details = [{"name": "privateIPv4Address", "value": f"10.0.0.{n}"}]
    return {
        "taskArn": f"arn:aws:ecs:us-east-1:123456789012:task/c/{n}",
        "taskDefinitionArn": revision,
        "startedBy": by,
        "lastStatus": one[0],
        "desiredStatus": one[1],
        "containers": [{"name": "app", "imageDigest": digest}],
        "attachments": [{"type": "ElasticNetworkInterface", "details": details}],
    }


FINE, GONE = NEW[0], OLD[-1]
LIVE = World(4, (FINE,) * 4, (GONE, OLD[4]))
JUDGED = b.judged(deployment=b.deployment(desired_count=4))


def test_all_of_it_is_live() -> None:
    """When the rest runs and the older tasks are gone, the release is proven: code that never passes proves nothing."""
    assert LIVE.is_live
    assert law1.assess(LIVE.look(), JUDGED, b.NOW).state == State.PASS


@given(
    st.integers(1, 4),
    st.lists(st.sampled_from((FINE, *NEW)), max_size=5),
    st.lists(st.sampled_from((GONE, *OLD)), max_size=3),
)
def test_completed_is_no_proof(desired: int, new: list[Any], old: list[Any]) -> None:
    """PASS exactly where all that is desired is ours and healthy, and the older tasks are out of service."""
    world = World(desired, tuple(new), tuple(old))
    assert (law1.assess(world.look(), JUDGED, b.NOW).state == State.PASS) is world.is_live


NOT_YET: dict[str, tuple[World, str]] = {
    "half of the tasks": (World(4, (FINE,) * 2, ()), "TASKS_CHANGING"),
    "the rest is starting": (World(4, (FINE, FINE, NEW[4], NEW[4]), ()), "TASKS_CHANGING"),
    "the rest is not healthy yet": (World(4, (FINE, FINE, FINE, NEW[1]), ()), "TARGET_UNHEALTHY"),
    "an older task stays": (World(4, (FINE,) * 4, (OLD[0],)), "FOREIGN_TASK"),
    "an older task stays, and gets no requests": (World(4, (FINE,) * 4, (OLD[1],)), "FOREIGN_TASK"),
    "an older task is to stop, and still gets requests": (World(4, (FINE,) * 4, (OLD[2],)), "FOREIGN_TARGET"),
}


@pytest.mark.parametrize(("world", "code"), NOT_YET.values(), ids=NOT_YET.keys())
def test_what_is_waited_for(world: World, code: str) -> None:
    """Each is a WAIT: ECS goes on starting and stopping tasks in the background, and that is no failure."""
    verdict = law1.assess(world.look(), JUDGED, b.NOW)
    assert (verdict.state, verdict.code) == (State.WAIT, code)
    assert not world.is_live


def test_a_timeout_names_the_older_tasks_that_stay() -> None:
    """Whoever is told that a release is late has to know which tasks it waits for."""
    look = World(4, (FINE,) * 4, (OLD[0], OLD[0])).look()
    late = b.NOW + timedelta(hours=1)
    verdict = stability.in_time(stability.assess(look, JUDGED, late), JUDGED.deployment, late)
    assert (verdict.state, verdict.code) == (State.FAIL, "STABILITY_TIMEOUT")
    assert "2 older tasks still run" in verdict.reason
    assert all(f"{n} RUNNING" in verdict.reason for n in (101, 102))
