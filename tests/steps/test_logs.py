"""What tasks wrote: reported for every release, and judged where a service asks for it."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from moto.logs.models import LogsBackend

from landfall.errors import AwsBusy
from landfall.judging import Judged
from landfall.model import Kind, Outcome
from tests.steps import machine, standin
from tests.support import builders as b

GROUP = "/judged"
OPTIONS = {"awslogs-group": GROUP, "awslogs-stream-prefix": "judged", "awslogs-region": standin.REGION}
WRITES = {"logConfiguration": {"logDriver": "awslogs", "options": OPTIONS}}
BEGAN = datetime.now(UTC)
RELEASE = b.release(service="judged", repository="landfall/judged", started_at=BEGAN.isoformat())


@pytest.fixture
def judged(aws: None) -> Judged:
    """The service that asks for its logs to be judged, live with two tasks, and that as our deployment."""
    standin.client("logs").create_log_group(logGroupName=GROUP)
    revision = standin.make_service("judged", container=WRITES)
    now = datetime.now(UTC)
    deployment = b.deployment(
        id=standin.service_of("judged").deployments[0]["id"],
        task_definition=revision,
        digests={"app": (b.OLD_DIGEST,)},
        git_sha=b.OLD_SHA,
        updated_at=now.isoformat(),
        deadline=(now + timedelta(minutes=15)).isoformat(),
    )
    return b.judged(release=RELEASE, deployment=deployment)


def wrote(task: str, *texts: str, seconds: int = 1) -> None:
    """Let a task write lines, so many seconds after the deployment began."""
    logs, stream = standin.client("logs"), f"judged/app/{task.rpartition('/')[2]}"
    logs.create_log_stream(logGroupName=GROUP, logStreamName=stream)
    at = int((BEGAN + timedelta(seconds=seconds)).timestamp() * 1000)
    if not texts:
        return
    events = [{"timestamp": at + n, "message": text} for n, text in enumerate(texts)]
    logs.put_log_events(logGroupName=GROUP, logStreamName=stream, logEvents=events)


def running() -> str:
    """Return one task of the service."""
    return str(standin.tasks_of("judged")[0].task_arn)


ERRORS = ["ERROR no database"] * 6
GOOD = ["INFO served"] * 94


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        ([], [], "PASS HEALTHY"),
        ([], ERRORS, "PASS HEALTHY"),
        (GOOD, GOOD, "PASS HEALTHY"),
        (GOOD, [*GOOD, *ERRORS], "FAIL LOG_ERRORS"),
        ([*GOOD, *ERRORS], [*GOOD, *ERRORS], "PASS HEALTHY"),
        (GOOD, [*GOOD, *ERRORS[:4]], "PASS HEALTHY"),
    ],
    ids=["silence", "nothing to compare with", "no errors", "new errors", "the same errors", "too few to tell"],
)
def test_gate(judged: Judged, before: list[str], after: list[str], code: str) -> None:
    """A release fails by its logs if it writes errors that what ran before it did not."""
    wrote("task/c/older", *before, seconds=-60)
    wrote(running(), *after)
    verdict = machine.judge("confirm", judged)
    assert f"{verdict['state']} {verdict['code']}" == code
    assert f"{after.count(ERRORS[0])} errors in {len(after)} lines" in verdict["reason"]


def test_a_throttled_gate_waits_until_the_deadline(judged: Judged, monkeypatch: pytest.MonkeyPatch) -> None:
    """What AWS is too busy to show is neither clean nor bad: it is read later; at the deadline it decides nothing."""
    monkeypatch.setattr(LogsBackend, "filter_log_events", standin.throttled)
    with pytest.raises(AwsBusy):
        machine.judge("confirm", judged)
    over = datetime.now(UTC) - timedelta(seconds=judged.release.limits.owner_pause_seconds)
    late = replace(judged, deployment=replace(judged.deployment, deadline=over.isoformat()))
    verdict = machine.judge("confirm", late)
    assert verdict["state"] == "PASS"
    assert "could not read the logs" in verdict["reason"]


def test_the_way_back_is_not_judged_by_its_logs(judged: Judged) -> None:
    """A baseline that is noisy is still what there is to go back to."""
    wrote(running(), *ERRORS)
    back = replace(judged, deployment=replace(judged.deployment, kind=Kind.ROLLBACK))
    assert machine.judge("confirm", back)["state"] == "PASS"


def test_a_service_that_asks_for_no_gate_is_not_judged(live: str) -> None:
    """Reported, and no more: logs fail nothing that did not ask for it."""
    now = datetime.now(UTC).isoformat()
    deployment = b.deployment(
        id=standin.service_of().deployments[0]["id"],
        task_definition=live,
        digests={"app": (b.OLD_DIGEST,)},
        updated_at=now,
        deadline=now,
    )
    assert "lines" not in machine.judge("confirm", b.judged(deployment=deployment))["reason"]


@pytest.mark.parametrize(
    ("container", "why"), [(WRITES, "log group '/judged' does not exist"), ({}, "not write to CloudWatch")]
)
def test_a_gate_that_could_not_see_is_refused(aws: None, container: Any, why: str) -> None:
    """Before anything is touched: whoever asks for a gate is told that it can't work."""
    standin.make_service("judged", container=container)
    verdict = machine.invoke("preflight", {"release": asdict(RELEASE)})["verdict"]
    assert (verdict["state"], verdict["code"]) == ("FAIL", "LOGS_UNREADABLE")
    assert why in verdict["reason"]


