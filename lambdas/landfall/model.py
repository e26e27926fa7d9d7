"""The values that pass between the states: plain values, the same in Python and in the state machine's variables."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from landfall.redaction import redacted
from landfall.settings import Limits
from landfall.wire import cut

UNKNOWN = "UNKNOWN"
REASON_LIMIT = 1000
"""Bytes of a reason as JSON. Some of them must fit a step's answer beside all else (see step.OUTPUT_LIMIT)."""
WARNING_LIMIT = 200
"""Bytes of a warning as JSON; a baseline has five at most."""


class State(StrEnum):
    """What a look at AWS says."""

    WAIT = "WAIT"
    PASS = "PASS"  # noqa: S105
    FAIL = "FAIL"


class Outcome(StrEnum):
    """How a deployment ended."""

    SUCCEEDED = "SUCCEEDED"
    NO_CHANGE = "NO_CHANGE"
    SKIPPED = "SKIPPED"
    ROLLED_BACK = "ROLLED_BACK"
    REJECTED = "REJECTED"
    ROLLBACK_FAILED = "ROLLBACK_FAILED"
    SUPERSEDED = "SUPERSEDED"
    NO_BASELINE = "NO_BASELINE"


PROVEN = (Outcome.SUCCEEDED, Outcome.NO_CHANGE)
"""Outcomes that mean that the release was proven live."""
QUIET = (*PROVEN, Outcome.SKIPPED)
"""Outcomes of which people are not notified; programs get an event for every outcome."""
UNTOUCHED = (Outcome.REJECTED, Outcome.SKIPPED)
"""Outcomes of deployments that changed nothing: the earlier state still holds."""


class Intent(StrEnum):
    """What a request wants."""

    RELEASE = "release"
    ROLLBACK = "rollback"
    RECOVER = "recover"


class Kind(StrEnum):
    """Which way a change of the service goes: forward to the release, or back to the baseline."""

    RELEASE = "release"
    ROLLBACK = "rollback"


@dataclass(frozen=True)
class Verdict:
    """A verdict: WAIT, PASS or FAIL, a code for programs, a reason for people.

    `retry_after` is how many seconds the machine waits before it looks again (at least 1). Texts of services
    and AWS end up in a reason, and so in the execution's history: they are redacted first.
    """

    state: State
    code: str
    reason: str
    retry_after: int = 1

    def __post_init__(self) -> None:
        object.__setattr__(self, "reason", safe(self.reason))


@dataclass(frozen=True)
class Asked:
    """A request that was recorded before there was an image to deploy (asked.py).

    AWS sets `at` (when it was recorded), `execution` (the front's execution, by whose ARN CloudTrail names the caller)
    and `build` (empty if the requester pushes). The rest is a claim: `by` is the identity that STS told the requester,
    `via` the program that asked.
    """

    by: str
    at: str
    via: str
    reason: str
    execution: str
    build: str = ""


@dataclass(frozen=True)
class Release:
    """One image digest built from one commit, to be made live on one service by one deployment.

    The defaults are those of a request that could not be resolved: it is recorded too.
    `accepted_digests` is the image's digest and, for an index, its platforms' digests. `by_push`: the image's push
    asked for it, not a person. `fence` is that of the lock it is deployed under, 0 before there is one. `revision` is
    the one under which it was proven before; a request to roll back makes a copy of it. `bakes` is how often the
    proof is repeated after the first time: 1 with a `bake_seconds` in its limits, else 0. `requested_by` is what
    started the execution; `asked` is the recorded request that led to it, `asked_too` who else asked for the same
    commit meanwhile. `came` is the input of a request that can't be read, redacted.
    `migration_attempts` and `after_attempts`: looks at its migration and at its after-check; 0 where it has none.
    `cross_migration`: it may go back across a migration that is not backward compatible. `drill`: which way a drill's
    deployment goes; empty for others. `schema_version`: what its image says that it needs of its database; empty where
    that is not compared. `approval`: when people must sign it off, "before" or "after"; empty where nobody is
    asked. `approval_attempts`: looks at that sign-off.
    """

    service: str
    deployment_id: str
    execution_arn: str
    requested_at: str
    started_at: str = ""
    repository: str = ""
    image: str = ""
    image_digest: str = UNKNOWN
    accepted_digests: tuple[str, ...] = ()
    git_sha: str = UNKNOWN
    intent: Intent = Intent.RELEASE
    reason: str = ""
    requested_by: str = UNKNOWN
    by_push: bool = False
    fence: int = 0
    limits: Limits = field(default_factory=Limits)
    stability_attempts: int = 0
    revision: str = ""
    bakes: int = 0
    asked: Asked | None = None
    asked_too: tuple[str, ...] = ()
    came: str = ""
    worker_attempts: int = 0
    migration_attempts: int = 0
    cross_migration: bool = False
    drill: str = ""
    after_attempts: int = 0
    schema_version: str = ""
    approval: str = ""
    approval_attempts: int = 0

    @property
    def is_worker(self) -> bool:
        """Say whether its service has no load balancer."""
        return self.worker_attempts > 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "reason", redacted(self.reason))
        object.__setattr__(self, "came", redacted(self.came))


