"""A scenario on its way: which phase it is in, and what the picture is at any moment, also at one that is past."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from tests.campaigns.torture import picture, replies
from tests.campaigns.torture.facts import FOREVER, CallFact, DeploymentFact, Phase, ServiceDeploymentFact
from tests.campaigns.torture.picture import Picture, Task
from tests.campaigns.torture.scenario import Scenario
from tests.campaigns.torture.shifting.deployments import Strategies


@dataclass
class Story:
    """The marks that the tool under test sets by updating the service. Times are absolute seconds."""

    scenario: Scenario
    updated_at: float | None = None
    back_at: float | None = None
    desired: int = 0
    numbers: dict[str, int] = field(default_factory=dict)
    used: dict[tuple[int, int], int] = field(default_factory=dict)

    plays: Strategies | None = None

    _marks: tuple[object, ...] = ()
    _picture: Picture = field(init=False, repr=False)
    _cast: dict[tuple[int, float, int], list[Task]] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        self.desired = self.scenario.desired

    def phase(self, at: float) -> tuple[Phase, float]:
        """Return the phase at a moment, and when it began."""
        if self.back_at is not None and at >= self.back_at:
            return self.scenario.back, self.back_at
        if self.updated_at is not None and at >= self.updated_at:
            return self.scenario.release, self.updated_at
        return self.scenario.before, 0.0

    def look(self, at: float, just_made: str = "") -> Picture:
        """Return the picture at a moment. `just_made`: the deployment that UpdateService's reply shows at once."""
        turn = self.plays.turn if self.plays else 0
        marks = (at, just_made, self.updated_at, self.back_at, self.desired, turn)
        if marks != self._marks:
            self._marks, self._picture = marks, self._drawn(at, just_made)
        return self._picture

    def _drawn(self, at: float, just_made: str) -> Picture:
        phase, base = self.phase(at)
        changes = [s for s in phase.service if s.at + base <= at]
        wanted = next((s.desired for s in reversed(changes) if s.desired is not None), self.desired)
        facts = [picture.absolute(d, base) for d in phase.deployments]
        if phase is self.scenario.back:
            facts = [*self._left_deployments(base, phase), *facts]
        if just_made and all(f.of != just_made or f.start > at for f in facts):
            facts.append(picture.absolute(DeploymentFact(just_made), at))
        listed = self.plays.deployments(at, facts) if self.plays else picture.deployments(facts, at)
        return Picture(
            at=at,
            desired=wanted,
            status=next((s.status for s in reversed(changes) if s.status), "ACTIVE"),
            missing=bool(changes and changes[-1].missing),
            deployments=listed,
            tasks=tuple(t for t in self._tasks(phase, base) if picture.alive(t, at)),
            targets=tuple(t for t in phase.targets if t.start + base <= at < t.gone + base),
        )

    def cast(self, role: str) -> list[Task]:
        """Return the tasks that a role of a service with a strategy will ever have."""
        told = [(self.scenario.before, 0.0)] if self.updated_at is None else [(self.scenario.release, self.updated_at)]
        told += [] if self.back_at is None else [(self.scenario.back, self.back_at)]
        counts = {id(self.scenario.back): self.desired}
        made = [
            task
            for phase, base in told
            for task in picture.tasks(phase, base, counts.get(id(phase), self.scenario.wanted), self.numbers)
        ]
        return [t for t in made if role in ("", t.fact.of)]

    def _tasks(self, phase: Phase, base: float) -> list[Task]:
        if self.plays:
            ends = self.plays.ends
            return [picture.ending_at(t, ends.get(t.fact.of, FOREVER)) for t in self.cast("")]
        marks = (id(phase), base, self.desired)
        if marks not in self._cast:
            self._cast[marks] = self._made(phase, base)
        return self._cast[marks]

    def _made(self, phase: Phase, base: float) -> list[Task]:
        count = self.desired if phase is self.scenario.back else self.scenario.wanted
        own = list(picture.tasks(phase, base, count, self.numbers)) if count or phase.tasks else []
        if phase is not self.scenario.back or self.updated_at is None:
            return own
        before = picture.tasks(self.scenario.release, self.updated_at, self.scenario.wanted, self.numbers)
        left = [picture.ending_at(t, base + phase.others_stop) for t in before if t.start < base]
        return [*left, *own]

    def _left_deployments(self, base: float, phase: Phase) -> list[DeploymentFact]:
        """Return what was listed when the rollback began. It goes; its own times go on counting."""
        assert self.updated_at is not None
        release = [picture.absolute(d, self.updated_at) for d in self.scenario.release.deployments]
        listed = picture.deployments(release, base)
        return [replace(d, gone=min(d.gone, base + phase.others_gone)) for d, _ in listed]

    def fault(self, call: str, at: float) -> CallFact | None:
        """Return what is wrong with a call made now, and count it."""
        phase, base = self.phase(at)
        for index, fact in enumerate(phase.calls):
            key = (id(phase), index)
            began = self.plays.since(fact, at) if self.plays and (fact.stage or fact.weight >= 0) else base
            meant = began is not None and fact.call in (call, "*") and fact.at + began <= at < fact.until + began
            if meant and self.used.get(key, 0) < fact.times:
                self.used[key] = self.used.get(key, 0) + 1
                return fact
        return None

    def service_deployments(self, at: float) -> list[tuple[ServiceDeploymentFact, float]]:
        """Return every service deployment that began by then, with the moment that its times count from."""
        marks = (
            (self.scenario.before, 0.0),
            (self.scenario.release, self.updated_at),
            (self.scenario.back, self.back_at),
        )
        known = ((fact, base) for phase, base in marks if base is not None for fact in phase.service_deployments)
        return [(fact, base) for fact, base in known if fact.start + base <= at]

    def events(self, at: float) -> list[tuple[float, str]]:
        """Return the service's events up to a moment, those of earlier phases too: the told ones, and each start."""
        told = [
            (self.scenario.before, 0.0),
            (self.scenario.release, self.updated_at),
            (self.scenario.back, self.back_at),
        ]
        cast = {t.name: t for phase, base in told if base is not None for t in self._tasks(phase, base)}
        together: dict[float, list[str]] = {}
        for task in cast.values():
            if task.start <= at:
                together.setdefault(task.start, []).append(replies.task_id(task))
        return [(start, replies.started(ids)) for start, ids in together.items()] + [
            (event.at + base, event.message)
            for phase, base in told
            if base is not None
            for event in phase.events
            for _ in range(event.n)
            if event.at + base <= at
        ]
