"""A service without a load balancer: CheckWorker and the steps round it, JSON in and JSON out."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from moto.logs.models import LogsBackend

from landfall.errors import AwsBusy
from landfall.judging import Judged
from landfall.model import Kind, Release
from landfall.settings import Limits
from tests.steps import machine, standin
from tests.support import builders as b

GROUP, REPOSITORY = "/worker", "landfall/worker"
OPTIONS = {"awslogs-group": GROUP, "awslogs-stream-prefix": "worker", "awslogs-region": standin.REGION}
WRITES = {"logConfiguration": {"logDriver": "awslogs", "options": OPTIONS}}
LIMITS = Limits(stability_poll_seconds=3, worker_seconds=460)


def release(**changes: Any) -> Release:
    """Return a release of a worker."""
    return b.release(**{"limits": LIMITS, "worker_attempts": LIMITS.worker_attempts, **changes})


def live(name: str, age: int) -> Judged:
    """Return a worker that is live with two tasks, which started so many seconds ago, as our deployment."""
    standin.client("logs").create_log_group(logGroupName=GROUP)
    image = f"registry/{REPOSITORY}@{b.OLD_DIGEST}"
    revision = standin.make_service(name, image=image, container=WRITES, loadBalancers=[])
    now = datetime.now(UTC)
    for task in standin.tasks_of(name):
        task.started_at = now - timedelta(seconds=age)
    primary = standin.service_of(name).deployments[0]
    primary["createdAt"] = now - timedelta(seconds=age + 10)
    deployment = b.deployment(
        id=primary["id"],
        task_definition=revision,
        digests={"app": (b.OLD_DIGEST,)},
        git_sha=b.OLD_SHA,
        updated_at=(now - timedelta(seconds=age + 10)).isoformat(),
        deadline=(now + timedelta(minutes=15)).isoformat(),
    )
    began = (now - timedelta(seconds=age + 20)).isoformat()
    return b.judged(release=release(service=name, started_at=began), deployment=deployment)


@pytest.fixture
def judged(aws: None) -> Judged:
    """The worker, live with two tasks that started a steady time ago."""
    return live("worker", 90)


def wrote(*texts: str, seconds: int = 60, name: str = "worker") -> None:
    """Let each task write these lines, so many seconds after it started; or its predecessor, before it did."""
    logs = standin.client("logs")
    for task in standin.tasks_of(name):
        stream = f"worker/app/{task.task_arn.rpartition('/')[2] if seconds > 0 else 'older'}"
        if not logs.describe_log_streams(logGroupName=GROUP, logStreamNamePrefix=stream)["logStreams"]:
            logs.create_log_stream(logGroupName=GROUP, logStreamName=stream)
        at = int((task.started_at + timedelta(seconds=seconds)).timestamp() * 1000)
        events = [{"timestamp": at + n, "message": text} for n, text in enumerate(texts)]
        logs.put_log_events(logGroupName=GROUP, logStreamName=stream, logEvents=events)


UP, WORKED = f"INFO started, sha {b.OLD_SHA}", "INFO processed message 7"


def look(judged: Judged) -> Any:
    """Let CheckWorker look."""
    return machine.invoke("check_worker", asdict(judged))


def code(answer: Any) -> str:
    """Return state and code."""
    return f"{answer['verdict']['state']} {answer['verdict']['code']}"


def states(answer: Any) -> dict[str, str]:
    """Return the checks' states by name."""
    return {check["name"]: check["state"] for check in answer["checks"]}


def test_a_worker_that_works_passes(judged: Judged) -> None:
    """Steady, with our commit in each stream, and work seen: each is a check of its own."""
    wrote(UP, WORKED)
    answer = look(judged)
    assert code(answer) == "PASS WORKER_PROVEN"
    assert states(answer) == {"steady": "PASS", "commit": "PASS", "progress": "PASS"}


def test_a_task_that_has_not_logged_its_commit_is_waited_for(judged: Judged) -> None:
    """It is named, with the expression."""
    wrote("INFO started", WORKED)
    answer = look(judged)
    assert code(answer) == "WAIT COMMIT_NOT_LOGGED"
    for text in (
        "0 of 2 tasks log",
        "services.worker.worker.commit_filter",
        standin.tasks_of("worker")[0].task_arn[-5:],
    ):
        assert text in answer["verdict"]["reason"]


def test_a_worker_that_stopped_working_fails(judged: Judged) -> None:
    """Stable and dead: work was done before the update, and none is since the new tasks are alone."""
    wrote(UP)
    wrote(*[WORKED] * 3, seconds=-60)
    assert code(look(judged)) == "FAIL NO_PROGRESS"


def test_work_that_was_not_there_before_either_is_no_verdict(judged: Judged) -> None:
    """Nothing in the queue: it passes, and says what it did not prove. Confirm says it again."""
    wrote(UP)
    answer = look(judged)
    assert code(answer) == "PASS WORK_NOT_PROVEN"
    assert states(answer)["progress"] == "SKIP"
    verdict = machine.judge("confirm", replace(judged, previous="WORK_NOT_PROVEN"))
    assert (verdict["state"], "not proven: that it does its work" in verdict["reason"]) == ("PASS", True)


def test_progress_is_waited_for(aws: None) -> None:
    """The first message may come later."""
    judged = live("worker", 65)
    wrote(UP)
    assert code(look(judged)) == "WAIT NO_PROGRESS_YET"


def test_throttled_logs_are_no_evidence(judged: Judged, monkeypatch: pytest.MonkeyPatch) -> None:
    """What AWS is too busy to show is read later: the machine waits and asks again."""
    monkeypatch.setattr(LogsBackend, "filter_log_events", standin.throttled)
    with pytest.raises(AwsBusy):
        look(judged)


