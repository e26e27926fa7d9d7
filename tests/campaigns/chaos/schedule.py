"""What is done in each deployment: a pure function of the seed and the deployment's number."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from random import Random

from local.faults.planned import ASKED, ENDED, INVOKE, PUSHED, STORMS, Kind, Rule
from tests.campaigns.chaos import gates, owner, shifting
from tests.campaigns.chaos.gates import NOTHING, Fate, Has

GOOD, AGAIN, BACK, MISSING, RACE = "good", "again", "back", "missing", "race"
"""A release; what is live already; what was live before; what was never pushed; two pushes, one after the other."""
BAD = ("crash-on-start", "unhealthy", "wrong-sha")
"""Faults that are baked into a release."""
KINDS = (*[GOOD] * 9, *BAD, *BAD, BACK, BACK, AGAIN, MISSING, RACE)

LAMBDA_TRIES = 6
"""A step on the way forward is retried that often; one fault that fails a step is one of them."""
CLIENT_TRIES = 3
"""The AWS client in a step tries a call that often."""
CALLED_ONCE = (INVOKE, "ecs:RegisterTaskDefinition")
"""What the client does not try again by itself."""
LOSES_THE_TRY = (Kind.KILL, Kind.KILL_BEFORE, Kind.REFUSE)

_READS = ("ecs:DescribeServices", "ecs:DescribeTasks", "ecs:ListTasks")
_TARGETS = (*_READS, "elasticloadbalancing:DescribeTargetHealth")
CALLS: dict[str, tuple[str, ...]] = {
    "resolve": ("ecr:DescribeImages", "ecr:BatchGetImage", "dynamodb:UpdateItem", "states:DescribeExecution"),
    "acquire-lock": ("dynamodb:Query", "dynamodb:GetItem", "dynamodb:UpdateItem"),
    "preflight": (*_TARGETS, "ecs:DescribeTaskDefinition", "iam:GetRole"),
    "register-task-definition": (
        "ecs:DescribeTaskDefinition",
        "ecs:ListTaskDefinitions",
        "ecs:RegisterTaskDefinition",
        "dynamodb:UpdateItem",
        "dynamodb:Query",
    ),
    "update-service": ("ecs:DescribeServices", "ecs:UpdateService", "dynamodb:GetItem"),
    "check-stability": _READS,
    "check-target-health": _TARGETS,
    "confirm": _TARGETS,
    "rollback": ("ecs:DescribeServices", "ecs:UpdateService", "ecs:DeregisterTaskDefinition", "dynamodb:GetItem"),
    "report": ("dynamodb:TransactWriteItems", "dynamodb:UpdateItem", "s3:PutObject", "states:GetExecutionHistory"),
    "notify": ("sns:Publish", "events:PutEvents", "dynamodb:GetItem", "dynamodb:UpdateItem"),
    "finish": ("dynamodb:UpdateItem",),
}
"""What each step calls, as far as faults are put there."""
CALLS_OF_WORKER = ("ecs:ListTasks", "ecs:DescribeTaskDefinition", "logs:FilterLogEvents", "logs:FilterLogEvents")
OFTEN = (Kind.THROTTLE, Kind.THROTTLE, Kind.FAIL, Kind.FAIL_LATE, Kind.DROP, Kind.DROP, Kind.DELAY, Kind.KILL)
KINDS_OF_FAULT = (*OFTEN, *OFTEN, Kind.KILL_BEFORE, Kind.REFUSE, Kind.LATE, Kind.LATE)
OF_INVOCATIONS = (Kind.THROTTLE, Kind.FAIL, Kind.DROP, Kind.DELAY)
STALE = ("Describe", "List", "GetExecutionHistory")
PICTURES = (Kind.BEHIND, Kind.EMPTY, Kind.ZERO, Kind.DROP)
"""What a look at the service may be like once: of before an update, without deployments or tasks, without an answer."""
LATEST_STOP = 3.0
WAY_BACK = ("rollback",)
POLLS = ("check-stability", "check-target-health", "confirm")
OFTEN_CALLED = ("dynamodb:UpdateItem", "s3:PutObject", "dynamodb:Query")
"""By some steps more than once."""


@dataclass(frozen=True)
class Deployment:
    """One deployment: what is released, and what goes wrong on the way."""

    number: int
    kind: str
    rules: tuple[Rule, ...]
    fate: Fate = field(default_factory=Fate)
    missed: frozenset[str] = frozenset()
    """The ids of its executions to which the approvers came late, once it has been played."""

    def of(self, deployment_id: str) -> Deployment:
        """Return it as it was for one of its executions: people who came late said nothing."""
        return replace(self, fate=replace(self.fate, people=NOTHING)) if deployment_id in self.missed else self

    @property
    def bad(self) -> bool:
        """Say whether it must not land."""
        return self.kind in BAD

    @property
    def stopped(self) -> bool:
        """Say whether its execution is stopped."""
        return any(rule.kind is Kind.STOP for rule in self.rules)

    @property
    def noise(self) -> bool:
        """Say whether all that goes wrong is what the retries are for: law 8 says that it decides nothing."""
        lost: Counter[str] = Counter()
        for rule in self.rules:
            if rule.operation == ASKED or rule.kind in PICTURES[:-1] or rule.kind is Kind.STORM:
                continue  # no call fails, or each is waited for until the deadline
            whole = rule.kind in LOSES_THE_TRY or rule.operation in CALLED_ONCE
            lost[rule.step] += rule.times if whole else rule.times // CLIENT_TRIES + 1
        return not self.stopped and all(tries <= LAMBDA_TRIES for tries in lost.values())


def at_gates(decided: Deployment, seed: int, has: Has | None = None) -> Deployment:
    """Decide what becomes of a deployment at its gates, and what goes wrong there on top of the rest.

    Dice of its own: a number of a seed meets what it meets without gates, too. `has`: what its service has, where that
    is known.
    """
    random = Random(f"{seed}/{decided.number}/gates")  # noqa: S311  a schedule, not a secret
    pushed = decided.kind in (GOOD, *BAD, RACE)
    fate = gates.fate(random, good=decided.kind == GOOD, pushed=pushed)
    rules = gates.rules(random)
    later = Random(f"{seed}/{decided.number}/owner")  # noqa: S311  a schedule, not a secret
    fate = owner.fate(later, fate, pushed=pushed)
    if has is None or has.after:
        rules += owner.rules(later)
    return replace(decided, fate=fate, rules=(*decided.rules, *rules))


def deployment(seed: int, number: int, storm: float = 0.0, *, shifts: bool = False) -> Deployment:
    """Decide one deployment. With `storm`, AWS throttles all that is called about it for so many seconds on the way.

    `shifts`: it is of a service with gates, at which faults of their own come on top.
    """
    random = Random(f"{seed}/{number}")  # noqa: S311  a schedule, not a secret
    kind, stopped = random.choice(KINDS), random.random() < 0.35
    # where nothing goes back, faults would wait in vain
    steps = tuple(CALLS) if kind in BAD or stopped else tuple(step for step in CALLS if step not in WAY_BACK)
    rules = [_rule(random, random.choice(steps)) for _ in range(random.choice((0, 1, 2, 3, 4, 5, 6)))]
    if stopped:
        rules += _stops(random, steps)
    if random.random() < 0.08:
        rules.append(Rule(PUSHED, Kind.TWICE))
    rules += _pictures(Random(f"{seed}/{number}/pictures"), bad=kind in BAD)  # noqa: S311  a schedule, not a secret
    rules += _of_worker(Random(f"{seed}/{number}/worker"))  # noqa: S311  a schedule, not a secret
    if shifts:
        rules += shifting.rules(Random(f"{seed}/{number}/strategy"))  # noqa: S311  a schedule, not a secret
    if storm:
        rules.insert(0, _storm(Random(f"{seed}/{number}/storm"), storm, steps))  # noqa: S311  a schedule, not a secret
    return Deployment(number, kind, tuple(rules))


def _of_worker(random: Random) -> list[Rule]:
    """Spoil a call of the look at a worker, which other services never make. Dice of its own, as for pictures."""
    if random.random() >= 0.5:
        return []
    call, kind = random.choice(CALLS_OF_WORKER), random.choice(OFTEN)
    seconds = 1.0 if kind is Kind.DELAY else 0.0
    return [Rule(call, kind, "landfall-check-worker", random.choice((1, 1, 2)), seconds=seconds)]


def _storm(random: Random, seconds: float, steps: tuple[str, ...]) -> Rule:
    """Let a storm begin at a call of one of the steps that call ECS."""
    calls = [(step, call) for step in steps for call in dict.fromkeys(CALLS[step]) if call.startswith(STORMS)]
    step, call = random.choice(calls)
    return Rule(call, Kind.STORM, f"landfall-{step}", seconds=seconds)


def _pictures(random: Random, *, bad: bool) -> list[Rule]:
    """Spoil a picture. Dice of its own: whatever else a seed meant before there was this, it still means."""
    if random.random() >= 0.35:
        return []
    kind = random.choice(PICTURES)
    if kind is Kind.BEHIND:
        step = random.choice(("update-service", "rollback")) if bad else "update-service"
        return [Rule("ecs:UpdateService", kind, f"landfall-{step}")]
    if kind is Kind.DROP:  # of an answer of the service itself
        step = random.choice(("preflight", "smoke-test"))
        return [Rule(ASKED, kind, f"landfall-{step}", random.choice((1, 2, 5)))]
    step = random.choice((*POLLS, "preflight"))
    nth = random.choice((1, 1, 2, 3)) if step in POLLS else 1
    return [Rule("ecs:DescribeServices", kind, f"landfall-{step}", nth)]


def _rule(random: Random, step: str) -> Rule:
    if random.random() < 0.15:
        return Rule(INVOKE, random.choice(OF_INVOCATIONS), f"landfall-{step}", seconds=1.0)
    operation = random.choice(CALLS[step])
    kind = random.choice(KINDS_OF_FAULT)
    if operation.partition(":")[2].startswith(STALE) and random.random() < 0.4:
        kind = Kind.STALE
    times = random.choice((1, 1, 1, 2, 3, 4)) if kind in (Kind.THROTTLE, Kind.FAIL, Kind.DROP, Kind.STALE) else 1
    seconds = round(random.uniform(0.2, 1.5), 1) if kind in (Kind.DELAY, Kind.LATE) else 0.0
    nth = random.choice((1, 1, 2, 3)) if step in POLLS or operation in OFTEN_CALLED else 1
    return Rule(operation, kind, f"landfall-{step}", nth, times, seconds)


def _stops(random: Random, steps: tuple[str, ...]) -> list[Rule]:
    """Stop the execution at a call, or in a moment after it; its recovery too, its Lambda killed, the event lost."""
    step = random.choice(steps)
    seconds = random.choice((0.0, 0.0, round(random.uniform(0.1, LATEST_STOP), 1)))
    rules = [Rule(INVOKE, Kind.STOP, f"landfall-{step}", seconds=seconds)]
    if random.random() < 0.3:
        rules.append(Rule(random.choice(CALLS[step]), Kind.KILL_BEFORE, f"landfall-{step}", times=9))
    if random.random() < 0.3:
        found = random.choice((Kind.KILL, Kind.DROP, Kind.THROTTLE))
        rules += [Rule(ENDED, Kind.LOSE), Rule("states:StartExecution", found, "landfall-sweep")]
    if random.random() < 0.04:
        rules.append(Rule(INVOKE, Kind.STOP, "landfall-rollback", times=9))
    if random.random() < 0.2:
        again = random.choice(("resolve", "acquire-lock", "rollback", "check-stability", "report", "notify", "finish"))
        rules.append(Rule(INVOKE, Kind.STOP, f"landfall-{again}", nth=2))
    return rules
