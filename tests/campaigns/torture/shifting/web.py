"""Who answers a request through the production or the test listener, and what."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from tests.campaigns.torture.facts import HttpFact
from tests.campaigns.torture.shifting.cloud import StrategyCloud
from tests.campaigns.torture.web import Said, Web, expanded, said

USUAL = {"live": ("200",), "ready": ("connected",)}
WORDS = {"back": "old", "again": "ours", "ecs": "old", "by-hand": "old"}


@dataclass
class ShiftedWeb(Web):
    """The live weights decide which revision answers: each share comes in turn, not by chance."""

    cloud: StrategyCloud
    owed: dict[str, float] = field(default_factory=dict)

    def answer(self, endpoint: str, test: bool = False) -> Said:
        """Return the next answer of an endpoint."""
        now = self.cloud.clock()
        self.cloud.plays.advance(now)
        role = self._role(now, test)
        told: tuple[str, ...] = ()
        for fact in self._facts(role, now, test):
            told = getattr(fact, endpoint) or told
            first = expanded(getattr(fact, "first" if endpoint == "version" else f"first_{endpoint}"))
            once = self._next((id(fact), endpoint, "first")) if first else len(first)
            if once < len(first):
                return self._said(first[once], endpoint, role, now, test)
        words = expanded(told or USUAL.get(endpoint, (WORDS.get(role, role),)))
        return self._said(words[self._next((role, endpoint, words)) % len(words)], endpoint, role, now, test)

    def _said(self, word: str, endpoint: str, role: str, now: float, test: bool) -> Said:
        answer = said(word, endpoint, self.cloud)
        for fact in self._facts(role, now, test):
            seconds = answer.seconds if fact.seconds is None else fact.seconds
            answer = replace(answer, seconds=seconds, headers={**answer.headers, **fact.headers})
        return answer

    def _facts(self, role: str, now: float, test: bool) -> list[HttpFact]:
        listener = "test" if test else "production"
        before = self.cloud.scenario.before.http
        told = [*before, *self.cloud.scenario.release.http]
        found = []
        for fact in told:
            begun = self.cloud.story.updated_at
            if fact.stage or fact.weight >= 0:
                begun = self.cloud.plays.since(fact, now)
            elif fact in before:
                begun = 0.0
            meant = fact.of in ("", role) and (fact not in before or role == "old") and fact.listener in ("", listener)
            if meant and begun is not None and begun + fact.at <= now < begun + fact.until:
                found.append(fact)
        if self.cloud.story.back_at is not None:
            since = self.cloud.story.back_at
            found += [
                f for f in self.cloud.scenario.back.http if f.of in ("", role) and since + f.at <= now < since + f.until
            ]
        return found

    def _role(self, now: float, test: bool) -> str:
        """Return who is next: the one to whom most requests are owed."""
        live = {role: weight for role, weight in self.cloud.plays.live(now, test).items() if weight > 0}
        for role, weight in live.items():
            self.owed[role] = self.owed.get(role, 0) + weight
        role = max(live, key=lambda r: self.owed[r])
        self.owed[role] -= sum(live.values())
        return role