def reported(judged: Judged) -> Any:
    """Let Report tell of the release, and return its document."""
    ended = b.ended(Outcome.ROLLED_BACK, release=RELEASE, deployment=judged.deployment)
    machine.invoke("report", asdict(ended))
    return json.loads(standin.report(f"judged/{RELEASE.deployment_id}/report.json"))


def test_report_has_the_last_lines_redacted(judged: Judged) -> None:
    """The last 50 of what the release's tasks wrote, counted whole, and nothing personal in them."""
    wrote("task/c/older", *GOOD, seconds=-60)
    wrote(running(), *[f"ERROR {n}" for n in range(60)], "ERROR mail to user@example.com about CASE-17")
    logs = reported(judged)["logs"]
    assert (logs["written"]["lines"], logs["written"]["errors"], logs["before"]["lines"]) == (61, 61, 94)
    texts = [line["text"] for line in logs["last"]]
    assert len(texts) == 50
    assert texts[-2:] == ["ERROR 59", "ERROR mail to [redacted: email address] about [redacted: case number]"]
    text = standin.report(f"judged/{RELEASE.deployment_id}/report.md")
    assert "[redacted: case number]" in text
    assert "example.com" not in text


def test_report_of_tasks_whose_logs_can_not_be_read(judged: Judged) -> None:
    """A log group that is gone costs the report its lines, and nothing else: it says so in AWS's words."""
    standin.client("logs").delete_log_group(logGroupName=GROUP)
    standin.crash("judged", times=1)
    told = reported(judged)
    assert told["outcome"] == "ROLLED_BACK"
    assert any("ResourceNotFoundException" in problem for problem in told["unread"])


def test_report_tells_of_tasks_and_targets(judged: Judged) -> None:
    """What ECS and the load balancer know at the end stands in it."""
    told = reported(judged)
    assert [task["status"] for task in told["provenance"]["tasks"]] == ["RUNNING"] * 2
    assert [target["state"] for target in told["target_health"]] == ["healthy"] * 2


def test_a_gate_that_does_not_see_lets_pass_and_says_so(judged: Judged) -> None:
    """CloudWatch that fails at the last moment says nothing about a release that is proven (law 8)."""
    standin.client("logs").delete_log_group(logGroupName=GROUP)
    verdict = machine.judge("confirm", judged)
    assert (verdict["state"], "could not read the logs" in verdict["reason"]) == ("PASS", True)


def test_a_report_is_written_whatever_can_not_be_read(judged: Judged) -> None:
    """A service that is gone costs its own part of the report, and nothing else."""
    standin.client("ecs").delete_service(cluster=standin.CLUSTER, service="judged", force=True)
    told = reported(judged)
    assert (told["outcome"], told["logs"]["last"]) == ("ROLLED_BACK", [])
