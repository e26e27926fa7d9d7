"""Tampers with a chain again and again, and counts what was found."""

from __future__ import annotations

import random
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from cli.evidence import export
from landfall.chain.check.chain_evidence import Evidence, Finding
from landfall.chain.check.verification import judge, verify
from tests.campaigns.tampering.ways import OF_A_LEDGER, OF_AN_EXPORT
from tests.support.signing import KMS

RECORDS, EACH, SEED = 50, 100, 20260102
BYTES = 10
"""How many bytes are changed for each other thing that is done."""


@dataclass
class Trials:
    """How often each way was tried, what was found by which code, and what was missed."""

    tried: Counter[str] = field(default_factory=Counter)
    found_by: dict[str, Counter[str]] = field(default_factory=dict)
    missed: list[str] = field(default_factory=list)

    def add(self, way: str, what: str, findings: list[Finding]) -> None:
        """Count one."""
        self.tried[way] += 1
        self.found_by.setdefault(way, Counter()).update({f.code for f in findings})
        if not findings:
            self.missed.append(f"{way}: {what}")


def verified(directory: Path) -> list[Finding]:
    """Return the findings of an export."""
    with export.opened(directory, {KMS.public.fingerprint}) as (found, unreadable):
        return [*unreadable, *(f for kept in found for f in judge(kept).findings)]


def named(evidence: Evidence) -> list[Finding]:
    """Return what is said of a ledger: what is wrong, and what somebody added that decides nothing."""
    told = verify(evidence)
    return [*told.findings, *told.notes]


def run(evidence: Evidence, seed: int = SEED, each: int = EACH) -> Trials:
    """Try every way so often, chosen by the seed."""
    trials, dice = Trials(), random.Random(seed)  # noqa: S311 (chooses, hides nothing)
    with tempfile.TemporaryDirectory() as place:
        directory = Path(place) / "export"
        export.write(directory, [evidence])
        intact = {name: (directory / name).read_bytes() for name in export.FILES}
        for way, tamper in OF_AN_EXPORT.items():
            for _ in range(each * BYTES if way == "change_byte" else each):
                what = tamper(directory, dice)
                trials.add(way, what, verified(directory))
                for name, content in intact.items():
                    (directory / name).write_bytes(content)
        assert verified(directory) == []
    for way, change in OF_A_LEDGER.items():
        for _ in range(each):
            changed, what = change(evidence, dice)
            trials.add(way, what, named(changed))
    return trials
