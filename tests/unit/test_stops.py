"""Stops: which are evidence against a release, when two are alike, what is said about them."""

from __future__ import annotations

from typing import Any

import pytest

from landfall import stops
from landfall.observed import TaskView
from tests import builders as b

ELB = "Task failed ELB health checks in (target-group arn:aws:elasticloadbalancing:x)"
PULL = "CannotPullContainerError: pull image manifest has been retried 5 time(s): not found"
NOT_ALLOWED = (
    "ResourceInitializationError: unable to pull secrets or registry auth: AccessDeniedException: User: "
    "arn:aws:sts::123456789012:assumed-role/execution/{task} is not authorized to perform: "
    "secretsmanager:GetSecretValue status code: 400, request id: {request}"
)
TIMED_OUT = "ResourceInitializationError: dial tcp {address}: i/o timeout"


def stop(code: str, reason: str = "", **changes: Any) -> TaskView:
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
    return stop("TaskFailedToStart", NOT_ALLOWED.format(task=f"{n:032x}", request=uuid))


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
    "start-up": (secret(1), f"container 'app': {secret(1).stopped_reason} (secret)"),
    "health check": (stop("ServiceSchedulerInitiated", ELB), f"container 'app': {ELB} (health check)"),
    "no containers": (stop("TaskFailedToStart", PULL, containers=()), f"{PULL} (image pull)"),
    "no reason": (stop("TaskFailedToStart", "", containers=()), "no reason given (start-up)"),
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


MANIFEST = (
    "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref {}: not found"
)
TEXTS = {
    "image not found": (MANIFEST.format("x"), "CANNOT_START"),
    "image access denied": (
        "CannotPullContainerError: pull access denied for x: denied: not authorized",
        "CANNOT_START",
    ),
    "registry login denied": (
        "ResourceInitializationError: unable to retrieve ecr registry auth: AccessDeniedException",
        "CANNOT_START",
    ),
    "secret not allowed": (secret(1).stopped_reason, "CANNOT_START"),
    "secret not found": (
        "ResourceInitializationError: unable to retrieve secret from asm: ResourceNotFoundException: can't find it",
        "CANNOT_START",
    ),
    "secret throttled": (
        "ResourceInitializationError: unable to retrieve secret from asm: ThrottlingException: Rate exceeded",
        None,
    ),
    "pull timed out": ("CannotPullContainerError: dial tcp 10.0.0.1:443: i/o timeout", None),
    "pull throttled, and 'denied' in its text": (
        "CannotPullContainerError: toomanyrequests: access denied: You have reached your pull rate limit",
        None,
    ),
    "command not found": ("CannotStartContainerError: exec: executable file not found in $PATH", None),
    "file system not found": ("ResourceInitializationError: failed to mount: fs-1 does not exist", None),
}


@pytest.mark.parametrize(("reason", "code"), TEXTS.values(), ids=TEXTS.keys())
def test_one_is_enough_only_where_waiting_can_not_mend_it(reason: str, code: str | None) -> None:
    """One image or secret that is not there or not allowed is a verdict; what may pass needs two alike."""
    one = stop("TaskFailedToStart", reason)
    verdict = stops.verdict([one], b.OURS, 2)
    assert (verdict.code if verdict else None) == code
    twice = stops.verdict([one, one], b.OURS, 2)
    assert twice is not None
    assert twice.code == (code or "CRASH_LOOP")


@pytest.mark.parametrize(("codes", "expected"), [((1, 2), None), ((1, 2, 3), "LIMPING"), ((1, 2, 1), "CRASH_LOOP")])
def test_limping(codes: tuple[int, ...], expected: str | None) -> None:
    """Tasks that come up and die in turn are a verdict, however different their ends."""
    verdict = stops.verdict([exited(code) for code in codes], b.OURS, 2)
    assert (verdict.code if verdict else None) == expected


def test_starts_that_failed_in_passing_are_no_limping() -> None:
    """A network that is slow to come is not a release that dies: none of these tasks had come up."""
    failed = [stop("TaskFailedToStart", reason) for reason in ("CannotPullContainerError: timeout", TIMED_OUT)]
    assert stops.verdict([*failed, exited(1)], b.OURS, 2) is None
