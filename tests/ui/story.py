"""A day of two environments, for the pictures and the tests in a browser: good releases, bad ones, one under way."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cli.ui.site import Site
from landfall.approval import approval
from landfall.approval.approval import AWAITED
from landfall.gates import gate_log
from landfall.gates.gate_log import NotedGate
from landfall.images import commit_details
from landfall.intake.freeze import Freeze
from landfall.ledger.execution_history import Entry
from landfall.ledger.task_times import TaskTimes
from landfall.logs.task_logs import Line, Tally
from landfall.migration import migration
from landfall.migration.migration import Migration, Stage
from landfall.model import Failure, Outcome
from landfall.proof.observed import Look
from landfall.reconcile.findings import Finding, Kind, State
from landfall.settings.approval import When
from landfall.telling.report import LogLines, Seen
from tests.steps import standin
from tests.support import builders as b
from tests.ui import gates, sign_offs, world
from tests.ui.world import Place

SERVICES = ("records-api", "billing", "mailer")
GOOD = (
    ("Resolve", 0.3, "PASS", "RESOLVED"),
    ("AcquireLock", 0.1, "PASS", "LOCKED"),
    ("Preflight", 0.8, "PASS", "READY"),
    ("RegisterTaskDefinition", 0.2, "", ""),
    ("UpdateService", 0.1, "WAIT", "UPDATED"),
    ("CheckStability", 96.0, "PASS", "STABLE"),
    ("CheckTargetHealth", 0.4, "PASS", "HEALTHY"),
    ("SmokeTest", 2.6, "PASS", "SMOKE_PASSED"),
    ("Confirm", 0.2, "PASS", "HEALTHY"),
)
BAD = (
    *GOOD[:5],
    ("CheckStability", 3.4, "FAIL", "CRASH_LOOP"),
    ("Rollback", 2.3, "WAIT", "ROLLING_BACK"),
    ("CheckRollbackStability", 8.5, "PASS", "STABLE"),
    ("CheckRollbackTargetHealth", 0.1, "PASS", "HEALTHY"),
    ("SmokeTestBaseline", 0.8, "PASS", "SMOKE_PASSED"),
    ("ConfirmRollback", 0.1, "PASS", "HEALTHY"),
)
WHY = "2 tasks of this deployment stopped in the same way: container 'app' exited with code 3"


def sha(text: str) -> str:
    """Return a commit that begins so."""
    return f"{text}{'0123456789abcdef' * 3}"[:40]


def seen(ended: datetime, steps: Any, words: str = "", revision: str = b.REVISION, digest: str = b.DIGEST) -> Seen:
    """Return what the report of a deployment tells: a timeline that ends then, tasks with times, targets, log lines."""
    at, entries = ended - timedelta(seconds=sum(each[1] for each in steps)), list[Entry]()
    for state, seconds, answer, code in steps:
        reason = WHY if answer == "FAIL" else "2 of 2 tasks run this release" if answer else ""
        entries.append(Entry(at, state, seconds, 19 if seconds > 20 else 1, answer, code, reason))
        at += timedelta(seconds=seconds)
    lines = tuple(Line(ended, f"arn:task/c/{n}7ae1909", words) for n in (3, 4)) if words else ()
    logs = LogLines("/landfall/sample, streams sample/app/*", Tally(4, 4, whole=True), None, lines)
    of = {
        "task_definition": revision,
        "containers": (b.container(image_digest=digest, exit_code=3 if words else None),),
    }
    stopped = [b.stopped(n, arn=f"arn:aws:ecs:x:1:task/c/{n}7ae1909", **of) for n in (3, 4)]
    running = [b.task(n, arn=f"arn:aws:ecs:x:1:task/c/{n}cf756b8", **of) for n in (1, 2)]
    look = Look(b.service(), tuple(stopped if words else running), (b.target(1), b.target(2)))
    rollout = next(entry for entry in entries if entry.state == "CheckStability")
    return Seen(look, tuple(entries), logs, times=_times(rollout, look, ended if words else None))


def _times(rollout: Entry, look: Look, stopped: datetime | None) -> tuple[TaskTimes, ...]:
    """Return when the tasks were placed, pulled and started, and when an older one stopped, within a rollout."""
    whole = rollout.seconds or 0.0
    parts = [rollout.at + timedelta(seconds=whole * share) for share in (0.02, 0.12, 0.37, 0.44, 0.72, 0.97)]
    placed, pulling, pulled, started, draining, drained = parts
    new = [
        TaskTimes(t.arn, t.task_definition, t.last_status, placed, pulling, pulled, started, stopped, stopped)
        for t in look.tasks
    ]
    old = TaskTimes("arn:task/c/0", "arn:older:1", "STOPPED", *(placed - timedelta(days=1),) * 4, draining, drained)
    return tuple(new) if stopped else (*new, old)


@dataclass(frozen=True)
class Told:
    """The story's site, and its two environments."""

    site: Site
    staging: Place
    production: Place


