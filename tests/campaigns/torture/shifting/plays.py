"""One service deployment with a strategy, as ECS plays it: stages, hooks that wait, weights, and the way back.

Facts: Amazon ECS Developer Guide, "Workflow for Amazon ECS blue/green deployments", "… canary deployments", "… linear
deployments", "Pause hooks for Amazon ECS service deployments". Our reading, since no page says it: a step's bake
belongs to PRODUCTION_TRAFFIC_SHIFT, and a waiting hook is FAILED once its deployment is stopped or rolled back.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from tests.campaigns.torture.facts import FOREVER
from tests.campaigns.torture.shifting.facts import StrategyFact

GATES = {
    "before_traffic": "POST_TEST_TRAFFIC_SHIFT",
    "shift": "PRE_PRODUCTION_TRAFFIC_SHIFT",
    "bake": "POST_PRODUCTION_TRAFFIC_SHIFT",
}
SHIFT = "PRODUCTION_TRAFFIC_SHIFT"
WAITS = "AWAITING_ACTION"
ONGOING = ("IN_PROGRESS", "ROLLBACK_REQUESTED", "ROLLBACK_IN_PROGRESS")


@dataclass(frozen=True)
class Hook:
    """A pause."""

    id: str
    stage: str
    expires: float
    status: str = WAITS


@dataclass(frozen=True)
class Moment:
    """What ECS says of the deployment from a second on."""

    at: float
    status: str = "IN_PROGRESS"
    stage: str = "RECONCILE_SERVICE"
    weight: float = 0
    test: float = 0
    hooks: tuple[Hook, ...] = ()
    reason: str = ""
    rollback: str = ""
    alarms: tuple[str, ...] = ()

    @property
    def waiting(self) -> Hook | None:
        """Return the hook that waits."""
        return next((h for h in self.hooks if h.status == WAITS), None)


def hooked(told: StrategyFact) -> tuple[str, ...]:
    """Return the stages at which the service's pause hook waits."""
    ours = [GATES[g] for g in told.gates if g != "shift" or told.name != "BLUE_GREEN"]
    return tuple(dict.fromkeys((*ours, *told.owner)))


def steps(told: StrategyFact) -> tuple[float, ...]:
    """Return the weights that green gets, one after the other."""
    if told.name == "CANARY":
        return (told.percent, 100)
    if told.name == "LINEAR":
        return (*(told.percent * n for n in range(1, 101) if told.percent * n < 100), 100)
    return (100,)


@dataclass
class Play:
    """A deployment from one role to another. `scaled`: when the new tasks are healthy. All times are absolute."""

    told: StrategyFact
    number: int
    of: str
    source: str
    group: int
    begin: float
    scaled: float
    desired: int = 0
    history: list[Moment] = field(default_factory=list)
    _due: float = 0
    _way: Iterator[tuple[str, float, float, float]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.history = self.history or [Moment(self.begin)]
        self._due, self._way = self.begin + 1, self._stages()

    @property
    def now(self) -> Moment:
        """Return the newest moment."""
        return self.history[-1]

    def at(self, when: float) -> Moment:
        """Return what was so then, also of the past."""
        return next((m for m in reversed(self.history) if m.at <= when), self.history[0])

    @property
    def due(self) -> float:
        """Return when ECS does the next thing by itself."""
        if self.now.status not in ONGOING:
            return FOREVER
        return self.now.waiting.expires if self.now.waiting else self._due

    def step(self) -> None:
        """Do what is due: the next stage, a hook's timeout, or the next part of the way back."""
        when, hook = self.due, self.now.waiting
        if self.now.status != "IN_PROGRESS":
            self._back_on(when)
        elif hook is None:
            self._next(when)
        elif self.told.then == "CONTINUE":
            self.answer(hook.id, when, "TIMED_OUT")
        else:
            self._marked(when, "TIMED_OUT")
            self.roll_back(when, f"The lifecycle hook timed out at {hook.stage}.")

    def answer(self, hook: str, when: float, status: str = "SUCCEEDED") -> None:
        """End a hook's wait, and go on."""
        assert self.now.waiting is not None
        assert self.now.waiting.id == hook
        self._marked(when, status)
        self._next(when)

    def roll_back(self, when: float, reason: str, alarms: tuple[str, ...] = ()) -> None:
        """Begin the way back. It makes no new revision: the source takes the weight again."""
        self._marked(when, "FAILED")
        self._say(when, status="ROLLBACK_REQUESTED", rollback=reason, reason=reason, alarms=alarms)
        self._due = when + 5

    def stopped(self, when: float, reason: str) -> None:
        """End it for a newer one."""
        if self.now.status in ONGOING:
            self._marked(when, "FAILED")
            self._say(when, status="STOPPED", reason=reason, weight=0, test=0)

    def _back_on(self, when: float) -> None:
        if self.now.status == "ROLLBACK_REQUESTED":
            kept = self.now.weight if self.told.rollback_fails else 0
            self._say(when, status="ROLLBACK_IN_PROGRESS", stage=SHIFT, weight=kept, test=kept)
            self._due = when + self.told.rollback_seconds
        elif self.told.rollback_fails:
            self._say(when, status="ROLLBACK_FAILED", reason="The rollback failed.")
        else:
            self._say(when, status="ROLLBACK_SUCCESSFUL", stage="CLEAN_UP")

    def _next(self, when: float) -> None:
        stage, ends, weight, test = next(self._way, ("", FOREVER, 100.0, 100.0))
        if not stage:
            self._say(when, status="SUCCESSFUL")
            return
        hooks = self.now.hooks
        if stage in hooked(self.told):
            made = f"ecs-pause-e7tK9G_WRJqNF_EOMjztDXfKenlJuEUVjsNSt{self.number:03}{len(hooks):07}"
            hooks = (*hooks, Hook(made, stage, when + 60 * self.told.minutes))
        self._say(when, stage=stage, weight=weight, test=test, hooks=hooks)
        self._due = max(when, self.scaled) if stage == "SCALE_UP" else when + ends

    def _stages(self) -> Iterator[tuple[str, float, float, float]]:
        """Yield stage after stage: how long it takes where no hook waits, and both weights of green."""
        told, slow = self.told, 600.0 if self.told.nlb else 0.0
        yield from (("PRE_SCALE_UP", 1.0, 0, 0), ("SCALE_UP", 0.0, 0, 0), ("POST_SCALE_UP", 1.0, 0, 0))
        test = 100.0 if told.test else 0.0
        if told.test:
            yield from (("TEST_TRAFFIC_SHIFT", 5.0 + slow, 0, 100), ("POST_TEST_TRAFFIC_SHIFT", 1.0, 0, 100))
        reached = 0.0
        for weight in steps(told):
            yield "PRE_PRODUCTION_TRAFFIC_SHIFT", 1.0, reached, test
            yield SHIFT, 5.0 + slow + (60 * told.step_bake if weight < 100 else 0), weight, test
            reached = weight
        yield "POST_PRODUCTION_TRAFFIC_SHIFT", 1.0, 100, test
        yield from (("BAKE_TIME", 60.0 * told.bake, 100, test), ("CLEAN_UP", 30.0, 100, test))

    def _marked(self, when: float, status: str) -> None:
        hooks = tuple(replace(h, status=status) if h.status == WAITS else h for h in self.now.hooks)
        if hooks != self.now.hooks:
            self._say(when, hooks=hooks)

    def _say(self, when: float, **changed: object) -> None:
        self.history.append(replace(self.now, at=when, **changed))  # type: ignore[arg-type]
