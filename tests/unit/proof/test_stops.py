"""Stops: which are evidence against a release, when two are of the same kind, and their messages."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from landfall import console
from landfall.proof import stops
from landfall.proof.observed import TaskView
from tests.support import builders as b

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
    """Only stops that the release itself can have caused speak against it (law 8). Of these, some never started."""
    assert bool(stops.counts([task], b.OURS)) is counts
    assert bool(stops.died([task], b.OURS)) is (counts and task.stop_code != "TaskFailedToStart")


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


def proxied(name: str) -> TaskView:
    """Return a task whose Service Connect proxy exited; AWS makes up the end of its name."""
    return b.stopped(containers=(b.container(exit_code=143), b.container(name=name, exit_code=1)))


def guarded(exit_code: int | None, end: str = "Ab3dEf") -> TaskView:
    """Return a task whose container exited, and whose GuardDuty agent could not be pulled."""
    denied = "CannotPullContainerError: unexpected status from HEAD request: 403 Forbidden"
    agent = b.container(name=f"aws-guardduty-agent-{end}", reason=denied)
    return b.stopped(containers=(agent, b.container(exit_code=exit_code)))


PAIRS = {
    "the proxy of Service Connect": (proxied("ecs-service-connect-kQ7mZ"), proxied("ecs-service-connect-wR2tYp"), True),
    "the proxy, and the application": (proxied("ecs-service-connect-kQ7mZ"), exited(1), False),
    "GuardDuty's agent of another name": (guarded(1), guarded(1, "Xy9"), True),
    "GuardDuty's agent in one of them": (guarded(1), exited(1), True),
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


UNPULLED = b.container(name="xray", reason="CannotPullContainerError: not found")
SAID = {
    "GuardDuty's agent denied": (
        guarded(3),
        "container 'app' exited with code 3: Essential container in task exited (exit)",
    ),
    "an agent that could not be pulled, and a crash": (
        b.stopped(containers=(UNPULLED, b.container(exit_code=3))),
        "container 'app' exited with code 3: Essential container in task exited (exit)",
    ),
    "a container that ended by itself, and one killed for it": (
        b.stopped(containers=(b.container(name="agent", exit_code=137), b.container(exit_code=0))),
        "container 'app' exited with code 0: Essential container in task exited (exit)",
    ),
    "an agent killed for its memory": (
        b.stopped(
            containers=(b.container(name="agent", exit_code=137, reason="OutOfMemoryError"), b.container(exit_code=0))
        ),
        "container 'agent' exited with code 137: OutOfMemoryError (out of memory)",
    ),
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
    "pull timed out": ("CannotPullContainerError: dial tcp 10.0.0.1:443: i/o timeout", None),
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


PASSING = (
    "ResourceInitializationError: unable to retrieve secret from asm: ThrottlingException: Rate exceeded",
    "CannotPullContainerError: toomanyrequests: access denied: You have reached your pull rate limit",
    "Timeout waiting for network interface provisioning to complete.",
    "RESOURCE:ENI",
    "ECS timed out while configuring the EBS volume attachment to your Task",
)


@pytest.mark.parametrize("reason", PASSING)
@pytest.mark.parametrize("number", [1, 2, 10, 100, 1000])
def test_what_is_around_a_task_is_no_evidence(reason: str, number: int) -> None:
    """Stops that no image can cause never fail a release, however many there are; only the deadline does."""
    around = [stop("TaskFailedToStart", reason)] * number
    assert stops.verdict(around, b.OURS, 2) is None
    assert stops.counts(around, b.OURS).most_common(1)[0][1] == number


@pytest.mark.parametrize(("codes", "expected"), [((1, 2), None), ((1, 2, 3), "LIMPING"), ((1, 2, 1), "CRASH_LOOP")])
def test_limping(codes: tuple[int, ...], expected: str | None) -> None:
    """Tasks that come up and die in turn are a verdict, however different their ends."""
    verdict = stops.verdict([exited(code) for code in codes], b.OURS, 2)
    assert (verdict.code if verdict else None) == expected


def test_starts_that_failed_in_passing_are_no_limping() -> None:
    """A network that is slow to come is not a release that dies: none of these tasks had come up."""
    failed = [stop("TaskFailedToStart", reason) for reason in ("CannotPullContainerError: timeout", TIMED_OUT)]
    assert stops.verdict([*failed, exited(1)], b.OURS, 2) is None


def test_the_containers_of_the_release_come_first() -> None:
    """Where several failed, the release's own is named: the others may be of no account."""
    both = b.stopped(containers=(b.container(name="agent", exit_code=2), b.container(name="worker", exit_code=3)))
    assert [s.container for s in stops.counts([both], b.OURS)] == ["agent"]
    assert [s.container for s in stops.counts([both], b.OURS, ("worker",))] == ["worker"]


