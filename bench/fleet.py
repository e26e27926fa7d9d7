"""Many deployments at once under the quotas of one account, in virtual time.

The real state machine's file and the real steps run, each deployment against a service of its own (the replayed worlds
of tests/campaigns/torture). What they share is the account's token buckets. A throttled call is tried again as botocore
does, and a failed step as the state machine says.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from bench.buckets import Account
from bench.clock import Timeline
from statemachine.definition import definition
from tests.campaigns.torture import virtual
from tests.campaigns.torture.asl import Clock, Execution
from tests.campaigns.torture.clients import Client, error_class
from tests.campaigns.torture.replay_world import ReplayWorld
from tests.campaigns.torture.roles import SHAS
from tests.campaigns.torture.scenario import Scenario, scenario

WITHIN = 10.0
"""Seconds in which all deployments of a fleet begin: a push to each of many repositories, by one CI run."""


NEEDED = {"RegisterTaskDefinition": 1, "UpdateService": 1, "DescribeServices": 1}
"""The calls that a deployment can't do without."""


class Member(Clock):
    """The clock of one deployment. Setting it forward lets the others go on."""

    def __init__(self, timeline: Timeline) -> None:
        self._timeline = timeline

    @property
    def now(self) -> float:
        """Return the fleet's time."""
        return self._timeline.now

    @now.setter
    def now(self, until: float) -> None:
        self._timeline.sleep_until(until)


class Limited(Client):
    """A client whose calls the account may refuse. Tries again as botocore's standard mode does: so often, at most."""

    def __init__(self, world: FleetWorld, attempts: int) -> None:
        super().__init__(world.cloud)
        self._world, self._attempts = world, attempts

    def __getattr__(self, method: str) -> Any:
        """Return the method of a call."""
        name = "".join(part.capitalize() for part in method.split("_"))
        answer: Callable[..., Any] = super().__getattr__(method)

        def call(**request: Any) -> Any:
            self._world.wait_for(name, self._attempts)
            return answer(**request)

        return call


class Refuses(Protocol):
    """What may refuse a call."""

    def refuses(self, call: str, now: float) -> str:
        """Return the code of AWS's refusal; empty where the call goes through."""


class Outage:
    """An account in which every call is throttled for a while: between these pairs of seconds."""

    def __init__(self, windows: Sequence[tuple[float, float]]) -> None:
        self._windows = windows

    def refuses(self, _call: str, now: float) -> str:
        """Return the code of AWS's refusal; empty where the call goes through."""
        return "ThrottlingException" if any(begin <= now < end for begin, end in self._windows) else ""


class FleetWorld(ReplayWorld):
    """One service of the fleet."""

    def __init__(self, played: Scenario, clock: Clock, account: Refuses, chance: random.Random) -> None:
        super().__init__(played, clock)
        self._account, self._chance = account, chance
        self.calls: Counter[str] = Counter()

    def wait_for(self, call: str, attempts: int) -> None:
        """Take a token for a call. Raises what botocore would, after so many attempts.

        Source: botocore, retries in standard mode: between two attempts it waits up to 1, 2, 4 … 20 seconds.
        """
        for attempt in range(attempts):
            self.calls[call] += 1
            code = self._account.refuses(call, self._clock.now)
            if not code:
                return
            if attempt + 1 < attempts:
                self._clock.now += self._chance.random() * min(2**attempt, 20)
        raise error_class(code)({"Error": {"Code": code, "Message": "Rate exceeded"}}, call)

    def _client(self, _name: str, config: Any = None) -> Any:
        attempts = config.retries["total_max_attempts"] if config is not None else 3
        return Limited(self, attempts)


class Jittered(Execution):
    """An execution whose retries come after a random part of their time, as `JitterStrategy: FULL` says."""

    chance = random.Random(0)  # noqa: S311  one seed, one fleet

    def _retry(self, state: Mapping[str, Any], error: str, tried: dict[int, int]) -> float | None:  # type: ignore[override]
        wait = Execution._retry(state, error, tried)
        return None if wait is None else wait * self.chance.random()


@dataclass
class Fleet:
    """What became of a fleet."""

    outcomes: list[tuple[bool, str]] = field(default_factory=list)
    seconds: float = 0.0
    floor: float = 0.0
    calls: Counter[str] = field(default_factory=Counter)

    def count(self, bad: bool, *outcomes: str) -> int:
        """Return how many of the good or the bad releases ended so."""
        return sum(each == bad and outcome in outcomes for each, outcome in self.outcomes)


def play(size: int, seed: int, bad: float = 0.0, good: str = "good", worse: str = "wrong-sha") -> Fleet:
    """Deploy to so many services at once. `bad` is the share of releases that must not land.

    The floor is what the calls take that no deployment can do without (NEEDED), plus one undisturbed rollout.
    """
    chance = random.Random(seed)  # noqa: S311  the same fleet again for the same seed
    account, timeline, fleet = Account(), Timeline(), Fleet()
    alone = _alone(scenario(good))
    wrong = set(chance.sample(range(size), round(size * bad)))

    def member(number: int) -> Callable[[], None]:
        def deploy() -> None:
            played = scenario(worse if number in wrong else good)
            clock = Member(timeline)
            world = FleetWorld(played, clock, account, random.Random(f"{seed} {number}"))  # noqa: S311
            ended = execution(world, clock, random.Random(f"{seed} {number} retries"))  # noqa: S311
            fleet.outcomes.append((number in wrong, virtual.result(ended, world).outcome))
            fleet.calls += world.calls

        return deploy

    timeline.run([(chance.uniform(0, WITHIN), member(number)) for number in range(size)])
    fleet.seconds = timeline.now
    fleet.floor = account.floor({call: count * size for call, count in NEEDED.items()}) + alone
    return fleet


def _alone(played: Scenario) -> float:
    """Return the seconds of one deployment that has the account to itself."""
    clock = Clock()
    world = FleetWorld(played, clock, Account(()), random.Random(0))  # noqa: S311
    execution(world, clock, random.Random(0))  # noqa: S311
    return clock.now


def execution(world: FleetWorld, clock: Clock, chance: random.Random) -> Execution:
    """Run a deployment to its end. `chance` draws its jitter."""

    def invoke(function: str, payload: Any) -> Any:
        clock.now += virtual.STEP_SECONDS
        return virtual.invoked(virtual.module_of(function), payload, world)

    begun = Jittered(definition(), invoke, clock)
    begun.chance = chance
    return begun.run({"service": "sample", "image_tag": SHAS["ours"], "requested_by": "bench"})
