"""The judging steps on what AWS says now: the decisions are unit-tested, this is that the looking is right."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from moto.core.responses import ActionResult
from moto.ecs.responses import EC2ContainerServiceResponse

from landfall.judging import Judged
from tests.steps import machine, standin
from tests.steps.shared.own_deployment import ours
from tests.steps.site import Site
from tests.support import builders as b


def code(step: str, judged: Judged) -> str:
    """Judge and return state and code."""
    verdict = machine.judge(step, judged)
    return f"{verdict['state']} {verdict['code']}"


LOOKS = ("check_stability", "check_target_health", "confirm")


@pytest.mark.parametrize("step", LOOKS)
def test_live(live: str, step: str) -> None:
    """What runs our digest in our deployment passes."""
    assert code(step, ours(live)).startswith("PASS")


@pytest.mark.parametrize("step", LOOKS)
def test_somebody_deployed_over_it(live: str, step: str) -> None:
    """Every look finds out by itself that the service is not ours any more, and says so at the second in a row."""
    judged = ours(live)
    standin.service_of().task_definition = standin.register("sample", f"registry/x@{b.OTHER_DIGEST}")
    standin.client("ecs").update_service(
        cluster=standin.CLUSTER, service="sample", taskDefinition=standin.service_of().task_definition
    )
    standin.roll_out()
    first = machine.judge(step, judged)
    assert (first["state"], first["code"]) == ("WAIT", "SUPERSEDED_SEEN_ONCE")
    assert code(step, replace(judged, previous=first["code"])) == "FAIL SUPERSEDED"


@pytest.mark.parametrize("step", LOOKS)
def test_other_bytes(live: str, step: str) -> None:
    """One task that runs another digest is found, whatever its revision says."""
    standin.tasks_of("sample")[1].containers = [{"name": "app", "imageDigest": b.OTHER_DIGEST}]
    assert code(step, ours(live)) == "FAIL WRONG_DIGEST"


@pytest.mark.parametrize("step", LOOKS)
def test_crashes_are_seen(live: str, step: str) -> None:
    """Every look sees the tasks that stopped too, and names them."""
    standin.crash()
    verdict = machine.judge(step, ours(live))
    assert verdict["code"] == "CRASH_LOOP"
    assert "'app' exited with code 1" in verdict["reason"]


def test_deadline(live: str) -> None:
    """A rollout that is late fails at the look, by the clock of the step."""
    standin.stop(standin.tasks_of("sample")[0])
    past = (datetime.now(UTC) - timedelta(seconds=1)).isoformat()
    assert code("check_stability", ours(live)) == "WAIT TASKS_CHANGING"
    assert code("check_stability", ours(live, deadline=past)) == "FAIL STABILITY_TIMEOUT"


def test_what_a_deadline_waited_for(live: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a task of before is protected from scale-in, the timeout says which, and how long. Moto lacks the call."""
    old = standin.tasks_of("sample")[0]
    old.started_by = b.OLD
    ends = datetime(2026, 1, 2, 5, tzinfo=UTC).timestamp()

    def answer(self: Any) -> ActionResult:
        tasks = [{"taskArn": t, "protectionEnabled": True, "expirationDate": ends} for t in self._get_param("tasks")]
        return ActionResult({"protectedTasks": tasks, "failures": []})

    monkeypatch.setattr(EC2ContainerServiceResponse, "get_task_protection", answer, raising=False)
    past = (datetime.now(UTC) - timedelta(seconds=1)).isoformat()
    verdict = machine.judge("check_stability", ours(live, deadline=past))
    assert verdict["code"] == "STABILITY_TIMEOUT"
    assert f"{old.task_arn.rpartition('/')[2]} until 2026-01-02T05:00:00Z" in verdict["reason"]


@pytest.mark.parametrize("step", ["check_target_health", "confirm"])
def test_target_gone(live: str, step: str) -> None:
    """A task that is no target is not in service, however well it runs."""
    group = standin.service_of().load_balancers[0]["targetGroupArn"]
    first = {"Id": standin.address(standin.tasks_of("sample")[0]), "Port": standin.PORT}
    standin.client("elbv2").deregister_targets(TargetGroupArn=group, Targets=[first])
    assert code(step, ours(live)) == "WAIT NOT_REGISTERED"


@pytest.mark.parametrize("step", ["check_target_health", "confirm"])
def test_stranger_in_service(live: str, step: str) -> None:
    """A target that is none of our tasks gets requests too: then our release is not all that answers."""
    group = standin.service_of().load_balancers[0]["targetGroupArn"]
    standin.client("elbv2").register_targets(TargetGroupArn=group, Targets=[{"Id": "10.9.9.9", "Port": standin.PORT}])
    assert code(step, ours(live)) == "WAIT FOREIGN_TARGET"


@pytest.mark.parametrize("step", LOOKS)
def test_service_deleted(live: str, step: str) -> None:
    """A service that isn't there at one look is waited for, since reads lag; not for ever."""
    judged = ours(live)
    del standin.backend().services[f"{standin.CLUSTER}:sample"]
    assert code(step, judged) == "WAIT SERVICE_MISSING"
    past = replace(judged, deployment=replace(judged.deployment, deadline=judged.deployment.updated_at))
    if step == "check_stability":
        assert code(step, past) == "FAIL STABILITY_TIMEOUT"


SMOKES = {
    "our SHA": ({}, "PASS SMOKE_PASSED"),
    "another SHA": ({"sha": b.SHA}, "FAIL SMOKE_FAILED"),
    "no database": ({"database": "disconnected"}, "FAIL SMOKE_FAILED"),
    "an error": ({"status": 500}, "FAIL SMOKE_FAILED"),
}


@pytest.mark.parametrize(("answers", "expected"), SMOKES.values(), ids=SMOKES.keys())
def test_smoke(live: str, site: Site, answers: dict[str, Any], expected: str) -> None:
    """The smoke test asks the service itself, over HTTP."""
    vars(site).update(answers)
    judged = replace(ours(live), baseline=b.baseline(base_url=site.url))
    assert code("smoke_test", judged) == expected


def test_smoke_without_an_answer(live: str) -> None:
    """A service nobody can reach is asked again."""
    assert code("smoke_test", ours(live)) == "WAIT SMOKE_UNANSWERED"


def test_smoke_of_the_baseline_may_be_as_bad_as_before(live: str, site: Site) -> None:
    """What the baseline failed before it may fail again; the release itself may not."""
    site.database = "disconnected"
    before = b.baseline(base_url=site.url, checks={"readiness": "FAIL"})
    back = b.judged(baseline=before, deployment=b.way_back())
    assert code("smoke_test", back) == "PASS SMOKE_PASSED"
    assert code("smoke_test", replace(ours(live), baseline=before)) == "FAIL SMOKE_FAILED"