@pytest.mark.parametrize(("code", "expected"), [(1, None), (137, None), (None, "CANNOT_START")])
def test_a_task_that_came_up_is_not_hopeless(code: int | None, expected: str | None) -> None:
    """A container that can't be pulled did not keep the task from coming up: one such stop may be of something else."""
    verdict = stops.verdict([b.stopped(containers=(UNPULLED, b.container(exit_code=code)))], b.OURS, 2)
    assert (verdict.code if verdict else None) == expected


@pytest.mark.parametrize("code", [None, 0, 1, 137, 143])
def test_an_agent_that_no_task_needs_is_never_at_fault(code: int | None) -> None:
    """GuardDuty's agent may fail in every task. Only the tasks' own reason counts, and is shown."""
    (only,) = stops.counts([guarded(code)], b.OURS)
    assert (only.container, only.kind) == ("app", "exit")
    assert stops.verdict([guarded(code)], b.OURS, 2) is None
    late = replace(guarded(None), stop_code="TaskFailedToStart", stopped_reason="Timeout waiting for network interface")
    assert stops.verdict([late, late], b.OURS, 2) is None


PULL_CUT = "CannotPullContainerError: i/o timeout"
FIGURES = [  # desired, deaths alike, deaths of several kinds, starts that failed: so many are a verdict, one fewer not
    (1, 2, 3, 2),
    (2, 2, 3, 2),
    (10, 2, 3, 6),
    (40, 3, 3, 21),
    (100, 6, 6, 51),
    (200, 11, 11, 101),
    (1000, 51, 51, 501),
]


@pytest.mark.parametrize(("desired", "alike", "several", "starts"), FIGURES)
def test_evidence_scales(desired: int, alike: int, several: int, starts: int) -> None:
    """Beside tasks that run, it takes more than one in twenty that die alike, or more than half that fail to start."""
    up = [b.task(n) for n in range(desired)]

    def code(stopped: list[TaskView]) -> str | None:
        verdict = stops.verdict([*up, *stopped], b.OURS, 2, desired=desired)
        return verdict.code if verdict else None

    assert (code([exited(1)] * (alike - 1)), code([exited(1)] * alike)) == (None, "CRASH_LOOP")
    unlike = [exited(n) for n in range(1, several + 1)]
    assert (code(unlike[1:]), code(unlike)) == (None, "LIMPING")
    for reason in (PULL, PULL_CUT):
        failed = [stop("TaskFailedToStart", reason)] * starts
        assert (code(failed[1:]), code(failed)) == (None, "CRASH_LOOP")


@pytest.mark.parametrize("desired", [1, 2, 10, 100, 1000])
@pytest.mark.parametrize("tasks", [[exited(1)], [stop("TaskFailedToStart", PULL_CUT)]], ids=["crash", "pull"])
def test_a_crash_of_every_task_is_called_after_two(desired: int, tasks: list[TaskView]) -> None:
    """However large the service: where none of the tasks that were tried runs, two alike are enough."""
    assert stops.verdict(tasks, b.OURS, 2, desired=desired) is None
    verdict = stops.verdict(tasks * 2, b.OURS, 2, desired=desired)
    assert verdict is not None
    assert verdict.code == "CRASH_LOOP"


def pending(number: int) -> list[TaskView]:
    """Return tasks that are on their way."""
    return [b.task(n, last_status="PENDING") for n in range(number)]


@pytest.mark.parametrize(("others", "expected"), [(0, "CANNOT_START"), (1, "CANNOT_START"), (9, None), (99, None)])
def test_one_of_many_that_are_tried_together(others: int, expected: str | None) -> None:
    """An image that one task does not find is not called missing while most of the others are still pulling it."""
    verdict = stops.verdict([*pending(others), stop("TaskFailedToStart", PULL)], b.OURS, 2, desired=others + 1)
    assert (verdict.code if verdict else None) == expected


def test_two_early_crashes_of_two_hundred() -> None:
    """Two that crash before the others have come up are two of two hundred all the same."""
    assert stops.verdict([*pending(198), exited(1), exited(1)], b.OURS, 2, desired=200) is None


