"""What a check of evidence reads and holds: counted, so that a change that reads more is noticed.

`python -m bench` measures the same with up to 100,000 records.
"""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bench.evidence import Cost, History, check
from cli.evidence import export, gather
from landfall.chain.check.verification import judge
from tests.support.history import World
from tests.support.signing import KMS

SHORT, LONG, NEW = 60, 120, 5
GROWS = 150_000
"""Bytes. Held in memory, 60 more records would take 900,000."""


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Iterator[History]:
    """A history on disk, that these tests only read."""
    with (tmp_path_factory.mktemp("history") / "records").open("w+b") as lines:
        yield History(LONG + NEW, lines)


def test_a_check_that_goes_on_reads_as_little_after_a_long_history(history: History, tmp_path: Path) -> None:
    """The same calls and items as after a short one, and no more bytes than a few records have."""
    costs: list[Cost] = []
    for length in (SHORT, LONG):
        path = tmp_path / f"{length}.json"
        check(history.world(length), path)
        costs.append(check(history.world(length + NEW), path))
    short, long = ({name: cost.reads[name] for name in cost.reads if name != "bytes"} for cost in costs)
    assert short == long
    assert short["items"] <= 2 * NEW + 10
    assert short["calls"] <= 7
    assert max(cost.reads["bytes"] for cost in costs) < 50_000


def test_a_whole_check_reads_each_thing_once(history: History) -> None:
    """Every record, and every anchor's name; HEAD twice, and twice the name of the public key."""
    reads = check(history.world(LONG)).reads
    assert (reads["items"], reads["GetObject"]) == (2 * LONG + 4, 0)


def test_memory_does_not_grow_with_the_history(history: History, tmp_path: Path) -> None:
    """Of a check, of an export and of a check of the export: twice the records take no more, but for a page."""
    short, long = (_peaks(history.world(length), tmp_path / str(length)) for length in (SHORT, LONG))
    grown = [after - before for before, after in zip(short, long, strict=True)]
    assert max(grown) < GROWS, grown


def _peaks(world: World, directory: Path) -> list[int]:
    """Return what each takes at most. Pages are small, so that a short history has several."""
    world.table.page, world.bucket.page = 50_000, 20

    def export_it(out: export.Writer) -> None:
        with closing(gather.Reading(world, "sample", out.keep)) as reading:
            out.add(reading.whole())

    with export.writing(directory) as out:
        peaks = [_peak(lambda: check(world)), _peak(lambda: export_it(out))]
    return [*peaks, _peak(lambda: _check_export(directory))]


def _check_export(directory: Path) -> None:
    with export.opened(directory, {KMS.public.fingerprint}) as ((kept,), wrong):
        assert (judge(kept).findings, wrong) == ((), [])


def _peak(do: Callable[[], object]) -> int:
    tracemalloc.start()
    try:
        do()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
