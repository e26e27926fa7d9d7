"""What a smoke check is made of: the requests it needs, and a look at each answer to them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from landfall.redaction import redacted
from landfall.smoke.answers import SERVER_ERROR, Answer, Answers, Request

PASS, FAIL, SKIP, RETRY = "PASS", "FAIL", "SKIP", "RETRY"
SHOWN = 120
"""Characters of what was expected or seen: twenty checks must fit a step's answer (see step.OUTPUT_LIMIT)."""
MANY = 3
"""A server error in every third answer is no noise."""

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
    """A check to be made. `needs` are its requests, and how often each; `skip` says why none is made.

    `early` says what is wrong with an answer of the warm-up, or nothing. Such answers are not judged otherwise.
    """

    name: str
    expected: str
    judge: Judge
    needs: Mapping[Request, int] = field(default_factory=dict)
    skip: str = ""
    early: Callable[[Answer], str] = field(default=lambda _: "")

    @property
    def requests(self) -> Mapping[Request, int]:
        """Return what is to be asked: nothing for a check that is skipped."""
        return {} if self.skip else self.needs

    def judged(self, answers: Answers) -> Check:
        """Judge what came back. As many errors as the sample stands are left out of it, and said."""
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
    """Return the replies to a request, without errors that are too few to say anything (landfall.smoke.sampling)."""
    several = answers.of(request)
    errors = sum(answer.is_error for answer in several)
    spared = errors <= answers.sampling.spare(len(several))
    return [(request, answer) for answer in several if not (spared and answer.is_error)]


def every(look: Callable[[Request, Answer], Seen], *, fresh: bool = False) -> Judge:
    """Judge answers one by one: all must be good, one that is bad decides, and a lost one asks for another round.

    A lost answer is never looked at, and with `fresh` no answer that came out of a cache: both say nothing of the
    release.
    """

    def one(request: Request, answer: Answer) -> Seen:
        if answer.lost:
            return RETRY, answer.seen
        if fresh and answer.cached:
            return RETRY, f"{answer.seen} out of a cache ({answer.cached})"
        return look(request, answer)

    return lambda replies: overall(replies, [one(*reply) for reply in replies])


def overall(replies: Sequence[Reply], found: Sequence[Seen]) -> Seen:
    """Sum up what was found of each reply. A server error among few is asked again: it may have been the only one."""
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
    """Return the requests whose server errors are too few to be final: one of several, or less than every third."""
    asked = Counter(request for request, _ in replies)
    errors = Counter(request for request, answer in replies if answer.status >= SERVER_ERROR)
    return {r for r, n in asked.items() if errors[r] != n and (errors[r] == 1 or MANY * errors[r] < n)}


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
