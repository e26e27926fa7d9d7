"""How much is read for a question, by the length of the ledger and by the number of services.

The command's own code and the steps' adapters run on an account in memory (account.py) that counts calls, items and
bytes. A question whose answer is as long as before must not read more because the ledger grew.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import Any

import ensure_begun
from bench.account import LISTED, Account, account, commit_of, digest_of, id_of, moment, only
from bench.dynamo import Meter
from bench.figure import Figure
from cli import records
from cli.caller import Caller
from cli.command import At
from cli.live_release import looks
from cli.output import Output
from cli.verbs import audit, freeze, rollback
from landfall.builds.build_watch import Built
from landfall.ledger import service_standing
from landfall.model import Outcome

Question = Callable[[Account], object]

OLD, UNKNOWN_IMAGE = 1, 10**9
"""The number of the oldest deployment, and of an image that nobody deployed."""
LISTED_ROWS = 20
"""Deployments that `landfall history` lists."""


def _at(of: Account) -> At:
    return At(lambda: of, Output(as_json=True))


def status(of: Account) -> object:
    """Ask what `landfall status` asks."""
    services = of.settings.services
    return looks(of, services), freeze.of_each(of, services), of.findings.all()


def begun(number: int, of: Account) -> object:
    """Ask what the build watch asks: has the deployment of an image begun?"""
    built = Built(only(of).name, "p", "arn", moment(of.length).isoformat(), commit_of(number), digest_of(number), True)
    return ensure_begun._records(built, Caller(of))


def history(of: Account, outcomes: Sequence[str] = (), **bounds: Any) -> object:
    """Ask what `landfall history` asks."""
    bounds = {"since": None, "until": None, **bounds}
    return list(islice(records.between(of, only(of).name, outcomes, **bounds), LISTED_ROWS))


QUESTIONS: dict[str, Question] = {
    "status": status,
    "audit": lambda of: audit.examined(_at(of), only(of), LISTED),
    "history --outcome": partial(history, outcomes=(Outcome.REJECTED, Outcome.ROLLED_BACK)),
    "history --until, of the oldest": lambda of: history(of, until=moment(LISTED).replace(tzinfo=None)),
    "rollback to an old digest": lambda of: rollback._target(_at(of), only(of), digest_of(OLD)),
    "rollback to an old digest, the step": lambda of: of.ledger.proven_image(only(of).name, digest_of(OLD)),
    "build watch, begun": partial(begun, OLD),
    "build watch, not begun": partial(begun, UNKNOWN_IMAGE),
    "show by commit": lambda of: records.named(of, commit_of(OLD)[:12], None),
    "show by id": lambda of: records.named(of, id_of(OLD), None),
}
"""Each question with its answer's length being the same, however long the ledger is."""
ITEMS = {"history --until, of the oldest": service_standing.SEARCHED + LISTED + 1}
MOST_ITEMS = 40
"""Items that a question may read: of an audit, the records of its revisions, tags and the last ten proven images."""
BEFORE = {"show by commit": 401, "show by id": 1, "status": 203}
"""Items that were read before there were indexes; all records, where a question is not named."""
RECORDS = 20
"""Records of each of many services."""
LENGTHS, SERVICES = (10, 1_000, 10_000), (1, 50, 500)
CALLS = {1: 20, 50: 20, 500: 120}
CALLS_BEFORE = {1: 7, 50: 301, 500: 3001}
KILOBYTES, KILOBYTES_BEFORE = 20, 2_000
"""Of items for each service."""


def asked(question: str, of: Account) -> Meter:
    """Ask a question, and return what was read for it."""
    before = replace(of.meter, calls=of.meter.calls.copy())
    QUESTIONS[question](replace(of))  # as a command of its own, that remembers nothing
    now = of.meter
    return Meter(now.calls - before.calls, now.items - before.items, now.bytes - before.bytes)


def figures(lengths: Sequence[int] = LENGTHS, services: Sequence[int] = SERVICES) -> list[Figure]:
    """Ask each question of ledgers of these lengths, and `status` of so many services."""
    found = []
    for length in lengths:
        of = account(1, length)
        for question in QUESTIONS:
            found += _of_question(question, length, asked(question, of))
    for number in services:
        found += _of_status(number, asked("status", account(number, RECORDS)))
    return found


def _of_question(question: str, length: int, meter: Meter) -> list[Figure]:
    name, before = f"{question}, {length:,} records", BEFORE.get(question, length)
    return [
        Figure(f"{name}: items read", meter.items, "items", ITEMS.get(question, MOST_ITEMS), before),
        Figure(f"{name}: bytes read", round(meter.bytes / 1000, 1), "KB"),
        Figure(f"{name}: calls", meter.calls.total(), "calls"),
    ]


def _of_status(number: int, meter: Meter) -> list[Figure]:
    name, each = f"status, {number} services", round(meter.bytes / 1000 / number, 1)
    return [
        Figure(f"{name}: calls", meter.calls.total(), "calls", CALLS.get(number), CALLS_BEFORE.get(number)),
        Figure(f"{name}: read of each", each, "KB", KILOBYTES, KILOBYTES_BEFORE),
    ]
