"""How soon a crash loop is called when nothing is shortened: with the limits that services have by default."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cli.deployments.running_execution import Ending
from local.stage.inbox import Inbox
from local.stage.landfall_stage import Stage, commit
from tests.e2e import laws
from tests.e2e.pushing import pushed
from tests.e2e.shared.limits import AS_DOCUMENTED

pytestmark = [pytest.mark.e2e, pytest.mark.long]

SERVICE = "unhurried"
FIGURES = Path(__file__).parents[2] / "build" / "crash-loop.json"


def test_a_crash_loop_is_called_at_the_look_after_its_second_stop(stage: Stage, inbox: Inbox) -> None:
    """Two tasks that stopped alike are a verdict at the next look, and SNS names container, exit code and reason."""
    laws.hold(stage, pushed(stage, SERVICE, "good"), SERVICE, "SUCCEEDED")
    told, before, sha = len(inbox.messages()), datetime.now(UTC), commit("unhurried crash")
    stage.push(SERVICE, sha, fault="crash-on-start")
    ending = stage.ended(stage.started_by_push(SERVICE, sha, before), SERVICE, seconds=400)

    laws.hold(stage, ending, SERVICE, "ROLLED_BACK")
    called = next(e.at for e in ending.events if (e.verdict or {}).get("state") == "FAIL")
    assert ending.record["code"] == "CRASH_LOOP"
    second = stops(stage, ending)[1]
    looks = [e for e in ending.events if e.state == "CheckStability" and e.verdict is None and second < e.at <= called]
    assert len(looks) == 1
    message = inbox.messages(at_least=told + 1)[-1]
    for word in ("'app'", "exited with code 3", "Essential container in task exited", "console.aws.amazon.com/ecs"):
        assert word in message.body
    figures = {"seconds_from_second_stop_to_verdict": (called - second).total_seconds(), "limits": AS_DOCUMENTED}
    FIGURES.parent.mkdir(exist_ok=True)
    FIGURES.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


def stops(stage: Stage, ending: Ending) -> list[datetime]:
    """Return when the tasks of the release stopped, in order."""
    cluster = f"landfall-{SERVICE}"
    arns = stage.ecs.list_tasks(cluster=cluster, desiredStatus="STOPPED")["taskArns"]
    tasks = stage.ecs.describe_tasks(cluster=cluster, tasks=arns)["tasks"]
    return sorted(t["stoppedAt"] for t in tasks if t["taskDefinitionArn"] == ending.record["task_definition"])
