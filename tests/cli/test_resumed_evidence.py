"""A check that goes on from a checkpoint: what it reads, what it says, and that nothing is called intact unread."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from cli.evidence import checkpoint as file
from cli.evidence.checking import Checked, Checking
from cli.evidence.checkpoint import Checkpoint
from cli.evidence.gather import Mark
from cli.exits import Refused
from landfall import chain
from landfall.chain import Record, head_of
from landfall.chain.check.chain_evidence import Evidence, Finding
from landfall.chain.check.resume import MOST
from tests.campaigns.tampering import chains
from tests.campaigns.tampering.ways import OF_A_LEDGER
from tests.support.history import BEGAN, World, read
from tests.support.signing import KMS, OTHER, signed

WHOLE = chains.of(12)


def checked(world: World, path: Path | None, *, full: bool = False) -> Checked:
    """Check the one service."""
    world.reads.clear()
    known = file.of(world, path) if path else None
    (told,) = Checking(world, lambda _, mark: mark, path, known, full=full).services(["sample"])
    return told


def codes(findings: tuple[Finding, ...]) -> set[str]:
    """Return what kinds of findings there are."""
    return {finding.code for finding in findings}


def of(length: int) -> World:
    """Return a history, and one deployment under way."""
    world = World.empty()
    world.close(*range(1, length + 1))
    world.open(length + 1)
    return world


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the checkpoint lies."""
    return tmp_path / "checkpoint.json"


def test_a_second_check_reads_what_came_since(path: Path) -> None:
    """The last record that was verified, the one that was open then, and the new ones; the same from its anchors on."""
    world = of(60)
    first = checked(world, path)
    assert (first.told.findings, first.told.since, first.told.chained) == ((), 0, 60)
    world.close(61, 62, 63)
    told = checked(world, path)
    assert (told.told.findings, told.told.since, told.told.chained, told.reread) == ((), 60, 4, "")
    assert (told.whole, told.told.began) == (first.whole, chains.record(60)["deployment_id"])
    assert world.reads["items"] < 20
    assert world.reads["calls"] < 12
    again = checked(world, path)
    assert (again.told.findings, again.told.since, again.told.chained) == ((), 63, 1)


def test_nothing_new_is_no_finding(path: Path) -> None:
    """As often as one likes."""
    world = of(5)
    for since in (0, 5, 5):
        told = checked(world, path)
        assert (told.told.findings, told.told.since, told.told.open) == ((), since, 1)


def _forge(world: World) -> None:
    world.table.put(chains.record(25))


def _change_a_new_one(world: World) -> None:
    world.change(22, outcome="SUCCEEDED", why="fine")


def _drop_a_new_one(world: World) -> None:
    world.take(22)


def _cut_the_end(world: World) -> None:
    world.take(23)


def _cut_the_end_with_head(world: World) -> None:
    world.take(23)
    world.set_head(read(world.table.items["sample", chains.record(22)["deployment_id"]]))


def _sign_with_another_key(world: World) -> None:
    world.close(24, kms=OTHER)


def _hide_an_anchor(world: World) -> None:
    name = next(key for key in world.bucket.keys if "/0000000022-" in key)
    world.bucket.put(name, "", BEGAN + timedelta(days=1), hides=True)


def _take_an_anchor(world: World) -> None:
    world.bucket.take(next(key for key in world.bucket.keys if "/0000000022-" in key))


def _take_the_open_one(world: World) -> None:
    world.take(21)
    world.close(21)
    world.take(21)


def _rewrite(world: World) -> None:
    for number in range(18, 24):
        world.take(number)
    world.set_head(read(world.table.items["sample", chains.record(17)["deployment_id"]]))
    world.close(*range(18, 24))


@pytest.mark.parametrize(
    ("tamper", "code"),
    [
        (_forge, "UNCHAINED"),
        (_change_a_new_one, "CHANGED"),
        (_drop_a_new_one, "MISSING"),
        (_cut_the_end, "TRUNCATED"),
        (_cut_the_end_with_head, "TRUNCATED"),
        (_sign_with_another_key, "FORGED"),
        (_hide_an_anchor, "ANCHOR_HIDDEN"),
        (_take_an_anchor, "NOT_ANCHORED"),
        (_take_the_open_one, "TRUNCATED"),
    ],
)
def test_what_was_done_since_is_found_by_reading_everything(path: Path, tamper: Callable[..., None], code: str) -> None:
    """And found again by the next check: what has a finding has no checkpoint."""
    world = of(20)
    checked(world, path)
    world.close(21, 22, 23)
    tamper(world)
    whole = checked(world, None).told
    for reread in (True, False):
        told = checked(world, path)
        assert (told.told, bool(told.reread)) == (whole, reread)
        assert code in codes(told.told.findings)


