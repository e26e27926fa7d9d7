"""Plays deployments, several services side by side, and judges each when nothing is left to do about it."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from botocore.exceptions import ReadTimeoutError

from local.faults.desk import FaultDesk, Told
from local.faults.planned import Happened
from local.settings import AS_WORKER
from local.stage.inbox import Inbox, Message
from local.stage.landfall_stage import Stage, staged
from tests.campaigns.chaos import gate_laws, gates, judge, owner, shifting
from tests.campaigns.chaos.gates import GATES, Has
from tests.campaigns.chaos.lane import PATIENCE, Lane, now
from tests.campaigns.chaos.owner import Stray
from tests.campaigns.chaos.people import People, counted, missed
from tests.campaigns.chaos.rights import rights_law
from tests.campaigns.chaos.schedule import GOOD, Deployment, at_gates, deployment
from tests.e2e import laws

LANES = ("reef", "shoal", "cape", "sound", "fjord", "inlet")
"""Services side by side: as many as keep two cores busy."""
WAITING = (*LANES, "holm", "haven", "strand", "tarn", "firth", "lagoon", "delta", "bight", "spit", "atoll")
"""Services side by side where most of the time is spent waiting for a storm to end."""
SETTINGS: dict[str, Any] = {
    "desired_count": 1,  # each task's health check is a process of its own: two cores are better used on more services
    # more than any delay and any retry inside a step can take, and not the 75 s of a service in production
    "recovery_wait_seconds": 8,
    # a machine with more to do than it can is no fault of a release's
    "stability_timeout_seconds": 180,
    "smoke": {"max_response_seconds": 8.0},
    "stack": {"health_check_timeout_seconds": 4, "unhealthy_threshold": 4, "start_period_seconds": 20},
}
WORKERS = ("inlet",)
"""Lanes without a load balancer."""
OF_WORKERS: dict[str, Any] = {
    **SETTINGS,
    **AS_WORKER,
    "worker": {**AS_WORKER["worker"], "progress": {"log": "processed message [0-9]+", "within_seconds": 20}},
}
SWEEP_EVERY = 5.0


@dataclass(frozen=True)
class Pace:
    """How often the stage is looked at. `settings` are those of the lanes where they are not SETTINGS."""

    sweep_every: float = SWEEP_EVERY
    settings: Mapping[str, Any] = field(default_factory=dict)


DOOR = "landfall-approve"
APART = 8.0
"""Seconds between the lanes' beginnings: side by side they would all start the same functions at once."""
QUIET_NUMBER = -1


@dataclass(frozen=True)
class Played:
    """How a deployment went."""

    number: int
    lane: str
    kind: str
    outcomes: tuple[str, ...]
    happened: tuple[Happened, ...]
    violations: tuple[str, ...]
    seconds: float
    records: tuple[dict[str, Any], ...] = ()
    """The service's whole ledger where a law was broken: what it went back to was decided by earlier deployments."""


@dataclass
class Post:
    """Everything that was told of, for all lanes."""

    inbox: Inbox
    lock: threading.Lock = field(default_factory=threading.Lock)

    def about(self, service: str) -> list[Message]:
        """Return the messages about a service."""
        with self.lock:
            return [m for m in self.inbox.messages() if m.attributes.get("service") == service]