def site(history: dict[str, list[dict[str, Any]]]) -> Site:
    """Tell the story on an AWS that stands in, and return its site alone."""
    return told(history).site


def told(history: dict[str, list[dict[str, Any]]], weeks: int = 0) -> Told:
    """Tell the story on an AWS that stands in. `history` is what that tells of executions.

    `weeks` are those before the story, with three deployments in each.
    """
    staging = Place("staging-", tuple(world.service(name, f"staging-{name}") for name in SERVICES))
    production = Place("production-", tuple(world.service(name) for name in SERVICES))
    now = world.now()
    _images()
    for prefix, place in (("staging-", staging), ("", production)):
        for name in SERVICES:
            world.runs(f"{prefix}{name}")
        if place is production:
            _long_ago(place, now, weeks)
            _past(place, now)
        _good(place, "records-api", now - timedelta(days=1), "a93b1f2", "Show the day of birth")
        _good(place, "billing", now - timedelta(days=3), "b90830d", "Round taxes per line")
        if place is production:
            _good(place, "mailer", now - timedelta(days=12), "5d0c7aa", "Send through the queue")
    landed = now - timedelta(minutes=20)
    canary = gates.passed(landed - timedelta(minutes=14))
    _good(staging, "records-api", landed, "c41e09d", "Index patients by birth date", gates=canary)
    _good(staging, "billing", now - timedelta(hours=5), "8008b75", "Retry the payment provider twice")
    _bad(production, now - timedelta(hours=4, minutes=48))
    at = (now - timedelta(days=41)).isoformat()
    what = "landfall-mailer:latest at sha256:77ab0c12 runs; no deployment of Landfall left it"
    staging.found(Finding("mailer", Kind.LIVE_NOT_RECORDED, "mailer:7", what, State.RAISED, at, at))
    until = (now + timedelta(hours=8)).isoformat()
    asker = "arn:aws:sts::123456789012:assumed-role/release/ann"
    production.freeze(Freeze("mailer", "the newsletter goes out", asker, (now - timedelta(hours=1)).isoformat(), until))
    began = now - timedelta(seconds=70)
    record = production.begun("records-api", began, sha("c41e09d"), "Index patients by birth date")
    history[record["deployment_id"]] = _history(began)
    _rolling(began)
    _tampered(production)
    places = (("staging · eu-west-1", staging), ("production · eu-west-1", production))
    options = [f" --profile {name} --region eu-west-1" for name in ("staging", "production")]
    return Told(Site([place.environment(name) for name, place in places], "/token", options), staging, production)


def _rolling(began: datetime) -> None:
    """Start two tasks of the release that is under way, one of which is still pulling its image."""
    live = standin.service_of("records-api").task_definition
    revision = standin.register("records-api", f"registry/records-api@{world.digest(sha('c41e09d'))}")
    standin.service_of("records-api").task_definition = revision
    for number in range(2):
        task = standin.start("records-api", world.digest(sha("c41e09d")))
        names = ("created_at", "pull_started_at", "pull_stopped_at", "started_at")
        for name, seconds in zip(names, (4 + number, 9, 26, 31), strict=True):
            setattr(task, name, began + timedelta(seconds=seconds))
    standin.service_of("records-api").task_definition = live


def _tampered(place: Place) -> None:
    """Let somebody change why a release was rejected."""
    rejected = next(r for r in place.ledger.newest_first("records-api") if r.get("outcome") == Outcome.REJECTED)
    place.ledger.mark("records-api", str(rejected["deployment_id"]), why="nothing to see here")


COMMITS = {
    "records-api": ("c41e09d", "a93b1f2", "2e55a2c", "0e55a0c"),
    "billing": ("8008b75", "77e1c0a", "b90830d", "41c0de5"),
    "mailer": ("5d0c7aa",),
}
"""Each service's commits, the newest first."""
LAYERS = (("base", 182_400_000), ("packages", 28_700_000))


