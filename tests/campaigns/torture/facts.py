"""What a scenario says: facts with times, in seconds since the phase's update of the service (README.md has the words).

Everything here is read strictly from TOML: a word that does not exist is an error, not a fact that is never told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

FOREVER = float("inf")
LONG_AGO = -3600.0


@dataclass(frozen=True)
class DeploymentFact:
    """An entry of the service's `deployments`. The PRIMARY one is the one that started last and is still listed."""

    of: str
    key: str = ""
    start: float = 0
    gone: float = FOREVER
    completed: float = FOREVER
    failed: float = FOREVER
    reason: str = ""
    failed_tasks: int = 0
    state: str | None = None
    running: int | None = None


@dataclass(frozen=True)
class ContainerFact:
    """A container of the task definition beside the application's. `needed`: the application waits for its success.

    `image`: `app` for the application's own in every revision, or the role whose image it has; else it is its own.
    """

    name: str
    image: str = ""
    essential: bool = False
    needed: bool = False
    health_check: bool = False


@dataclass(frozen=True)
class HealthFact:
    """What the application's container's health is from a second on."""

    at: float
    to: str


@dataclass(frozen=True)
class TaskFact:
    """Tasks that live alike: `n` of them (0: as many as desired), or `times` one after the other, `every` seconds.

    `dead`: containers that stopped while the task runs on. `health`: the health of the application's container from
    the start (default: HEALTHY where the task definition has a check, else UNKNOWN); `health_changes`: what it is
    from a second on. A name that ends in `*` gets another ending in each task, as AWS gives to what it injects.
    `lingers`: for how long a task that is to stop still runs. Of a worker, in seconds after the task runs: `says_sha`,
    when it logs its commit; `works_from` and `idle_from`, between which it logs its work.
    """

    of: str
    key: str = ""
    n: int = 0
    start: float = 5
    running: float = FOREVER
    healthy: float = FOREVER
    stop: float = FOREVER
    every: float = 0
    times: int = 1
    revision: str = ""
    digest: str = ""
    container: str = "app"
    sidecars: tuple[str, ...] = ()
    dead: tuple[str, ...] = ()
    dead_exit: int | None = 1
    dead_reason: str = ""
    health: str = ""
    health_changes: tuple[HealthFact, ...] = ()
    sidecar_health: Mapping[str, str] = field(default_factory=dict)
    sidecar_digest: Mapping[str, str] = field(default_factory=dict)
    ipv6: bool = False
    exit: int | None = None
    reason: str = ""
    stop_code: str = ""
    stop_reason: str = ""
    unhealthy: tuple[tuple[float, float], ...] = ()
    why_unhealthy: str = "Target.FailedHealthChecks"
    target: bool = True
    target_state: str = ""
    target_reason: str = ""
    group_healthy: tuple[float, ...] = ()
    drain: float = 30
    lingers: float = 0
    says_sha: float = 1
    works_from: float = 2
    idle_from: float = FOREVER


@dataclass(frozen=True)
class TargetFact:
    """A target that is no task of the scenario. `ipv6`: the same address, as IPv6. `group`: which of `groups`."""

    ip: str
    key: str = ""
    group: int = 1
    ipv6: bool = False
    port: int = 8080
    state: str = "healthy"
    reason: str = ""
    start: float = LONG_AGO
    gone: float = FOREVER


@dataclass(frozen=True)
class HttpFact:
    """What the endpoints answer from `at` on: tokens, one after the other and round again; `first` only once.

    `19*ours` stands for nineteen times `ours`. `first` is of the version endpoint. With a strategy only: `of` whose
    tasks answer, through which `listener` (`test` or `production`), at which `stage` or from which `weight` on;
    `headers` and `seconds` of the answers.
    """

    at: float = 0
    key: str = ""
    version: tuple[str, ...] = ()
    live: tuple[str, ...] = ()
    ready: tuple[str, ...] = ()
    first: tuple[str, ...] = ()
    first_live: tuple[str, ...] = ()
    first_ready: tuple[str, ...] = ()
    of: str = ""
    listener: str = ""
    until: float = FOREVER
    stage: str = ""
    weight: float = -1
    headers: Mapping[str, str] = field(default_factory=dict)
    seconds: float | None = None


@dataclass(frozen=True)
class WorkerFact:
    """The service has no load balancer. Its worker table: `progress` by a log line, or by a `metric`."""

    steady: int = 60
    progress: bool = False
    within: int = 120
    metric: bool = False


