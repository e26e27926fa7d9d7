"""What a phase's facts come to at one moment: deployments, tasks, targets and the service itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from tests.campaigns.torture.facts import FOREVER, LONG_AGO, DeploymentFact, Phase, TargetFact, TaskFact

APPLICATION = "app"
LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


@dataclass(frozen=True)
class Task:
    """One task. Its times are absolute seconds."""

    name: str
    fact: TaskFact
    number: int
    start: float
    running: float
    healthy: float
    stop: float

    @property
    def ip(self) -> str:
        """Return its own IPv4 address."""
        return f"10.0.{self.number // 250}.{self.number % 250 + 1}"

    @property
    def address(self) -> str:
        """Return the address its targets have."""
        return ipv6(self.ip) if self.fact.ipv6 else self.ip

    def named(self, name: str) -> str:
        """Return the name of a container in this task: a `*` at its end stands for what AWS makes up."""
        made_up = "".join(LETTERS[self.number * prime % len(LETTERS)] for prime in (7, 11, 13, 17, 19))
        return name.removesuffix("*") + made_up if name.endswith("*") else name


@dataclass(frozen=True)
class Picture:
    """A moment."""

    at: float
    desired: int
    status: str
    missing: bool
    deployments: tuple[tuple[DeploymentFact, bool], ...]
    tasks: tuple[Task, ...]
    targets: tuple[TargetFact, ...]

    @property
    def primary(self) -> DeploymentFact | None:
        """Return the PRIMARY deployment."""
        return next((d for d, primary in self.deployments if primary), None)

    def running(self, of: str) -> int:
        """Return how many tasks of a deployment run."""
        return sum(t.fact.of == of and t.running <= self.at < t.stop for t in self.tasks)

    def pending(self, of: str) -> int:
        """Return how many tasks of a deployment are on their way."""
        return sum(t.fact.of == of and self.at < min(t.running, t.stop) for t in self.tasks)


def ipv6(ip: str) -> str:
    """Return the IPv6 address that stands for an IPv4 one, as AWS writes it."""
    first, second, third, last = (int(part) for part in ip.split("."))
    return f"2600:1f18:{first:x}{second:02x}:{third + 1:x}::{last:x}"


def health(task: Task, container: str, at: float, has_check: bool) -> str:
    """Return the health of a container at a moment: HEALTHY while it runs if it has a check and nothing is told."""
    if not task.running <= at < task.stop:
        return "UNKNOWN"
    usual = "HEALTHY" if has_check else "UNKNOWN"
    if container != APPLICATION:
        return task.fact.sidecar_health.get(container, usual)
    since = at - (task.start - task.fact.start)
    return next((h.to for h in reversed(task.fact.health_changes) if h.at <= since), task.fact.health or usual)


def tasks(phase: Phase, base: float, wanted: int, numbers: dict[str, int]) -> Iterator[Task]:
    """Yield every task of a phase. `numbers` remembers which task is which from phase to phase."""
    for index, fact in enumerate(phase.tasks):
        several = fact.n or (1 if fact.times > 1 or fact.every else wanted)
        for turn in range(fact.times):
            for one in range(several):
                name = f"{fact.of}-{fact.key or index}-{turn}-{one}"
                shift = base + turn * fact.every
                yield Task(
                    name,
                    fact,
                    numbers.setdefault(name, len(numbers) + 1),
                    fact.start + shift,
                    fact.running + shift,
                    fact.healthy + shift,
                    fact.stop + shift,
                )


def ending_at(task: Task, when: float) -> Task:
    """Return a task that the scheduler stops, unless it ends before by itself."""
    if task.stop <= when:
        return task
    return replace(
        task, stop=when, fact=replace(task.fact, exit=None, reason="", stop_code="", stop_reason="", unhealthy=())
    )


def deployments(facts: list[DeploymentFact], at: float) -> tuple[tuple[DeploymentFact, bool], ...]:
    """Return the deployments listed at a moment (times absolute), PRIMARY first. A later entry of one role counts."""
    listed: dict[str, DeploymentFact] = {}
    for fact in sorted(facts, key=lambda f: f.start):
        if fact.start <= at:
            listed.pop(fact.of, None)
            listed[fact.of] = fact
    present = [f for f in listed.values() if at < f.gone]
    newest = max(present, key=lambda f: f.start, default=None)
    return tuple((f, f is newest) for f in sorted(present, key=lambda f: -f.start))


def absolute(fact: DeploymentFact, base: float) -> DeploymentFact:
    """Return a deployment with absolute times."""
    return replace(
        fact,
        start=fact.start + base,
        gone=fact.gone + base,
        completed=fact.completed + base,
        failed=fact.failed + base,
    )


def alive(task: Task, at: float) -> bool:
    """Say whether ECS still knows the task: it forgets stopped ones after an hour."""
    return task.start <= at < task.stop - LONG_AGO


def state_of(fact: DeploymentFact, at: float) -> str:
    """Return the rollout state."""
    if fact.state is not None:
        return fact.state
    if at >= fact.failed:
        return "FAILED"
    return "COMPLETED" if at >= fact.completed else "IN_PROGRESS"


def target_state(task: Task, at: float, group: int = 1) -> tuple[str, str]:
    """Return the state and reason of a task's target in a group; empty where it is not registered."""
    fact = task.fact
    healthy = task.healthy
    if fact.group_healthy:
        healthy = fact.group_healthy[group - 1] + task.start - fact.start
    if not fact.target or at < task.running or at >= task.stop + fact.drain:
        return "", ""
    if at >= task.stop:
        return "draining", "Target.DeregistrationInProgress"
    since = at - (task.start - fact.start)
    if fact.target_state:
        return fact.target_state, fact.target_reason
    if any(begin <= since < end for begin, end in fact.unhealthy):
        return "unhealthy", fact.why_unhealthy
    if at >= healthy:
        return "healthy", ""
    if healthy == FOREVER and at >= task.running + 90:
        return "unhealthy", fact.why_unhealthy
    return "initial", "Elb.InitialHealthChecking"
