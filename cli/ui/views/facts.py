"""The facts of a proof, each with the part of the deployment's page that shows its evidence.

**A new kind of target gets its facts here**: `of` reads from the deployment's record what was proven.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cli.ui.views import page_words
from landfall.chain import Record
from landfall.migration import migration, migration_words
from landfall.smoke.case import PASS, SKIP
from landfall.worker import UNPROVEN
from landfall.worker.commit_lines import COMMIT
from landfall.worker.progress import PROGRESS

_HEALTHY = re.compile(r"(\d+ of \d+) targets healthy")
"""The last verdict of a deployment that has targets (landfall.proof.target_health). Others have none."""


@dataclass(frozen=True)
class Fact:
    """One fact, and the part of the deployment's page that it leads to."""

    text: str
    place: str


def of(record: Record, running: int) -> tuple[Fact, ...]:
    """Return the facts that a deployment proved, while this many tasks run."""
    ended = ended_of(record)
    checks = [each for each in ended.get("checks") or () if isinstance(each, Mapping)]
    passed = [each for each in checks if each.get("state") == PASS]
    served = any(each.get("name") == "version" for each in passed)
    commit = (ended.get("deployment") or {}).get("git_sha") or record.get("git_sha")
    found = [Fact(f"digest ✓ {page_words.count(running, 'task')}", "tasks")]
    if healthy := _HEALTHY.match(str((ended.get("verdict") or {}).get("reason", ""))):
        found.append(Fact(f"targets ✓ {healthy[1]}", "tasks"))
    states = {each.get("name"): each.get("state") for each in checks}
    if states.get(COMMIT) == PASS:
        found.append(Fact(f"logs {page_words.short(commit)} ✓", "checks"))
    if states.get(PROGRESS) == SKIP:
        found.append(Fact(UNPROVEN, "checks"))
    if served:
        found.append(Fact(f"serves {page_words.short(commit)} ✓", "checks"))
    if passed:
        found.append(Fact(f"checks ✓ {len(passed)} of {len(checks)}", "checks"))
    if migrated := migration.read(record):
        found.append(Fact(f"migration {migration_words.short(migrated)}", "migration"))
    return (*found, Fact("signed ✓", "record")) if record.get("signature") else tuple(found)


def leaves_out_work(known: Iterable[Fact]) -> bool:
    """Say whether the proof of a worker left out its progress."""
    return any(fact.text == UNPROVEN for fact in known)


def ended_of(record: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the machine's variables at the end; empty if they can't be read from the record."""
    try:
        found = json.loads(record["ended"])
    except (LookupError, TypeError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, Mapping) else {}