@dataclass
class Theatre:
    """The stage, and what all lanes share."""

    stage: Stage
    desk: FaultDesk
    post: Post
    seed: int
    longer: float = 0.0

    def play(self, lane: Lane, wanted: Deployment) -> Played:
        """Play one deployment and judge it."""
        began, since = time.monotonic(), now()
        known = frozenset(r["deployment_id"] for r in lane.stage.records(lane.name))
        revision = lane.newest_revision()
        before, heard = laws.untouched(self.stage, lane.name), len(self.post.about(lane.name))
        people, in_time = self._settled(lane, wanted, since, known)
        told = self.desk.told(lane.name)
        self.desk.put(lane.name, ())
        executions = lane.executions(since)
        records = [*lane.records(known), *lane.unknown([e.arn for e in executions])]
        wanted = replace(wanted, missed=missed(people.said, records, told.faults_of(DOOR)))
        violations = [] if in_time else ["hanging: something was left to do"]
        violations += judge.record_laws(lane, wanted, executions, records)
        self._remember(lane, records)
        violations += judge.service_laws(lane, records, before)
        violations += gate_laws.gate_laws(lane, wanted, records, counted(people.said))
        violations += self._told_of(lane, records, told, heard)
        violations += judge.newest_law(lane, wanted, lane.shas(wanted, self.seed))
        violations += judge.revision_laws(lane, records, revision, told)
        violations += judge.chain_law(lane)
        if violations and people.said:
            violations.append(f"what the approvers were told meanwhile: {'; '.join(map(str, people.said))}")
        violations += rights_law(told.calls)
        outcomes = tuple(str(r.get("outcome", "none")) for r in records)
        seconds = round(time.monotonic() - began, 1)
        ledger = tuple(lane.ledger()) if violations else ()
        return Played(
            wanted.number, lane.name, wanted.kind, outcomes, told.happened, tuple(violations), seconds, ledger
        )

    def _settled(self, lane: Lane, wanted: Deployment, since: datetime, known: frozenset[str]) -> tuple[People, bool]:
        """Begin a deployment, and wait until nothing is left to do. Return what people said, and whether it was."""
        self.desk.put(lane.name, wanted.rules)
        if lane.has.after:
            owner.says(self.stage, lane.name, wanted.fate)
        lane.begin(wanted, self.seed)
        people, stray = People(self.stage, wanted.fate), Stray(self.stage, lane.name)
        attending = (*([people] if lane.has.approval else ()), *([stray] if wanted.fate.suffers else ()))
        longer = 2 * self.longer + (gates.LONGER if lane.has != Has() else 0.0)
        in_time = lane.settled(since, known, longer=longer, attending=attending)
        stray.attend(())
        return people, in_time

    def _told_of(self, lane: Lane, records: Sequence[dict[str, Any]], told: Told, heard: int) -> Iterator[str]:
        return judge.told_laws(records, self.post.about(lane.name)[heard:], told)

    def _remember(self, lane: Lane, records: Sequence[dict[str, Any]]) -> None:
        for live in judge.landed(records):
            lane.live = live
            lane.proven.append(live)

    def repaired(self, lane: Lane, number: int) -> Played:
        """Do what a person who was paged would do: release something good, with nothing in its way."""
        return self.play(lane, Deployment(QUIET_NUMBER - number, GOOD, ()))


def needs_repair(played: Played) -> bool:
    """Say whether a person was paged, or would have to be."""
    return "ROLLBACK_FAILED" in played.outcomes or bool(played.violations)