@dataclass(frozen=True)
class Baseline:
    """What ran before the update, and where a rollback goes.

    `restore_to` is the revision that a rollback restores: the one that ran, or, if it named an image by tag, a copy of
    it pinned to the digests that ran, or, if what ran was never proven, the last proven release of the ledger;
    `restores` says which. For the last proven release `accepted` are the digests its containers may report and
    `proven_sha` its commit. While `ecs_deployment` is PRIMARY, nothing was touched. `checks` is the smoke result
    before the update, name to state. `dead_targets` are targets, as ip:port, that were no task of the service and
    unhealthy before the update; `unhealthy_tasks` is how many of its tasks were UNHEALTHY then. `lingers`: it is behind
    a Network Load Balancer, through which tasks may be reached for minutes after they were taken out.
    """

    task_definition: str
    digests: dict[str, str]
    git_sha: str
    desired_count: int
    healthy_targets: int
    base_url: str
    checks: dict[str, str] = field(default_factory=dict)
    restore_to: str | None = None
    restores: str = ""
    accepted: dict[str, tuple[str, ...]] = field(default_factory=dict)
    proven_sha: str = ""
    ecs_deployment: str = ""
    warnings: tuple[str, ...] = ()
    dead_targets: tuple[str, ...] = ()
    unhealthy_tasks: int = 0
    lingers: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "warnings", tuple(cut(redacted(each), WARNING_LIMIT) for each in self.warnings))


@dataclass(frozen=True)
class Deployment:
    """Landfall's change of the service, forward or back, that the steps judge.

    `id` is the ECS deployment id (empty until the service is updated); `digests` maps a container to the
    digests it may run (an image index and its platforms' manifests all count as the same release). A rollback
    `undoes` the revision of the release. `health_checked` are the released containers that have a
    health check in the revision: while the health of one is UNKNOWN, its task is not judged yet. `as_unhealthy` allows
    tasks that are UNHEALTHY, as those of the baseline were.
    """

    kind: Kind
    id: str
    task_definition: str
    desired_count: int
    digests: dict[str, tuple[str, ...]]
    git_sha: str
    updated_at: str = ""
    deadline: str = ""
    undoes: str = ""
    health_checked: tuple[str, ...] = ()
    as_unhealthy: bool = False

    @property
    def is_to_none(self) -> bool:
        """Say whether it goes back to no tasks, since nothing ran before the first release."""
        return self.kind == Kind.ROLLBACK and self.desired_count == 0


@dataclass(frozen=True)
class Failure:
    """Why a deployment did not succeed: the state that found it, a code, a reason."""

    state: str
    code: str
    reason: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "reason", safe(self.reason))


def safe(reason: str) -> str:
    """Return a reason that may be stored and sent: redacted, and cut to REASON_LIMIT."""
    return cut(redacted(reason), REASON_LIMIT)


def passed(code: str, reason: str) -> Verdict:
    """Return a verdict that lets the deployment go on."""
    return Verdict(State.PASS, code, reason)


def wait(code: str, reason: str, retry_after: int) -> Verdict:
    """Return a verdict that asks for another look after `retry_after` seconds."""
    return Verdict(State.WAIT, code, reason, retry_after)


def failed(code: str, reason: str) -> Verdict:
    """Return a verdict that ends the way forward."""
    return Verdict(State.FAIL, code, reason)