def test_young_tasks_cost_no_call_to_cloudwatch(judged: Judged) -> None:
    """An account has five FilterLogEvents a second: none is spent before it can decide."""
    standin.tasks_of("worker")[0].started_at = datetime.now(UTC)
    answer = look(judged)
    assert code(answer) == "WAIT STEADYING"
    assert states(answer) == {"steady": "WAIT"}


def test_crashes_of_a_completed_rollout_are_called(judged: Judged) -> None:
    """ECS says COMPLETED, and the tasks exit again and again."""
    standin.crash("worker")
    answer = look(judged)
    assert code(answer) == "FAIL CRASH_LOOP"
    assert "'app' exited with code 1" in answer["verdict"]["reason"]


@pytest.mark.parametrize(("before", "expected"), [("PASS", "WAIT COMMIT_NOT_LOGGED"), ("FAIL", "PASS WORK_NOT_PROVEN")])
def test_the_way_back_is_no_worse_than_before(judged: Judged, before: str, expected: str) -> None:
    """A baseline that logged its commit must do so again; one that did not is healthy without; neither must work."""
    wrote("INFO started")
    baseline = b.baseline(git_sha=b.OLD_SHA, checks={"commit": before})
    back = replace(judged.deployment, kind=Kind.ROLLBACK)
    assert code(look(replace(judged, baseline=baseline, deployment=back))) == expected


def counted(value: float, seconds: int) -> None:
    """Let the metric have had a value so many seconds ago."""
    at = datetime.now(UTC) - timedelta(seconds=seconds)
    datum = {"MetricName": "Deleted", "Value": value, "Timestamp": at, "Dimensions": [{"Name": "Queue", "Value": "q"}]}
    standin.client("cloudwatch").put_metric_data(Namespace="Jobs", MetricData=[datum])


@pytest.mark.parametrize(
    ("now", "before", "expected"),
    [(5, 0, "PASS WORKER_PROVEN"), (0, 9, "FAIL NO_PROGRESS"), (0, 0, "PASS WORK_NOT_PROVEN")],
)
def test_a_metric_counts_the_work(aws: None, now: int, before: int, expected: str) -> None:
    """It moves, it stopped, or it did not move before either."""
    own = live("metered", 500)
    wrote(UP, name="metered")
    if now:
        counted(now, 100)
    if before:
        counted(before, 600)
    assert code(look(own)) == expected


def preflight(judged: Judged, **changes: Any) -> Any:
    """Let Preflight look at the worker."""
    return machine.invoke("preflight", {"release": asdict(replace(judged.release, **changes))})


def test_preflight_takes_a_worker(judged: Judged) -> None:
    """The baseline has no address; its commit is that of its image, and whether its tasks log it is remembered."""
    wrote(UP)
    ecr, known = standin.client("ecr"), {"imageManifestMediaType": standin.MANIFEST, "imageDigest": b.OLD_DIGEST}
    ecr.create_repository(repositoryName=REPOSITORY)
    ecr.put_image(repositoryName=REPOSITORY, imageManifest="{}", imageTag=b.OLD_SHA, **known)
    answer = preflight(judged, image=f"registry/{REPOSITORY}@{b.DIGEST}")
    assert code(answer) == "PASS READY", answer["verdict"]["reason"]
    baseline = answer["baseline"]
    assert (baseline["base_url"], baseline["git_sha"], baseline["checks"]) == ("", b.OLD_SHA, {"commit": "PASS"})


def test_a_worker_of_an_unknown_commit_is_taken(judged: Judged) -> None:
    """A first release must not fail because nobody knows what ran: UNKNOWN is asked for nothing."""
    baseline = preflight(judged)["baseline"]
    assert (baseline["git_sha"], baseline["checks"]) == ("UNKNOWN", {})


@pytest.mark.parametrize(("line", "expected"), [(UP, "PASS ALREADY_LIVE"), ("INFO started", "PASS READY")])
def test_already_live_only_by_the_same_proof(judged: Judged, line: str, expected: str) -> None:
    """The digest alone is not enough: each task must log the commit, and what was not proven is said."""
    wrote(line)
    answer = preflight(judged, git_sha=b.OLD_SHA, image_digest=b.OLD_DIGEST, accepted_digests=(b.OLD_DIGEST,))
    assert code(answer) == expected
    assert ("not proven: that it does its work" in answer["verdict"]["reason"]) is (expected == "PASS ALREADY_LIVE")


@pytest.mark.parametrize(("seconds", "left_out"), [(100, False), (None, True)])
def test_already_live_by_its_metric(aws: None, seconds: int | None, left_out: bool) -> None:
    """The metric is part of the same proof; an idle queue is said to be one."""
    judged = live("metered", 900)
    wrote(UP, name="metered")
    if seconds:
        counted(5, seconds)
    answer = preflight(judged, git_sha=b.OLD_SHA, image_digest=b.OLD_DIGEST, accepted_digests=(b.OLD_DIGEST,))
    assert code(answer) == "PASS ALREADY_LIVE"
    assert ("not proven: that it does its work" in answer["verdict"]["reason"]) is left_out


def test_target_groups_that_appear_are_waited_for(judged: Judged) -> None:
    """Somebody put a load balancer before it: its targets are not looked at, so nothing is called proven."""
    wrote(UP, WORKED)
    standin.service_of("worker").load_balancers = [
        {"targetGroupArn": b.GROUP, "containerName": "app", "containerPort": 1}
    ]
    for step in ("check_worker", "check_target_health", "confirm"):
        assert code(machine.invoke(step, asdict(judged))) == "WAIT TARGET_GROUP_ADDED"
