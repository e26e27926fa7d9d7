"""Stops: which are evidence against a release, when two are alike, what is said about them."""

from __future__ import annotations

import pytest
from landfall import stops
from landfall.observed import TaskView

from tests import builders as b

ELB = "Task failed ELB health checks in (target-group arn:aws:elasticloadbalancing:x)"
PULL = "CannotPullContainerError: pull image manifest has been retried 5 time(s): not found"
SECRET = (
    "ResourceInitializationError: unable to pull secrets or registry auth: AccessDeniedException: User: "
    "arn:aws:sts::123456789012:assumed-role/execution/{task} is not authorized to perform: "
    "secretsmanager:GetSecretValue status code: 400, request id: {request}"
)
TIMED_OUT = "ResourceInitializationError: dial tcp {address}: i/o timeout"


def stop(code: str, reason: str = "", **changes: object) -> TaskView:
    """Return a task that stopped so."""
    return b.stopped(**{"stop_code": code, "stopped_reason": reason, "containers": (b.container(),), **changes})


EVIDENCE = {
    "container exited": (b.stopped(), True),
    "container exited with 0": (b.stopped(containers=(b.container(exit_code=0),)), True),
    "could not start": (stop("TaskFailedToStart", PULL), True),
    "failed ELB health checks": (stop("ServiceSchedulerInitiated", ELB), True),
    "failed container health checks": (stop("ServiceSchedulerInitiated", "Task failed container health checks"), True),
    "scaled in": (stop("ServiceSchedulerInitiated", "Scaling activity initiated by (deployment ecs-svc/1)"), False),
    "rebalanced": (stop("ServiceSchedulerInitiated", "Availability Zone rebalancing"), False),
    "stopped by a person": (stop("UserInitiated", "stopped to debug"), False),
    "spot interruption": (stop("SpotInterruption", "Your Spot Task was interrupted."), False),
    "host retired": (stop("TerminationNotice", "ECS is performing maintenance"), False),
    "no code": (stop("", "failed ELB health checks"), False),
    "unknown code": (stop("SomethingNew", "x"), False),
    "of another deployment": (b.stopped(started_by=b.OLD), False),
    "still running": (b.task(), False),
    "still stopping": (b.stopped(last_status="STOPPING"), False),
}


@pytest.mark.parametrize(("task", "counts"), EVIDENCE.values(), ids=EVIDENCE.keys())
def test_evidence(task: TaskView, counts: bool) -> None:
    """Only stops that the release itself can have caused speak against it (law 8)."""
    assert bool(stops.counts([task], b.OURS)) is counts


def secret(n: int) -> TaskView:
    """Return a task that was not allowed to read a secret: AWS names task and request in the text."""
    uuid = f"00000000-0000-4000-8000-00000000000{n}"
    return stop("TaskFailedToStart", SECRET.format(task=f"{n:032x}", request=uuid))


def timed_out(n: int) -> TaskView:
    """Return a task whose start timed out: AWS names the address it tried."""
    return stop("TaskFailedToStart", TIMED_OUT.format(address=f"10.0.{n}.7:443"))


def exited(code: int | None, name: str = "app", reason: str = "") -> TaskView:
    """Return a task one of whose containers exited."""
    return b.stopped(containers=(b.container(name=name, exit_code=code, reason=reason),))


PAIRS = {
    "same exit": (exited(1), exited(1), True),
    "other exit code": (exited(1), exited(2), False),
    "other container": (exited(1), exited(1, name="agent"), False),
    "other reason": (exited(1, reason="OutOfMemoryError"), exited(1), False),
    "same pull error": (stop("TaskFailedToStart", PULL), stop("TaskFailedToStart", PULL), True),
    "same secret, other task and request": (secret(1), secret(2), True),
    "same timeout, other address": (timed_out(1), timed_out(2), True),
    "health checks, killed or not": (
        stop("ServiceSchedulerInitiated", ELB, containers=(b.container(exit_code=137),)),
        stop("ServiceSchedulerInitiated", ELB, containers=(b.container(exit_code=0),)),
        True,
    ),
    "killed sidecar listed first": (
        b.stopped(containers=(b.container(name="agent", exit_code=137), b.container(exit_code=1))),
        b.stopped(containers=(b.container(exit_code=1), b.container(name="agent", exit_code=143))),
        True,
    ),
}


@pytest.mark.parametrize(("one", "two", "alike"), PAIRS.values(), ids=PAIRS.keys())
def test_alike(one: TaskView, two: TaskView, alike: bool) -> None:
    """Two tasks that failed for one reason are alike, whatever ids AWS wrote into the text; others are not."""
    assert (len(stops.counts([one, two], b.OURS)) == 1) is alike


SAID = {
    "exit": (exited(3), "container 'app' exited with code 3: Essential container in task exited (exit)"),
    "out of memory": (
        exited(137, reason="OutOfMemoryError: Container killed due to memory usage"),
        "container 'app' exited with code 137: OutOfMemoryError: Container killed due to memory usage (out of memory)",
    ),
    "image pull": (stop("TaskFailedToStart", PULL), f"container 'app': {PULL} (image pull)"),
    "start-up": (secret(1), f"container 'app': {secret(1).stopped_reason} (start-up)"),
    "health check": (stop("ServiceSchedulerInitiated", ELB), f"container 'app': {ELB} (health check)"),
    "no containers": (stop("TaskFailedToStart", PULL, containers=()), f"{PULL} (image pull)"),
    "no reason": (stop("TaskFailedToStart", "", containers=()), "no reason given (exit)"),
    "sidecar fell first": (
        b.stopped(containers=(b.container(exit_code=143), b.container(name="agent", exit_code=2))),
        "container 'agent' exited with code 2: Essential container in task exited (exit)",
    ),
}


@pytest.mark.parametrize(("task", "text"), SAID.values(), ids=SAID.keys())
def test_says_container_exit_code_and_reason(task: TaskView, text: str) -> None:
    """The message names the container that brought the task down, its exit code and AWS's own reason."""
    (only,) = stops.counts([task], b.OURS)
    assert str(only) == text


def test_counts_alike_stops_together() -> None:
    """Alike stops are counted as one kind, so that a crash loop shows among other noise."""
    counted = stops.counts([exited(1), exited(2), exited(1), exited(1)], b.OURS)
    assert sorted(counted.values()) == [1, 3]
