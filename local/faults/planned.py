"""Planned faults: which call of the pipeline's Lambdas fails, and how. Off unless a local AWS is started with them.

A plan is about one service's name, and applies to every call of Lambdas that were invoked about it. Calls are counted,
not timed: "the second UpdateService of landfall-update-service" is the same call in each run of a plan.
`local.faults.proxy` executes a plan.
"""

from __future__ import annotations

import threading
import time
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, TypeVar

INVOKE, PUSHED, ENDED = "lambda:Invoke", "events:Pushed", "events:Ended"
"""Operations that no Lambda calls: Step Functions' invocation of a step, and events on their way to the machine."""
ASKED = "front:Request"
"""An operation that isn't an AWS call: a request that a step sends to the service itself."""
STORMS = ("ecs:", "elasticloadbalancing:")
"""The operations that a STORM throttles: those of the services whose quotas all deployments of an account share."""
READS_BEHIND = 3
"""Reads that show a service as it was before an update, after a BEHIND fault."""


Answer = TypeVar("Answer")


class Kind(StrEnum):
    """The kinds of faults."""

    THROTTLE = "throttle"  # refused because of too many calls
    REFUSE = "refuse"  # a 4xx that clients don't retry: access denied
    FAIL = "fail"  # a 5xx, without an effect
    FAIL_LATE = "fail-late"  # a 5xx, but it took effect
    DELAY = "delay"
    DROP = "drop"  # it takes effect, and the connection is cut before the answer
    LATE = "late"  # the connection is cut at once, and it takes effect a moment later, after the client's retry
    STALE = "stale"  # the previous answer to the same request
    BEHIND = "behind"  # for UpdateService: it takes effect, but the next reads show the service as it was before
    EMPTY = "empty"  # for DescribeServices: no deployments are listed
    ZERO = "zero"  # for DescribeServices: the desired count is 0
    KILL = "kill"  # it takes effect, and the Lambda's process is killed before the answer
    KILL_BEFORE = "kill-before"  # the Lambda's process is killed, and nothing took effect
    STOP = "stop"  # every execution about the plan's service is stopped; the call goes on
    STORM = "storm"  # from this call on, ECS and Elastic Load Balancing throttle every call, for some seconds
    LOSE = "lose"  # for events: never delivered
    TWICE = "twice"  # for events: delivered twice


@dataclass(frozen=True)
class Rule:
    """The `nth` call (from 1) of an operation by a step, and the `times - 1` calls after it, have this fault.

    `step` is a function's name; empty for any. `seconds` is the length of a DELAY or STORM, or the time until a STOP or
    LATE.
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
    """A call that had a fault."""

    step: str
    operation: str
    call: int
    kind: Kind


@dataclass
class Plan:
    """The rules of a plan, how often each step made each call, and what happened."""

    rules: tuple[Rule, ...]
    calls: Counter[tuple[str, str]] = field(default_factory=Counter)
    happened: list[Happened] = field(default_factory=list)
    answers: dict[tuple[str, bytes], Any] = field(default_factory=dict)
    behind: int = 0
    storm_until: float = 0.0

    def told(self) -> dict[str, Any]:
        """Return what happened and what was called, as JSON."""
        calls = [[step, operation, count] for (step, operation), count in sorted(self.calls.items())]
        return {"happened": [asdict(each) for each in self.happened], "calls": calls}


class Book:
    """All plans, by their subject."""

    def __init__(self) -> None:
        self._plans: dict[str, Plan] = defaultdict(lambda: Plan(()))
        self._lock = threading.Lock()

    def put(self, about: str, rules: tuple[Rule, ...]) -> None:
        """Begin a plan, and reset its counts."""
        with self._lock:
            self._plans[about] = Plan(rules)

    def take(self, about: str) -> dict[str, Any]:
        """Return what a plan did so far."""
        with self._lock:
            return self._plans[about].told()

    def about(self, text: str) -> str:
        """Return the plan's subject that a text contains; empty if there is none."""
        with self._lock:
            return next((about for about in self._plans if about in text), "")

    def fault(self, about: str, step: str, operation: str) -> Rule | None:
        """Count a call, and return its rule, if there is one."""
        with self._lock:
            if about not in self._plans:
                return None
            plan = self._plans[about]
            plan.calls[step, operation] += 1
            call = plan.calls[step, operation]
            rule = next((r for r in plan.rules if _concerns(r, step, operation, call)), None)
            if rule and rule.kind is Kind.STORM:
                plan.storm_until = time.monotonic() + rule.seconds
            if time.monotonic() < plan.storm_until and operation.startswith(STORMS):
                rule = Rule(operation, Kind.THROTTLE, step)
            if rule:
                plan.happened.append(Happened(step, operation, call, rule.kind))
            return rule

    def last_answer(self, about: str, operation: str, question: bytes, answer: Answer) -> Answer:
        """Remember an answer. Returns the previous answer to the same request, else this one."""
        with self._lock:
            answers = self._plans[about].answers
            before: Answer = answers.get((operation, question), answer)
            answers[operation, question] = answer
            return before

    def fall_behind(self, about: str) -> None:
        """Make the next reads of a service show its old state."""
        with self._lock:
            self._plans[about].behind = READS_BEHIND

    def from_before(self, about: str, operation: str, question: bytes) -> Any:
        """Return the last answer to a request if reads are behind.

        None if they are not, or if there is no such answer.
        """
        with self._lock:
            plan = self._plans[about]
            if plan.behind == 0 or (operation, question) not in plan.answers:
                return None
            plan.behind -= 1
            return plan.answers[operation, question]


def _concerns(rule: Rule, step: str, operation: str, call: int) -> bool:
    return rule.operation == operation and rule.step in ("", step) and rule.nth <= call < rule.nth + rule.times
