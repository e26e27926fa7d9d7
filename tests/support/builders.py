"""Small builders of what the pipeline judges: a healthy release of two tasks, unless a test says otherwise."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from landfall.judging import Judged
from landfall.ledger.deployment_record import Ended
from landfall.model import Asked, Baseline, Deployment, Failure, Kind, Outcome, Release, Verdict, passed
from landfall.proof.observed import Container, EcsDeployment, Look, ServiceView, TargetGroup, TargetView, TaskView
from landfall.settings import Limits, Service, Settings
from landfall.settings.smoke import Smoke
from landfall.smoke.http_answers import Answer, Answers, Request

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
SHA, OLD_SHA = "a" * 40, "b" * 40
DIGEST, OLD_DIGEST, OTHER_DIGEST = (f"sha256:{c * 64}" for c in "123")
FAMILY = "arn:aws:ecs:us-east-1:123456789012:task-definition/sample"
OLD_REVISION, REVISION, OTHER_REVISION = (f"{FAMILY}:{n}" for n in (1, 2, 3))
OURS, OLD, OTHER = "ecs-svc/ours", "ecs-svc/old", "ecs-svc/other"
GROUP = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/sample/1"
EXECUTION = "arn:aws:states:us-east-1:123456789012:execution:landfall:20260102T030405Z-one"
PORT = 8080


def release(**changes: Any) -> Release:
    """Return a resolved release."""
    known: dict[str, Any] = {
        "service": "sample",
        "deployment_id": "20260102T030405Z-one",
        "execution_arn": EXECUTION,
        "requested_at": NOW.isoformat(),
        "repository": "landfall/sample",
        "image": f"registry/landfall/sample@{DIGEST}",
        "image_digest": DIGEST,
        "accepted_digests": (DIGEST,),
        "git_sha": SHA,
        "stability_attempts": 61,
    }
    return Release(**{**known, **changes})


def asked(**changes: Any) -> Asked:
    """Return a request that was recorded before the build."""
    known = {"by": "arn:aws:sts::123456789012:assumed-role/release/ann", "at": "2026-01-02T03:00:00.123Z"}
    front = f"{EXECUTION.replace(':landfall:', ':landfall-ask-sample:')}"
    return Asked(**{**known, "via": "landfall 1.0", "reason": "the fix", "execution": front, **changes})


def baseline(**changes: Any) -> Baseline:
    """Return what ran before."""
    known: dict[str, Any] = {
        "task_definition": OLD_REVISION,
        "digests": {"app": OLD_DIGEST},
        "git_sha": OLD_SHA,
        "desired_count": 2,
        "healthy_targets": 2,
        "base_url": "http://127.0.0.1:9",
        "checks": {"version": "PASS"},
        "restore_to": OLD_REVISION,
    }
    return Baseline(**{**known, **changes})


def deployment(**changes: Any) -> Deployment:
    """Return our deployment of the release, made two minutes ago."""
    known: dict[str, Any] = {
        "kind": Kind.RELEASE,
        "id": OURS,
        "task_definition": REVISION,
        "desired_count": 2,
        "digests": {"app": (DIGEST,)},
        "git_sha": SHA,
        "updated_at": (NOW - timedelta(seconds=120)).isoformat(),
        "deadline": (NOW + timedelta(seconds=780)).isoformat(),
    }
    return Deployment(**{**known, **changes})


def way_back(**changes: Any) -> Deployment:
    """Return our deployment back to the baseline."""
    known: dict[str, Any] = {
        "kind": Kind.ROLLBACK,
        "task_definition": OLD_REVISION,
        "digests": {"app": (OLD_DIGEST,)},
        "git_sha": OLD_SHA,
        "undoes": REVISION,
    }
    return deployment(**{**known, **changes})


def judged(**changes: Any) -> Judged:
    """Return what is to be judged."""
    return Judged(**{"release": release(), "baseline": baseline(), "deployment": deployment(), **changes})


def ecs_deployment(**changes: Any) -> EcsDeployment:
    """Return ours as ECS lists it: PRIMARY and COMPLETED."""
    known: dict[str, Any] = {
        "id": OURS,
        "status": "PRIMARY",
        "task_definition": REVISION,
        "desired": 2,
        "running": 2,
        "pending": 0,
        "failed_tasks": 0,
        "rollout_state": "COMPLETED",
        "rollout_reason": "",
    }
    return EcsDeployment(**{**known, **changes})


def service(*deployments: EcsDeployment, **changes: Any) -> ServiceView:
    """Return the service, with our deployment unless others are given."""
    known: dict[str, Any] = {
        "arn": "arn:aws:ecs:us-east-1:123456789012:service/c/sample",
        "status": "ACTIVE",
        "desired": 2,
        "running": 2,
        "task_definition": REVISION,
        "deployments": deployments or (ecs_deployment(),),
        "target_groups": (TargetGroup(GROUP, "app", PORT),),
    }
    return ServiceView(**{**known, **changes})


def container(**changes: Any) -> Container:
    """Return a container that runs our digest."""
    return Container(**{"name": "app", "image_digest": DIGEST, "exit_code": None, "reason": "", **changes})


def task(n: int = 1, **changes: Any) -> TaskView:
    """Return the n-th task of our deployment, running."""
    known: dict[str, Any] = {
        "arn": f"arn:aws:ecs:us-east-1:123456789012:task/c/{n}",
        "task_definition": REVISION,
        "started_by": OURS,
        "last_status": "RUNNING",
        "desired_status": "RUNNING",
        "ip": f"10.0.0.{n}",
        "containers": (container(),),
    }
    return TaskView(**{**known, **changes})


def stopped(n: int = 1, **changes: Any) -> TaskView:
    """Return the n-th task of our deployment, stopped because its container exited with code 1."""
    known: dict[str, Any] = {
        "last_status": "STOPPED",
        "desired_status": "STOPPED",
        "stop_code": "EssentialContainerExited",
        "stopped_reason": "Essential container in task exited",
        "containers": (container(exit_code=1),),
    }
    return task(n, **{**known, **changes})


def target(n: int = 1, **changes: Any) -> TargetView:
    """Return the n-th task as a healthy target."""
    known: dict[str, Any] = {
        "group": GROUP,
        "ip": f"10.0.0.{n}",
        "port": PORT,
        "state": "healthy",
        "reason": "",
        "description": "",
    }
    return TargetView(**{**known, **changes})


def look(**changes: Any) -> Look:
    """Return a look at a release that is live: law 1 holds of it."""
    return Look(**{"service": service(), "tasks": (task(1), task(2)), "targets": (target(1), target(2)), **changes})


def settings_of(**changes: Any) -> Service:
    """Return the configured service."""
    known: dict[str, Any] = {
        "name": "sample",
        "cluster": "c",
        "service": "sample",
        "container": "app",
        "repository": "landfall/sample",
        "task_role": "task",
        "execution_role": "execution",
        "limits": Limits(),
    }
    return Service(**{**known, **changes})


def settings(*services: Service) -> Settings:
    """Return settings of these services, or of the sample alone."""
    return Settings(services or (settings_of(),), Path("/nowhere"))


def ended(outcome: Outcome = Outcome.SUCCEEDED, **changes: Any) -> Ended:
    """Return how a deployment ended, as the machine knows it."""
    known: dict[str, Any] = {
        "release": release(),
        "outcome": outcome,
        "verdict": passed("HEALTHY", "2 of 2 targets healthy"),
        "baseline": baseline(),
        "deployment": deployment(),
    }
    return Ended(**{**known, **changes})


def crashed(outcome: Outcome, **changes: Any) -> Ended:
    """Return a deployment that failed because its container crashed, and was undone."""
    known: dict[str, Any] = {
        "deployment": way_back(),
        "failure": Failure("CheckStability", "CRASH_LOOP", "2 tasks stopped alike: container 'app' exited with code 1"),
    }
    return ended(outcome, **{**known, **changes})


def answer(sha: str = SHA, **changes: Any) -> Answer:
    """Return a good answer of the version endpoint."""
    return Answer(**{"status": 200, "body": f'{{"gitSha": "{sha}"}}', "seconds": 0.1, **changes})


PATHS = {
    "versions": Smoke.version_path,
    "live": Smoke.live_path,
    "ready": Smoke.ready_path,
    "error": Smoke.error_path,
}


def answers(**changes: Any) -> Answers:
    """Return a round of good answers, of a service that leaves the settings of the smoke test as they are."""
    ready = Answer(200, '{"status": "ready", "database": "connected"}', 0.1)
    known: dict[str, Any] = {
        "versions": (answer(),) * 3,
        "live": Answer(200, "{}", 0.1),
        "ready": ready,
        "error": Answer(404, "{}", 0.1),
    }
    given = {Request(PATHS[k]): (v,) if isinstance(v, Answer) else v for k, v in {**known, **changes}.items()}
    return Answers("http://sample.example", given)


def is_bounded(verdict: Verdict) -> bool:
    """Say whether a verdict fits what the machine expects of one."""
    return bool(verdict.code and verdict.reason and verdict.retry_after >= 1 and len(verdict.reason) <= 1000)
