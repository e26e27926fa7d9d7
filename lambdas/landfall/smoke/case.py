"""The parts of a smoke check: the requests that it needs, and how it judges the answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from landfall.redaction import redacted
from landfall.smoke.http_answers import SERVER_ERROR, Answer, Answers, Request

PASS, FAIL, SKIP, RETRY = "PASS", "FAIL", "SKIP", "RETRY"
SHOWN = 120
"""How many characters of `expected` and `seen` are kept, so that twenty checks fit a step's answer (step.OUTPUT_LIMIT).
"""
MANY = 3
"""If every third answer is a server error, it is not noise."""

Seen = tuple[str, str]
"""A state, and a text that says what was seen."""
Reply = tuple[Request, Answer]
Judge = Callable[[Sequence[Reply]], Seen]
"""Judges all replies to a check's requests. Each request has at least one reply."""


@dataclass(frozen=True)
class Check:
    """The result of one smoke check: PASS, FAIL, SKIP, or RETRY if an answer was lost on the way.

    A service's answers end up in reports and in a step's answer of limited size. So the texts are redacted and cut, and
    hold only printable ASCII that JSON doesn't escape.
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
    """A check to make. `needs` are its requests and how often each is made; `skip` says why none is made.

    `early` returns the fault of an answer of the warm-up, or nothing. These answers are not judged in any other way.
    """

    name: str
    expected: str
    judge: Judge
    needs: Mapping[Request, int] = field(default_factory=dict)
    skip: str = ""
    early: Callable[[Answer], str] = field(default=lambda _: "")

    @property
    def requests(self) -> Mapping[Request, int]:
        """Return the requests to make: none if the check is skipped."""
        return {} if self.skip else self.needs

    def judged(self, answers: Answers) -> Check:
        """Judge the answers. Errors that the sample allows are left out, and their number is reported."""
        if self.skip:
            return Check(self.name, SKIP, self.expected, self.skip)
        early = (self.early(answer) for request in self.needs for answer in answers.early.get(request, ()))
        wrong = next((text for text in early if text), "")
        if wrong:
            return Check(self.name, FAIL, self.expected, wrong)
        if not all(answers.of(request) for request in self.needs):
            return Check(self.name, RETRY, self.expected, "no request made")
        replies = [(request, answer) for request in self.needs for answer in answers.of(request)]
        kept = [reply for request in self.needs for reply in _without_spare(request, answers)]
        state, seen = self.judge(kept)
        spared = len(replies) - len(kept)
        return Check(self.name, state, self.expected, f"{seen}; {spared} of {len(replies)} lost" if spared else seen)


def _without_spare(request: Request, answers: Answers) -> list[Reply]:
    """Return the replies to a request without errors that are too few to count (landfall.smoke.sampling)."""
    several = answers.of(request)
    errors = sum(answer.is_error for answer in several)
    spared = errors <= answers.sampling.spare(len(several))
    return [(request, answer) for answer in several if not (spared and answer.is_error)]


def every(look: Callable[[Request, Answer], Seen], *, fresh: bool = False) -> Judge:
    """Judge answers one by one: all must be good, one bad answer decides, and a lost one asks for another round.

    A lost answer is never judged. With `fresh`, an answer from a cache isn't either. Both say nothing about the
    release.
    """

    def one(request: Request, answer: Answer) -> Seen:
        if answer.lost:
            return RETRY, answer.seen
        if fresh and answer.cached:
            return RETRY, f"{answer.seen} from a cache ({answer.cached})"
        return look(request, answer)

    return lambda replies: overall(replies, [one(*reply) for reply in replies])


def overall(replies: Sequence[Reply], found: Sequence[Seen]) -> Seen:
    """Return the state of all replies. A single server error asks for another round, since it may stay the only one."""
    few = _few_errors(replies)
    weighed = [
        (RETRY, seen) if state == FAIL and answer.status >= SERVER_ERROR and request in few else (state, seen)
        for (request, answer), (state, seen) in zip(replies, found, strict=True)
    ]
    state, seen = worst(weighed)
    alike = weighed.count((state, seen))
    some = state in (FAIL, RETRY) and alike < len(weighed)
    return state, f"{seen} ({alike} of {len(weighed)} answers)" if some else seen


def _few_errors(replies: Sequence[Reply]) -> set[Request]:
    """Return the requests with too few server errors to be final: one of several, or less than every third."""
    asked = Counter(request for request, _ in replies)
    errors = Counter(request for request, answer in replies if answer.status >= SERVER_ERROR)
    return {r for r, n in asked.items() if errors[r] != n and (errors[r] == 1 or MANY * errors[r] < n)}


def worst(found: Sequence[Seen]) -> Seen:
    """Return the first FAIL, else the first RETRY, else the first."""
    return next((one for state in (FAIL, RETRY) for one in found if one[0] == state), found[0])


def good_if(good: bool, seen: str) -> Seen:
    """Return PASS or FAIL."""
    return (PASS if good else FAIL), seen


def _shown(text: str) -> str:
    plain = (
        "".join(c if " " <= c <= "~" else "?" for c in redacted(text)[: SHOWN + 1]).replace('"', "'").replace("\\", "/")
    )
    return plain if len(plain) <= SHOWN else plain[: SHOWN - 3] + "..."