def _images() -> None:
    """Push the image of each commit, with what its build says of the commits before it."""
    for service, commits in COMMITS.items():
        for place, commit in enumerate(commits):
            ancestors = tuple(sha(each) for each in commits[place + 1 :])
            said = commit_details.Told(sha(commit), history=commit_details.WHOLE, ancestors=ancestors)
            layers = [*LAYERS, (f"{service}-{commit}", 3_100_000 + 240_000 * (len(commits) - place))]
            standin.push(tag=sha(commit), digest=world.digest(sha(commit)), said=said, layers=layers)


def _past(place: Place, now: datetime) -> None:
    for number in range(3):
        at, commit = now - timedelta(days=20 - number, hours=number), sha(f"{number}e55a{number}c")
        outcome = Outcome.REJECTED if number == 1 else Outcome.SUCCEEDED
        place.ended("records-api", outcome, at, commit, took=100 + 3 * number, subject=f"Change number {number}")


def _long_ago(place: Place, now: datetime, weeks: int) -> None:
    """Let three releases a week reach production before the story; of every seven one does not stay."""
    for number in range(3 * weeks):
        at = now - timedelta(days=22 + 7 * weeks) + timedelta(hours=56 * number + 7 * (number % 5))
        bad, service = number % 7 == 5, SERVICES[number % 2]
        committed = (at - timedelta(minutes=20 + 37 * (number % 6))).isoformat()
        known: dict[str, Any] = {"took": 95 + 11 * (number % 6), "committed": committed}
        if bad:
            code = ("CRASH_LOOP", "UNHEALTHY", "CRASH_LOOP")[number // 7 % 3]
            known |= {"failure": Failure("CheckStability", code, WHY), "deployment": b.way_back()}
        outcome = Outcome.ROLLED_BACK if bad else Outcome.SUCCEEDED
        place.ended(service, outcome, at, sha(f"{number:03x}7d1e"), subject=f"Change number {number}", **known)


def _good(place: Place, service: str, at: datetime, *said: str, **more: Any) -> None:
    commit, subject = said
    name = f"staging-{service}" if place.prefix == "staging-" else service
    revision = standin.service_of(name).task_definition
    seen_ = seen(at, GOOD, revision=revision, digest=world.digest(sha(commit)))
    deployed = b.deployment(task_definition=revision, git_sha=sha(commit))
    committed = (at - timedelta(minutes=52)).isoformat()
    known: dict[str, Any] = {"subject": subject, "took": 101, "seen": seen_, "committed": committed}
    place.ended(service, Outcome.SUCCEEDED, at, sha(commit), deployment=deployed, **known, **more)


def land(place: Place) -> None:
    """Let the deployment that is under way be over, and its release proven."""
    (record,) = place.ledger.unfinished("records-api")
    place.table.delete_item(Key={name: record[name] for name in ("service", "deployment_id")})
    _good(place, "records-api", world.now(), "c41e09d", "Index patients by birth date")


def _bad(place: Place, at: datetime) -> None:
    live = standin.service_of("billing").task_definition
    host = [
        {"name": "GIT_SHA", "value": "stale"},
        {"name": "LOG_LEVEL", "value": "info"},
        {"name": "PAYMENT_HOST", "value": "payments.example"},
    ]
    tried = standin.register("billing", f"registry/landfall/sample@{world.digest(sha('8008b75'))}", environment=host)
    back = b.way_back(task_definition=live, git_sha=sha("b90830d"), undoes=tried)
    changes = {
        "deployment": back,
        "baseline": b.baseline(task_definition=live, git_sha=sha("b90830d")),
        "failure": Failure("CheckStability", "CRASH_LOOP", WHY),
        "subject": "Retry the payment provider twice",
        "seen": seen(at, BAD, "fatal: PAYMENT_URL is not set", tried, world.digest(sha("8008b75"))),
        "took": 17,
    }
    place.ended("billing", Outcome.ROLLED_BACK, at, sha("8008b75"), **changes)


def _history(
    began: datetime, gates: Sequence[NotedGate] = (), visits: Sequence[tuple[str, float, str]] | None = None
) -> list[dict[str, Any]]:
    """Return what Step Functions tells of a deployment whose rollout is under way, the newest first.

    With `gates` it came to them, and waits at the last one. With `visits` it came to these states after its preflight
    instead: each with its seconds and the code of its answer, which waits.
    """
    found: list[dict[str, Any]] = []
    at = began

    def add(kind: str, seconds: float, **details: Any) -> None:
        nonlocal at
        at += timedelta(seconds=seconds)
        found.append({"timestamp": at, "type": kind, "id": len(found) + 1, **details})

    def visit(name: str, seconds: float, **verdict: str) -> None:
        add("TaskStateEntered", seconds, stateEnteredEventDetails={"name": name})
        output = {"Payload": {"verdict": verdict}} if verdict else {}
        add("TaskSucceeded", 0.2, taskSucceededEventDetails={"output": json.dumps(output)})

    add("PassStateEntered", 0.1, stateEnteredEventDetails={"name": "Begin"})
    for state, _, answer, code in GOOD[: 5 if visits is None else 3]:
        visit(state, 0.1, **({"state": answer, "code": code, "reason": ""} if answer else {}))
    for state, seconds, code in visits or ():
        visit(state, seconds, state="WAIT", code=code, reason=f"{state} waits")
    for number in range(5 if visits is None else 0):
        add("WaitStateEntered", 0.1, stateEnteredEventDetails={"name": "WaitForStability"})
        reason = f"{min(3, 1 + number)} of 4 new tasks healthy; waits for the others"
        visit("CheckStability", 10, state="WAIT", code="ROLLING", reason=reason)
    for gate in gates:
        for _ in range(2):
            visit("CheckStability", 12, state="WAIT", code="AT_GATE", reason=f"ECS waits at {gate.stage}")
            visit("JudgeGate", 9, state=gate.state, code=gate.code, reason=gate.reason)
    return found[::-1]


def at_gate(told: Told, history: dict[str, list[dict[str, Any]]]) -> str:
    """Let a canary of `billing` be under way in production that waits at a gate. Return its id."""
    now, place = world.now(), told.production
    began = now - timedelta(minutes=5)
    record = place.begun("billing", began, sha("77e1c0a"), "Send receipts by mail")
    seen_there = gates.waiting(began + timedelta(seconds=70), now)
    place.ledger.update("billing", record["deployment_id"], gates=gate_log.written(seen_there))
    history[record["deployment_id"]] = _history(began, seen_there)
    return str(record["deployment_id"])


def at_sign_off(told: Told, history: dict[str, list[dict[str, Any]]], when: When = "before") -> str:
    """Let a release of `billing` be under way in staging that people must sign off. Return its id."""
    now = world.now()
    began = now - timedelta(minutes=41)
    record = told.staging.begun("billing", began, sha("91f3c2e"), "Send receipts by mail")
    known = sign_offs.waiting(now, when)
    told.staging.ledger.update("billing", record["deployment_id"], approval=approval.written(known))
    history[record["deployment_id"]] = _history(began, visits=[("CheckApproval", 1, AWAITED)])
    return str(record["deployment_id"])


def migrating(told: Told, history: dict[str, list[dict[str, Any]]]) -> str:
    """Let a migration of `mailer` be under way in production, from which its service suffers. Return its id."""
    now = world.now()
    began = now - timedelta(minutes=3)
    record = told.production.begun("mailer", began, sha("6e10c4b"), "Keep bounced addresses")
    start, since = ((began + timedelta(seconds=each)).isoformat() for each in (20, 110))
    known = Migration(
        Stage.STARTED,
        start,
        "arn:aws:ecs:eu-west-1:123456789012:task-definition/mailer:8",
        "app",
        command=("python", "-m", "mailer.migrate"),
        timeout_seconds=900,
        task=MIGRATING,
        asked_at=start,
        started_at=start,
        unhealthy_since=since,
        unhealthy_why="1 of 2 targets healthy",
        lines=("adding the column bounced_at", "3 of 12 batches"),
    )
    told.production.ledger.update("mailer", record["deployment_id"], migration=migration.written(known))
    history[record["deployment_id"]] = _history(began, visits=[("CheckMigration", 19, "MIGRATING")])
    return str(record["deployment_id"])


MIGRATING = "arn:aws:ecs:eu-west-1:123456789012:task/landfall/9d1c44e0f7aa4b0f8a52f1d6f1f2a6b3"
"""The task of the migration that is under way."""
