"""What a smoke check is made of: the requests it needs, and a look at each answer to them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from landfall.answers import Answer, Answers, Request
from landfall.redaction import redacted

PASS, FAIL, SKIP, RETRY = "PASS", "FAIL", "SKIP", "RETRY"
SHOWN = 120
"""Characters of what was expected or seen: twenty checks must fit a step's answer (see step.OUTPUT_LIMIT)."""

Seen = tuple[str, str]
"""A state, and what was seen."""
Reply = tuple[Request, Answer]
Judge = Callable[[Sequence[Reply]], Seen]
"""Judges all replies to a check's requests; there is at least one to each."""


@dataclass(frozen=True)
class Check:
    """One smoke check: PASS, FAIL, SKIP, or RETRY when the answer was lost on the way.

    What a service answers ends up in reports and in a step's answer of limited size: the texts are redacted and
    cut, and hold printable ASCII that JSON needs no escapes for.
    """

    name: str
    state: str
    expected: str
    seen: str

    def __post_init__(self) -> None:
        for key in ("expected", "seen"):
            object.__setattr__(self, key, _shown(getattr(self, key)))


@dataclass(frozen=True)
class Case:
    """A check to be made. `needs` are its requests, and how often each; `skip` says why none is made."""

    name: str
    expected: str
    judge: Judge
    needs: Mapping[Request, int] = field(default_factory=dict)
    skip: str = ""

    @property
    def requests(self) -> Mapping[Request, int]:
        """Return what is to be asked: nothing for a check that is skipped."""
        return {} if self.skip else self.needs

    def judged(self, answers: Answers) -> Check:
        """Judge what came back."""
        if self.skip:
            return Check(self.name, SKIP, self.expected, self.skip)
        if not all(answers.of(request) for request in self.needs):
            return Check(self.name, RETRY, self.expected, "no request made")
        state, seen = self.judge([(request, answer) for request in self.needs for answer in answers.of(request)])
        return Check(self.name, state, self.expected, seen)


def every(look: Callable[[Request, Answer], Seen]) -> Judge:
    """Judge answers one by one: all must be good, one that is bad decides, and a lost one asks for another round.

    A lost answer is never looked at.
    """

    def judge(replies: Sequence[Reply]) -> Seen:
        return worst([(RETRY, answer.seen) if answer.lost else look(request, answer) for request, answer in replies])

    return judge


def worst(found: Sequence[Seen]) -> Seen:
    """Return the first that failed, else the first that is to be tried again, else the first."""
    return next((one for state in (FAIL, RETRY) for one in found if one[0] == state), found[0])


def good_if(good: bool, seen: str) -> Seen:
    """Return PASS or FAIL."""
    return (PASS if good else FAIL), seen


def _shown(text: str) -> str:
    plain = (
        "".join(c if " " <= c <= "~" else "?" for c in redacted(text)[: SHOWN + 1]).replace('"', "'").replace("\\", "/")
    )
    return plain if len(plain) <= SHOWN else plain[: SHOWN - 3] + "..."