def test_a_task_that_runs_proves_that_the_image_is_there() -> None:
    """One 'not found' beside nine tasks of the same revision that run: the others pulled it."""
    nine = [b.task(n) for n in range(9)]
    assert stops.verdict([*nine, stop("TaskFailedToStart", PULL)], b.OURS, 2, desired=10) is None
    theirs = [b.task(n, started_by=b.OLD) for n in range(9)]
    verdict = stops.verdict([*theirs, stop("TaskFailedToStart", PULL)], b.OURS, 2, desired=10)
    assert verdict is not None
    assert verdict.code == "CANNOT_START"


@pytest.mark.parametrize(
    ("desired", "expected"), [(1, None), (2, "CRASH_LOOP"), (10, "CRASH_LOOP"), (100, "CRASH_LOOP")]
)
@pytest.mark.parametrize("back", [True, False], ids=["running again", "on their way"])
def test_crashes_after_the_verdict(desired: int, expected: str | None, back: bool) -> None:
    """All tasks crash 20 s after they were proven: called at once, or, of a single task, at its second death."""
    again = [b.task(n) for n in range(desired)] if back else pending(desired)
    died = [exited(1)] * desired
    verdict = stops.verdict([*again, *died], b.OURS, 2, completed=True, desired=desired)
    assert (verdict.code if verdict else None) == expected
    later = stops.verdict([*again, *died, *died], b.OURS, 2, completed=True, desired=desired)
    assert later is not None
    assert later.code == "CRASH_LOOP"


@pytest.mark.parametrize("desired", [1, 2, 10, 100])
def test_one_flake_after_the_verdict(desired: int) -> None:
    """A single task that died and was replaced takes no proven release back."""
    again = [b.task(n) for n in range(desired)]
    assert stops.verdict([*again, exited(1)], b.OURS, 2, completed=True, desired=desired) is None


@pytest.mark.parametrize(("one", "two", "alike"), PAIRS.values(), ids=PAIRS.keys())
def test_alike_in_two_tasks(one: TaskView, two: TaskView, alike: bool) -> None:
    """Each stop is of another task: were that to count, no two would ever be alike."""
    other = replace(two, arn=two.arn + "0")
    assert (len(stops.counts([one, other], b.OURS)) == 1) is alike


def test_a_pull_that_may_pass_is_like_one_that_may_not() -> None:
    """Two tasks did not get their image: they are alike, whatever the registry said of each."""
    tasks = [stop("TaskFailedToStart", PULL), stop("TaskFailedToStart", PULL_CUT)]
    assert list(stops.counts(tasks, b.OURS).values()) == [2]


KILLED = exited(137, reason="OutOfMemoryError")
UNHEALTHY = stop("ServiceSchedulerInitiated", ELB)
UNSTARTED = stop("TaskFailedToStart", PULL_CUT)


@pytest.mark.parametrize("died", [exited(1), KILLED, UNHEALTHY], ids=["exit", "memory", "health check"])
def test_each_kind_of_death_counts_after_the_verdict(died: TaskView) -> None:
    """However a task that had come up died: two of two are a verdict, and of two hundred it takes more than ten."""
    two, many = [b.task(n) for n in range(2)], [b.task(n) for n in range(200)]

    def code(tasks: list[TaskView], desired: int) -> str | None:
        verdict = stops.verdict(tasks, b.OURS, 2, completed=True, desired=desired)
        return verdict.code if verdict else None

    assert code([*two, died, died], 2) == "CRASH_LOOP"
    assert (code([*many, *[died] * 10], 200), code([*many, *[died] * 11], 200)) == (None, "CRASH_LOOP")
    assert code([*two, UNSTARTED, UNSTARTED], 2) is None


@pytest.mark.parametrize("died", [KILLED, UNHEALTHY], ids=["memory", "health check"])
def test_each_kind_of_death_is_limping(died: TaskView) -> None:
    """Three that came up and died, each of another cause."""
    verdict = stops.verdict([died, exited(1), exited(2)], b.OURS, 2)
    assert verdict is not None
    assert verdict.code == "LIMPING"


