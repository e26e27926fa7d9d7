"""All service deployments of a service with a strategy: who serves, who is asked to, and what others do meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from tests.campaigns.torture.facts import FOREVER, LONG_AGO, DeploymentFact
from tests.campaigns.torture.picture import Task
from tests.campaigns.torture.shifting.facts import HandFact, StrategyFact
from tests.campaigns.torture.shifting.plays import ONGOING, Moment, Play

BEFORE = Moment(LONG_AGO, "SUCCESSFUL", "CLEAN_UP", 100, 100)


class When(Protocol):
    """A fact that holds at a stage, or from a weight on."""

    @property
    def at(self) -> float: ...  # noqa: D102
    @property
    def stage(self) -> str: ...  # noqa: D102
    @property
    def weight(self) -> float: ...  # noqa: D102


@dataclass
class Strategies:
    """The service deployments, the last one newest. `cast` gives the tasks of a role that will ever be."""

    told: StrategyFact
    cast: Callable[[str], Sequence[Task]]
    plays: list[Play] = field(default_factory=list)
    ends: dict[str, float] = field(default_factory=dict)
    turn: int = 0
    _done: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        for number, status in enumerate((*self.told.older, BEFORE.status)):
            began = LONG_AGO * (len(self.told.older) - number + 1)
            of = "other" if number < len(self.told.older) else "old"
            past = [replace(BEFORE, at=began, status=status)]
            self.plays.append(Play(self.told, number, of, "", self.told.blue, began, began, history=past))

    def begin(self, of: str, when: float, wanted: int) -> None:
        """Begin a service deployment: an unfinished one ends, and its source serves alone again."""
        last = self.plays[-1]
        source = last.of if last.now.status == "SUCCESSFUL" else last.source
        if last.now.status in ONGOING:
            last.stopped(when, "Stopped by a newer service deployment.")
        if last.of not in (of, source):  # RECONCILE_SERVICE: what neither serves nor is deployed goes
            self.ends.setdefault(last.of, when + 20)
        self.ends.pop(of, None)
        group = 3 - self._group(source)
        play = Play(self.told, len(self.plays), of, source, group, when, FOREVER, wanted)
        play.scaled = self._scaled(of, when, wanted)
        self.plays.append(play)
        self.turn += 1

    def advance(self, to: float) -> None:
        """Let everything happen that happens by then."""
        while True:
            play, hand = self.plays[-1], self._next_hand()
            when = min(play.due, hand[0] if hand else FOREVER)
            if when > to or when == FOREVER:
                return
            self.turn += 1
            if hand and hand[0] <= play.due:
                self._done.add(id(hand[1]))
                self._act(hand[1], when)
            else:
                play.step()
            self._settle()

    def answer(self, hook: str, when: float, roll_back: bool) -> None:
        """Continue, or roll back, at the hook that waits."""
        play = self.plays[-1]
        self.turn += 1
        if roll_back:
            play.roll_back(when, "The lifecycle hook was answered with ROLLBACK.")
        else:
            play.answer(hook, when)

    def stop(self, when: float, reason: str = "Stopped by the user with rollback.") -> None:
        """Stop the newest service deployment: it goes back."""
        self.turn += 1
        self.plays[-1].roll_back(when, reason)

    def since(self, fact: When, at: float) -> float | None:
        """Return since when the newest deployment has been where a fact wants it; None where it isn't."""
        play = self.play_at(at)
        if play.begin < 0:
            return None
        found: float | None = None
        for moment in play.history:
            if moment.at <= at:
                here = fact.stage in ("", moment.stage, moment.status) and moment.weight >= fact.weight
                found = (moment.at if found is None else found) if here else None
        return found

    def play_at(self, at: float) -> Play:
        """Return the newest deployment of a moment."""
        return next((p for p in reversed(self.plays) if p.begin <= at), self.plays[0])

    def asked(self, at: float, test: bool = False) -> dict[str, float]:
        """Return the weight in percent that ECS wants each role to have."""
        play = self.play_at(at)
        moment = play.at(at)
        weight = moment.test if test else moment.weight
        return {play.of: weight} | ({play.source: 100 - weight} if play.source else {})

    def live(self, at: float, test: bool = False) -> dict[str, float]:
        """Return the weight in percent that each role really has."""
        asked = self.asked(at, test)
        play = self.play_at(at)
        for fact in () if test or play.begin < 0 else self.told.weights:
            begun = self.since(HandFact("", weight=fact.asked), at)
            met = begun is not None and asked[play.of] == fact.asked and fact.at <= at - begun < fact.until
            if met and play.of == "ours":
                return {play.of: fact.live, play.source: 100 - fact.live}
        return asked

    def groups(self, at: float) -> dict[str, int]:
        """Return which target group each role has, 1 or 2."""
        return {p.of: p.group for p in self.plays if p.begin <= at}

    def deployments(self, at: float, listed: Sequence[DeploymentFact]) -> tuple[tuple[DeploymentFact, bool], ...]:
        """Return the service's `deployments`: no rolloutState, which is of rolling services only (ECS API)."""
        play = self.play_at(at)
        back = play.at(at).status == "ROLLBACK_SUCCESSFUL"
        first, second = (play.source, play.of) if back else (play.of, play.source)
        facts = {f.of: f for f in listed}
        found = [
            (replace(facts.get(role, DeploymentFact(role)), start=self._began(role), state=""), role == first)
            for role in (first, second)
            if role and (role == first or at < self.ends.get(role, FOREVER))
        ]
        return tuple(found)

    def _began(self, role: str) -> float:
        return next(p.begin for p in reversed(self.plays) if p.of == role)

    def _group(self, role: str) -> int:
        return next(p.group for p in reversed(self.plays) if p.of == role)

    def _scaled(self, of: str, when: float, wanted: int) -> float:
        tasks = self.cast(of)
        if not wanted:
            return when
        times = sorted({max(t.healthy, when) for t in tasks if t.healthy < FOREVER})
        return next((at for at in times if sum(t.healthy <= at < t.stop for t in tasks) >= wanted), FOREVER)

    def _next_hand(self) -> tuple[float, HandFact] | None:
        now = self.plays[-1].now.at
        open_ = [(self.since(f, now), f) for f in self.told.hands if id(f) not in self._done]
        due = [(max(begun + f.at, now), f) for begun, f in open_ if begun is not None]
        return min(due, key=lambda each: each[0], default=None)

    def _act(self, hand: HandFact, when: float) -> None:
        play = self.plays[-1]
        waiting = play.now.waiting
        if hand.do in ("again", "other"):
            self.begin("ours" if hand.do == "again" else "other", when, play.desired)
        elif hand.do == "continue" and waiting:
            play.answer(waiting.id, when)
        elif hand.do in ("rollback", "stop", "fail") and play.now.status == "IN_PROGRESS":
            play.roll_back(when, hand.reason or f"Told by the scenario: {hand.do}.", hand.alarms)

    def _settle(self) -> None:
        """Let the tasks end that nobody wants any more."""
        play = self.plays[-1]
        if play.now.stage == "CLEAN_UP" and play.now.status == "IN_PROGRESS":
            self.ends.setdefault(play.source, play.now.at + 5)
        if play.now.status == "ROLLBACK_SUCCESSFUL":
            self.ends.setdefault(play.of, play.now.at)
