"""Faults on purpose: which call of the pipeline's Lambdas goes wrong, and how. Off unless a local AWS is asked for it.

A plan is about one thing (a service's name): it holds for every call whose Lambda was invoked about it. Calls are
counted, not timed: "the second UpdateService of landfall-update-service" is the same call each time a plan is played.
What puts a plan into effect is `local.faults.proxy`.
"""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, TypeVar

INVOKE, PUSHED, ENDED = "lambda:Invoke", "events:Pushed", "events:Ended"
"""What isn't called by a Lambda: Step Functions' invocation of a step, and events on their way to the machine."""
ASKED = "front:Request"
"""What is no call of AWS: a request that a step sends to the service itself."""
READS_BEHIND = 3
"""Reads that show a service as it was before an update that fell BEHIND."""


Answer = TypeVar("Answer")


class Kind(StrEnum):
    """What happens to a call."""

    THROTTLE = "throttle"  # refused as one too many
    REFUSE = "refuse"  # a 4xx that no client repeats by itself: access is denied
    FAIL = "fail"  # a 5xx, without an effect
    FAIL_LATE = "fail-late"  # a 5xx, and it took effect all the same
    DELAY = "delay"
    DROP = "drop"  # it takes effect, and the connection is cut before the answer
    LATE = "late"  # the connection is cut at once, and it takes effect a moment later, after the client tried again
    STALE = "stale"  # the answer that the same question got last time
    BEHIND = "behind"  # of UpdateService: it takes effect, and the next reads show the service as it was before
    EMPTY = "empty"  # of DescribeServices: no deployments are listed
    ZERO = "zero"  # of DescribeServices: the desired count is 0
    KILL = "kill"  # it takes effect, and the Lambda's process is killed before the answer
    KILL_BEFORE = "kill-before"  # the Lambda's process is killed, and nothing took effect
    STOP = "stop"  # every execution of what the plan is about is stopped; the call goes on
    LOSE = "lose"  # of events: never delivered
    TWICE = "twice"  # of events: delivered again


@dataclass(frozen=True)
class Rule:
    """The `nth` call (from 1) of an operation by a step, and the `times - 1` calls after it, go wrong like this.

    `step` is a function's name; empty for any. `seconds`: of a DELAY, how long; of a STOP or LATE, how long after.
    """

    operation: str
    kind: Kind
    step: str = ""
    nth: int = 1
    times: int = 1
    seconds: float = 0.0

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Rule:
        """Read what `asdict` wrote."""
        return cls(**{**document, "kind": Kind(document["kind"])})


@dataclass(frozen=True)
class Happened:
    """A call that went wrong, as it was."""

    step: str
    operation: str
    call: int
    kind: Kind


@dataclass
class Plan:
    """The rules about one thing, how often each step made each call about it, and what happened."""

    rules: tuple[Rule, ...]
    calls: Counter[tuple[str, str]] = field(default_factory=Counter)
    happened: list[Happened] = field(default_factory=list)
    answers: dict[tuple[str, bytes], Any] = field(default_factory=dict)
    behind: int = 0

    def told(self) -> dict[str, Any]:
        """Return what happened and what was called, as JSON."""
        calls = [[step, operation, count] for (step, operation), count in sorted(self.calls.items())]
        return {"happened": [asdict(each) for each in self.happened], "calls": calls}


class Book:
    """All plans, by what they are about."""

    def __init__(self) -> None:
        self._plans: dict[str, Plan] = defaultdict(lambda: Plan(()))
        self._lock = threading.Lock()

    def put(self, about: str, rules: tuple[Rule, ...]) -> None:
        """Begin a plan; what was counted before is forgotten."""
        with self._lock:
            self._plans[about] = Plan(rules)

    def take(self, about: str) -> dict[str, Any]:
        """Return what a plan did so far."""
        with self._lock:
            return self._plans[about].told()

    def about(self, text: str) -> str:
        """Return what an invocation or a call is about; empty where no plan says."""
        with self._lock:
            return next((about for about in self._plans if about in text), "")

    def fault(self, about: str, step: str, operation: str) -> Rule | None:
        """Count a call, and return the rule it falls under."""
        with self._lock:
            if about not in self._plans:
                return None
            plan = self._plans[about]
            plan.calls[step, operation] += 1
            call = plan.calls[step, operation]
            rule = next((r for r in plan.rules if _concerns(r, step, operation, call)), None)
            if rule:
                plan.happened.append(Happened(step, operation, call, rule.kind))
            return rule

    def last_answer(self, about: str, operation: str, question: bytes, answer: Answer) -> Answer:
        """Remember an answer. Returns the one before it to the same question, else this one."""
        with self._lock:
            answers = self._plans[about].answers
            before: Answer = answers.get((operation, question), answer)
            answers[operation, question] = answer
            return before

    def fall_behind(self, about: str) -> None:
        """Let the next reads of a service show it as it was."""
        with self._lock:
            self._plans[about].behind = READS_BEHIND

    def from_before(self, about: str, operation: str, question: bytes) -> Any:
        """Return the last answer to a question where reads are behind. None where they are not, or nobody asked it."""
        with self._lock:
            plan = self._plans[about]
            if plan.behind == 0 or (operation, question) not in plan.answers:
                return None
            plan.behind -= 1
            return plan.answers[operation, question]


def _concerns(rule: Rule, step: str, operation: str, call: int) -> bool:
    return rule.operation == operation and rule.step in ("", step) and rule.nth <= call < rule.nth + rule.times