def test_what_was_done_before_is_not_seen_and_not_called_intact(path: Path) -> None:
    """A resumed check does not look at old records: --full does, and so does any check without a checkpoint."""
    world = of(20)
    checked(world, path)
    world.change(4, outcome="SUCCEEDED")
    told = checked(world, path)
    assert (told.told.findings, told.told.since) == ((), 20)
    assert codes(checked(world, None).told.findings) == {"CHANGED"}
    assert codes(checked(world, path, full=True).told.findings) == {"CHANGED"}
    assert codes(checked(world, path).told.findings) == {"CHANGED"}


def test_a_gap_leads_to_a_check_of_everything_and_is_no_alarm(path: Path) -> None:
    """A deployment that began with an id before the last one is unknown to the checkpoint: everything is read, once."""
    world = of(20)
    checked(world, path)
    content = chains.record(22) | {"deployment_id": "20260102T030506Z-late"}
    sealed = signed(chain.sealed(content, world.ledger.head("sample"), KMS.public.fingerprint))
    world.table.put(sealed)
    world.set_head(sealed)
    world.anchor(sealed, BEGAN)
    told = checked(world, path)
    assert (told.told.findings, told.told.since, told.told.chained) == ((), 0, 21)
    assert told.reread.startswith("TRUNCATED")
    world.close(30)
    again = checked(world, path)
    assert (again.told.findings, again.told.since, again.reread) == ((), 21, "")


def test_what_was_open_is_read_when_it_closes(path: Path) -> None:
    """Its id is before those that closed meanwhile, and the checkpoint names it."""
    world = of(20)
    world.close(22)
    checked(world, path)
    world.close(21, 23)
    told = checked(world, path)
    assert (told.told.findings, told.told.since, told.told.chained, told.reread) == ((), 21, 3, "")
    again = checked(world, path)
    assert (again.told.since, again.reread) == (23, "")


def test_what_closed_early_is_not_taken_for_strange(path: Path) -> None:
    """The last record to close has a lesser id than others that were verified."""
    world = of(5)
    world.close(8, 7)
    assert checked(world, path).told.findings == ()
    world.close(9)
    told = checked(world, path)
    assert (told.told.findings, told.told.since, told.reread) == ((), 7, "")


def test_a_record_without_an_anchor_yet_is_read_again(path: Path) -> None:
    """It may still be exchanged, so nothing goes on from it."""
    world = of(5)
    world.close(6, anchored=False)
    checked(world, path)
    assert checked(world, path).told.since == 5


@pytest.mark.parametrize("way", OF_A_LEDGER)
@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(1, 20))])
def test_what_a_check_that_goes_on_passes_over_lies_before_it(path: Path, way: str, seed: int) -> None:
    """Of everything that the campaign does to a ledger: it says what a check of everything says, or nothing is new.

    A record that somebody puts before the remembered one by its id counts as old: only a check of everything reads it.
    """
    dice = random.Random(f"{way} {seed}")  # noqa: S311 (chooses, hides nothing)
    before, since, whole = World.empty(), World.empty(), WHOLE
    head = head_of(whole.records[7])
    assert head is not None
    earlier = replace(whole, records=whole.records[:8], heads=(asdict(head),))
    before.load(replace(earlier, anchors=whole.anchors[:8]))
    assert checked(before, path).told.findings == ()
    changed, what = next(done for _ in count() if _is_storable((done := OF_A_LEDGER[way](whole, dice))[0]))
    since.load(changed)
    told = checked(since, path).told
    if told.since == 0:
        assert told == checked(since, None).told
        return
    last = str(whole.records[7]["deployment_id"])
    old = [r for r in changed.records if r["deployment_id"] > last] == list(whole.records[8:])
    assert (told.findings, old, changed.heads[:1]) == ((), True, whole.heads), what
    assert [a for a in changed.anchors if a.sequence >= 8 and not a.late] == list(whole.anchors[7:])


def _is_storable(evidence: Evidence) -> bool:
    """Say whether a table can hold it: every item has its key."""
    return all(isinstance(r.get("deployment_id"), str) and r.get("service") == "sample" for r in evidence.records)


FORGED: dict[str, dict[str, Any]] = {
    "another hash": {"hash": "0" * 64},
    "another signature": {"signature": "MEUCIQ=="},
    "another number": {"sequence": 7},
    "number 0": {"sequence": 0},
    "another record": {"deployment_id": "20260102T030605Z-2"},
    "no record": {"deployment_id": "nothing"},
    "another key": {"key": OTHER.public.fingerprint},
    "an id that hides what came": {"after": "zzz"},
    "a record that is gone": {"pending": ["20260102T000000Z-gone"]},
    "others that would be skipped": {"ahead": [str(chains.record(12)["deployment_id"])]},
}