@dataclass(frozen=True)
class MigrationFact:
    """The service has a migration table; its task is RUNNING from `runs` and STOPPED at `stops`, seconds after RunTask.

    `refused`: how often RunTask starts nothing and answers with that failure. `unknown`: DescribeTasks does not know
    the task between these seconds. `another`: until when an earlier deployment's migration runs, in seconds of the
    scenario. `beside`: the exit codes of other containers, which ECS lists first. `exited`: when the container has
    its exit code, while ECS takes the task away until `stops`.
    """

    runs: float = 10
    stops: float = 60
    exit: int | None = 0
    stop_code: str = "EssentialContainerExited"
    stop_reason: str = "Essential container in task exited"
    reason: str = ""
    timeout: int = 900
    backward_compatible: bool = True
    refused: int = 0
    unknown: tuple[float, float] = (FOREVER, FOREVER)
    another: float = 0
    beside: Mapping[str, int] = field(default_factory=dict)
    exited: float = FOREVER


@dataclass(frozen=True)
class AfterFact:
    """The service has an after table. Its function gives these `answers` in turn, the last one again and again.

    It runs for `lasts` seconds, and for `limit` where it hangs. `before`: what Lambda says of it in preflight. `calls`:
    how often it may be called, where that is told.
    """

    answers: tuple[str, ...] = ("yes",)
    lasts: float = 2
    limit: int = 30
    seconds: int = 300
    undecided: Literal["rollback", "accept"] = "rollback"
    before: str = ""
    calls: int = 0


@dataclass(frozen=True)
class PersonFact:
    """Somebody answers `at` seconds after people were asked: approves or rejects, as a session of `role`.

    `status` is what the door must reply. `arn`: the caller's ARN instead of the session's; `method`: other than POST.
    `unwoken`: the task token is lost, so the machine is not woken.
    """

    at: float
    role: str = "A"
    say: str = "approve"
    items: tuple[str, ...] | None = None
    session: str = "s1"
    status: int = 200
    arn: str | None = None
    method: str = "POST"
    reason: str = ""
    unwoken: bool = False


@dataclass(frozen=True)
class ApprovalFact:
    """The service has an approval table: roles A, B and C may answer. `newer`: when a newer push comes meanwhile."""

    when: str = "before"
    checklist: tuple[str, ...] = ("backup taken",)
    four_eyes: bool = False
    expires: int = 3600
    people: tuple[PersonFact, ...] = ()
    newer: float = FOREVER


@dataclass(frozen=True)
class ServiceFact:
    """A change of the service itself that nobody asked Landfall about."""

    at: float = 0
    key: str = ""
    desired: int | None = None
    status: str = ""
    missing: bool = False


@dataclass(frozen=True)
class CallFact:
    """What goes wrong with a call (`*`: every call): an error, an old picture, or a reply that is no good.

    A key of `drop` and `put` counts wherever it is in the reply; as `deployments.status`, only right under that key.
    With a strategy, at a `stage` or from a `weight` on: `at` and `until` count from then.
    """

    call: str
    key: str = ""
    at: float = 0
    until: float = FOREVER
    times: int = 1_000_000
    error: str = ""
    stale: float | None = None
    drop: tuple[str, ...] = ()
    put: Mapping[str, Any] = field(default_factory=dict)
    effect: bool = False
    stage: str = ""
    weight: float = -1


@dataclass(frozen=True)
class EventFact:
    """A service event, as ECS words it; `n` of them."""

    at: float
    message: str
    key: str = ""
    n: int = 1


@dataclass(frozen=True)
class PauseFact:
    """A hook of the owner's that waits from `at` to `until` (`inf`: nobody acts), and how it `ended`."""

    at: float
    until: float = FOREVER
    stage: str = "PRE_SCALE_UP"
    minutes: int = 1440
    then: str = "ROLLBACK"
    ended: str = "SUCCEEDED"


@dataclass(frozen=True)
class ServiceDeploymentFact:
    """ECS's own record of a change of the service: IN_PROGRESS from `start` to `ended`, then in a `status`."""

    of: str
    key: str = ""
    start: float = 0
    ended: float = FOREVER
    status: str = "SUCCESSFUL"
    reason: str = ""
    rollback: str = ""
    alarms: tuple[str, ...] = ()
    pauses: tuple[PauseFact, ...] = ()


@dataclass(frozen=True)
class Phase:
    """What is so before the update, after it, or after the rollback's update.

    `others_stop` and `others_gone`: when, after a rollback's update, the tasks and deployments of before end.
    """

    deployments: tuple[DeploymentFact, ...] = ()
    tasks: tuple[TaskFact, ...] = ()
    targets: tuple[TargetFact, ...] = ()
    http: tuple[HttpFact, ...] = ()
    service: tuple[ServiceFact, ...] = ()
    calls: tuple[CallFact, ...] = ()
    events: tuple[EventFact, ...] = ()
    service_deployments: tuple[ServiceDeploymentFact, ...] = ()
    others_stop: float = 60
    others_gone: float = 75