def test_limping_tells_the_last_and_those_before() -> None:
    """A person reads the newest end whole, with a link, and of the others each kind once, cut short."""
    long = exited(4, reason="x" * 200)
    verdict = stops.verdict([exited(1), exited(5), exited(2), exited(2), long, exited(3)], b.OURS, 5)
    assert verdict is not None
    text = "container 'app' exited with code {}: Essential container in task exited (exit)"
    before = [text.format(5), text.format(2), f"container 'app' exited with code 4: {'x' * 200}"[:150], text.format(3)]
    assert verdict.reason.startswith(f"6 tasks of this deployment started and stopped, last {text.format(1)}; see http")
    assert verdict.reason.endswith(f"; before: {'; '.join(before)}")


def told_of(length: int) -> str:
    """Return what is shown of a stop whose text has that length."""
    empty = len("container 'app' exited with code 3:  (exit)")
    (only,) = stops.counts([exited(3, reason="x" * (length - empty))], b.OURS)
    assert len(str(only)) == length
    return stops.shown(only)


def test_a_long_reason_is_cut_and_says_so() -> None:
    """The link to the task comes after it, and must survive the bound of a reason."""
    (only,) = stops.counts([exited(3)], b.OURS)
    link = f"; see {console.task(only.task)}"
    assert stops.shown(only) == f"{only}{link}"
    whole = told_of(620)
    assert "…" not in whole
    assert whole.endswith(f"x (exit){link}")
    assert told_of(621).endswith(f"…{link}")
    assert len(told_of(621)) == len(told_of(5000)) == 621 + len(link)


@pytest.mark.parametrize(
    ("waiting", "lost", "expected"), [(1, 1, True), (2, 1, True), (3, 1, False), (4, 2, True), (5, 2, False)]
)
def test_half_of_what_is_tried_must_be_lost(waiting: int, lost: int, expected: bool) -> None:
    """An image that is not there is missed by all: while most are still on their way, nothing is known."""
    verdict = stops.verdict([*pending(waiting), *[stop("TaskFailedToStart", PULL)] * lost], b.OURS, 9, desired=waiting)
    assert (verdict is not None) is expected
    if verdict:
        assert verdict.code == "CANNOT_START"


def test_what_is_lost_first_is_told() -> None:
    """The tasks come newest first: the newest is the one that the console still shows."""
    verdict = stops.verdict([stop("TaskFailedToStart", PULL), secret(1)], b.OURS, 2)
    assert verdict is not None
    assert PULL in verdict.reason


GUILT = (
    b.container(exit_code=1, reason="x"),
    b.container(exit_code=None, reason="could not be pulled"),
    b.container(exit_code=0, reason="x"),
    b.container(exit_code=143),
    b.container(exit_code=None),
)
"""From the one that failed to the one that nobody knows anything of."""
FAILED = (
    b.container(exit_code=1, reason="x"),
    b.container(exit_code=255, reason="x"),
    b.container(exit_code=-1, reason="x"),
    b.container(exit_code=137, reason="OutOfMemoryError: x"),
)


@pytest.mark.parametrize("first", range(len(GUILT)))
def test_the_culprit_is_the_one_that_failed(first: int) -> None:
    """ECS stops the others when one fails: they are not what brought the task down, whatever they are called."""
    for innocent in GUILT[first + 1 :]:
        one, other = replace(GUILT[first], name="z"), replace(innocent, name="a")
        for order in ((one, other), (other, one)):
            (only,) = stops.counts([b.stopped(containers=order)], b.OURS)
            assert only.container == "z"


@pytest.mark.parametrize("one", FAILED)
@pytest.mark.parametrize("other", FAILED)
def test_of_two_that_failed_the_name_decides(one: Any, other: Any) -> None:
    """DescribeTasks lists containers in any order: two tasks that died alike are told alike."""
    a, z = replace(one, name="a"), replace(other, name="z")
    for order in ((a, z), (z, a)):
        (only,) = stops.counts([b.stopped(containers=order)], b.OURS)
        assert only.container == "a"


def test_of_two_that_failed_the_one_with_a_reason_is_told() -> None:
    """It says more."""
    silent, told = b.container(name="a", exit_code=1), b.container(name="z", exit_code=2, reason="no database")
    for order in ((silent, told), (told, silent)):
        (only,) = stops.counts([b.stopped(containers=order)], b.OURS)
        assert (only.container, only.reason) == ("z", "no database")


@pytest.mark.parametrize("reason", [PULL, PASSING[2]])
def test_what_ran_and_exited_is_an_exit_whatever_it_says(reason: str) -> None:
    """An application may speak of images and networks in its last words."""
    (only,) = stops.counts([exited(1, reason=reason)], b.OURS)
    assert (only.kind, only.exit_code, only.hopeless) == ("exit", 1, False)