@pytest.mark.parametrize("changes", FORGED.values(), ids=FORGED.keys())
def test_a_forged_checkpoint_leads_to_a_check_of_everything(path: Path, changes: dict[str, Any]) -> None:
    """It is never a way to have new records passed over."""
    world = of(10)
    checked(world, path)
    world.close(11, 12, 13)
    document = json.loads(path.read_text())
    document["services"]["sample"].update(changes)
    path.write_text(json.dumps(document))
    told = checked(world, path)
    assert (told.told.findings, told.told.since, told.told.chained) == ((), 0, 13)
    assert told.reread


def test_the_anchor_must_be_there(path: Path) -> None:
    """What the bucket does not vouch for any more is no place to go on from."""
    world = of(10)
    checked(world, path)
    world.bucket.take(next(key for key in world.bucket.keys if "/0000000010-" in key))
    told = checked(world, path)
    assert (told.reread, codes(told.told.findings)) == ("the anchor of record 10 is gone", {"NOT_ANCHORED"})


REFUSED = {
    "nonsense": ("{", "NO_CHECKPOINT"),
    "a list": ("[]", "NO_CHECKPOINT"),
    "of a later version": ('{"version": 2, "ledger": {}}', "NO_CHECKPOINT"),
    "a time without an offset": ('{"version": 1, "ledger": {}, "executions": "2026-01-01"}', "NO_CHECKPOINT"),
    "another ledger": ('{"version": 1, "ledger": {"StateMachineArn": "arn:other"}}', "OTHER_LEDGER"),
}


@pytest.mark.parametrize(("text", "code"), REFUSED.values(), ids=REFUSED.keys())
def test_a_file_that_is_no_checkpoint_of_this_ledger_is_refused(path: Path, text: str, code: str) -> None:
    """Somebody named the wrong file: it is neither believed nor written over."""
    path.write_text(text)
    with pytest.raises(Refused) as refused:
        checked(of(1), path)
    assert refused.value.code == code
    assert path.read_text() == text


def test_a_place_that_is_not_there_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    """Rather than after the whole check."""
    with pytest.raises(Refused, match="make it first"):
        checked(of(1), tmp_path / "no" / "checkpoint.json")


def interrupted(world: World, path: Path, at: int) -> Checkpoint:
    """Check the one service, and press Ctrl-C when so many records were read. Return what is left."""
    left = iter(range(at - 1))

    def step(_: str, mark: Mark) -> Mark:
        def counted(record: Record) -> int:
            if next(left, None) is None:
                raise KeyboardInterrupt
            return mark(record)

        return counted

    with pytest.raises(KeyboardInterrupt):
        list(Checking(world, step, path, file.of(world, path)).services(["sample"]))
    return file.of(world, path)


@pytest.mark.parametrize("at", [1, 2, 7, 39, 40, 41])
def test_an_interrupted_check_goes_on_from_what_it_read(path: Path, at: int) -> None:
    """In the end they say what one check in one go says. What was not read is not passed over."""
    world = of(40)
    known = interrupted(world, path, at)
    done = known.services["sample"].sequence if known.services else 0
    assert done == min(at - 1, 40)
    told = checked(world, path)
    assert (told.told.findings, told.told.since, told.reread) == ((), done, "")


def test_an_interrupted_check_that_went_on_goes_on_again(path: Path) -> None:
    """So that a check in small pieces ends."""
    world, done = of(40), []
    for _ in range(3):
        done.append(interrupted(world, path, 12).services["sample"].sequence)
    assert done == [11, 21, 31]
    assert (checked(world, path).told.chained, checked(world, path).told.since) == (10, 40)


@pytest.mark.parametrize("tamper", [lambda world: world.change(3, why="fine"), lambda world: world.take(3)])
def test_an_interrupted_check_that_saw_something_wrong_leaves_nothing(path: Path, tamper: Callable[..., None]) -> None:
    """At most what lies before it."""
    world = of(20)
    tamper(world)
    interrupted(world, path, 15)
    told = checked(world, path)
    assert {"CHANGED", "MISSING"} & codes(told.told.findings)


def test_too_many_open_ones_leave_nothing_to_go_on_from(path: Path) -> None:
    """The next check reads everything."""
    world = of(3)
    for number in range(10, 11 + MOST):
        world.open(number)
    world.close(500)
    checked(world, path)
    assert checked(world, path).told.since == 0


def test_a_check_of_one_service_keeps_what_is_known_of_others(path: Path) -> None:
    """Also with --full."""
    world = of(3)
    checked(world, path)
    document = json.loads(path.read_text())
    document["services"]["other"] = document["services"]["sample"]
    path.write_text(json.dumps(document))
    world.close(4)
    checked(world, path, full=True)
    assert {name: point.sequence for name, point in file.of(world, path).services.items()} == {"sample": 4, "other": 3}