@dataclass(frozen=True)
class Options:
    """What is asked of a run, beside its numbers.

    `storm`: the seconds for which each deployment's calls are throttled. `workers`: no lane has a load balancer.
    `strategy`: ECS shifts the traffic of every lane. `gates`: what the lanes have of gates.GATES, or `every`.
    `patience`: seconds more until a deployment hangs, on a machine that has more to do than it can.
    """

    seed: int
    storm: float = 0.0
    workers: bool = False
    strategy: str = ""
    gates: str = ""
    patience: float = 0.0

    @property
    def longer(self) -> float:
        """Return how many seconds a rollout may take longer than usual."""
        return 1.5 * self.storm + (shifting.LONGER if self.strategy else 0.0)

    def lanes(self, count: int) -> tuple[str, ...]:
        """Return the services side by side, for so many deployments. Of every kind of gates there is one."""
        least = min(count, len(GATES)) if self.gates == gates.EVERY else 1
        return (WAITING if self.storm else LANES)[: max(least, count // 2)]

    def without(self, lanes: tuple[str, ...]) -> tuple[str, ...]:
        """Return the lanes without a load balancer."""
        return lanes if self.workers else () if self.strategy or self.gates else WORKERS

    def gates_of(self, lane: str) -> str:
        """Return what a lane has, as GATES calls it; empty where it has no gates."""
        return gates.chosen(self.gates, WAITING.index(lane)) if self.gates else ""

    def has(self, lane: str) -> Has:
        """Return what a lane has."""
        return GATES.get(self.gates_of(lane), Has())

    def decided(self, number: int, lane: str = "") -> Deployment:
        """Return what a number means, on a lane where that is known."""
        usual = deployment(self.seed, number, self.storm, shifts=bool(self.strategy))
        return at_gates(usual, self.seed, self.has(lane) if lane else None) if self.gates else usual


def run(
    options: Options, numbers: Sequence[int], state: Path, tell: Callable[[Played], None], *, alone: bool = False
) -> list[Played]:
    """Play these deployments: lane by lane in turn, each lane one after the other.

    `alone`: the first one finds a release that landed, as it would in the middle of a run.
    """
    lanes = options.lanes(len(numbers))
    played: list[Played] = []
    without = options.without(lanes)
    having = {name: options.has(name) for name in lanes}
    with theatre(
        options.seed,
        state,
        lanes,
        options.longer,
        without,
        strategy=options.strategy,
        having=having,
        patience=options.patience,
    ) as there:

        def go(turn: int, name: str) -> None:
            time.sleep(turn * APART)
            lane = Lane(
                there.stage, name, worker=name in without, has=having[name], patience=PATIENCE + options.patience
            )
            mine = numbers[turn :: len(lanes)]
            if alone:
                tell(there.repaired(lane, 0))
            for number in mine:
                one = there.play(lane, options.decided(number, name))
                played.append(one)
                tell(one)
                if needs_repair(one) and number != mine[-1]:
                    tell(there.repaired(lane, number))

        threads = [threading.Thread(target=go, args=each) for each in enumerate(lanes)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return sorted(played, key=lambda each: each.number)


@contextmanager
def theatre(
    seed: int,
    state: Path,
    lanes: Sequence[str],
    longer: float = 0.0,
    workers: Sequence[str] = WORKERS,
    *,
    strategy: str = "",
    pace: Pace = Pace(),
    having: Mapping[str, Has] = MappingProxyType({}),
    patience: float = 0.0,
) -> Iterator[Theatre]:
    """Set the stage, and sweep it on a schedule. A rollout may take `longer` than usual, by so many seconds.

    `having`: which lanes have a migration or ask people. `patience`: seconds more for what is slow on this machine.
    """
    timeout = int(SETTINGS["stability_timeout_seconds"] + longer)
    usual = shifting.settings(strategy, SETTINGS) if strategy else SETTINGS
    settings = {name: {**(OF_WORKERS if name in workers else usual), **pace.settings} for name in lanes}
    settings = {
        name: gates.settings(having.get(name, Has()), own, patience, owner.function_of(name))
        for name, own in settings.items()
    }
    overrides = {name: {**own, "stability_timeout_seconds": timeout} for name, own in settings.items()}
    with staged(state, lanes, overrides=overrides, faults=True) as stage:
        desk = stage.aws.faults
        if desk is None:
            raise LookupError("this local AWS has no faults")
        over = threading.Event()
        sweeper = threading.Thread(target=_sweep, args=(stage, over, pace.sweep_every))
        sweeper.start()
        try:
            yield Theatre(stage, desk, Post(Inbox(stage.aws, stage.pipeline["TopicArn"])), seed, longer)
        finally:
            over.set()
            sweeper.join()


def _sweep(stage: Stage, over: threading.Event, every: float) -> None:
    """Sweep more often than every 15 minutes."""
    functions = stage.aws.client("lambda", read_timeout=70)
    while not over.wait(every):
        with contextlib.suppress(ReadTimeoutError):  # the next one comes, as on AWS
            reply = functions.invoke(FunctionName="landfall-sweep", Payload=json.dumps({}).encode())
            reply["Payload"].read()
