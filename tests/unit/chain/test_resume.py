"""Going on from an earlier check: what is remembered of it, and when everything has to be read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landfall.chain import Anchor, Record
from landfall.chain.check import resume, shelf
from landfall.chain.check.kept_evidence import Kept
from landfall.chain.check.resume import MOST, Point, point_of
from landfall.chain.check.shelf import sortable
from landfall.chain.check.stub import token
from landfall.chain.check.verification import judge
from tests.campaigns.tampering import chains
from tests.support.signing import OTHER

CHAIN = chains.of(6)
IDS = [str(record["deployment_id"]) for record in CHAIN.records]


@contextmanager
def kept_of(*records: Record, anchors: int = 6, since: int = 0) -> Iterator[Kept]:
    """Keep records, and the first anchors."""
    with Kept("sample", CHAIN.keys, begun=True, any_order=True, since=since) as kept:
        kept.heads = None
        for record in records:
            kept.add(record)
        for anchor in CHAIN.anchors[:anchors]:
            kept.shelf.keep_anchor(anchor)
        yield kept


def opened(number: int) -> Record:
    """Return a record that is open."""
    return {k: v for k, v in chains.record(number).items() if k != "outcome"}


def point(**changes: Any) -> Point:
    """Return what a check of the first three records leaves."""
    with kept_of(*CHAIN.records[:3], anchors=3) as kept:
        made = point_of(kept, "then")
    assert made is not None
    return replace(made, **changes)


def test_what_is_remembered_is_the_newest_record_that_is_anchored() -> None:
    """With what else the order of ids does not tell."""
    with kept_of(opened(2), *CHAIN.records, opened(9), anchors=4) as kept:
        made = point_of(kept, "then")
    assert made is not None
    assert (made.sequence, made.deployment_id, made.after, made.whole) == (4, IDS[3], IDS[3], "then")
    assert (made.key, made.pending, made.ahead) == (CHAIN.keys[0].fingerprint, [opened(2)["deployment_id"]], [])
    assert made.anchor("sample") == CHAIN.anchors[3].key


def test_the_next_point_takes_over_what_was_known() -> None:
    """Ids that were read stay read, though the newest record has a lesser one."""
    with kept_of(*CHAIN.records[2:4], anchors=4, since=3) as kept:
        made = point_of(kept, "now", point(after=IDS[4], ahead=[IDS[4], IDS[5]]))
    assert made is not None
    assert (made.sequence, made.after, made.ahead) == (4, IDS[4], [IDS[5]])


def test_nothing_is_remembered_without_an_anchor_or_with_too_much_besides() -> None:
    """Then the next check reads everything."""
    with kept_of(*CHAIN.records, anchors=0) as kept:
        assert point_of(kept, "then") is None
    many = [{**opened(1), "deployment_id": f"0-{number}"} for number in range(MOST + 1)]
    with kept_of(*CHAIN.records, *many) as kept:
        assert point_of(kept, "then") is None
    with kept_of(*CHAIN.records, *many[1:]) as kept:
        assert point_of(kept, "then") is not None


@pytest.mark.parametrize(
    ("record", "made", "why"),
    [
        (CHAIN.records[2], {}, ""),
        (None, {}, "gone"),
        (CHAIN.records[3], {}, "not the one"),
        (CHAIN.records[2], {"hash": "0" * 64}, "not the one"),
        (CHAIN.records[2], {"signature": "MEUCIQ=="}, "not the one"),
        (CHAIN.records[2] | {"why": "changed"}, {}, "not signed by the key"),
        (CHAIN.records[2], {"key": OTHER.public.fingerprint}, "not signed by the key"),
    ],
)
def test_the_record_must_be_the_one_that_was_verified(record: Record | None, made: dict[str, Any], why: str) -> None:
    """By its number, its hash, and its signature by a key that counts."""
    with kept_of() as kept:
        found = resume.differs(point(**made), record, kept)
    assert (why in found, bool(found)) == (True, bool(why))


def unreported(record: Record) -> Record:
    """Return a record whose report died."""
    return {k: v for k, v in record.items() if k != "reported"}


STRANGE: dict[str, tuple[tuple[Record, ...], str]] = {
    "what extends it": (tuple(CHAIN.records[2:6]), ""),
    "and an open one": ((*CHAIN.records[2:6], opened(9)), ""),
    "a gap": ((CHAIN.records[2], *CHAIN.records[4:6]), "MISSING: record 4 is missing before this one"),
    "one from before chains": ((*CHAIN.records[2:6], chains.record(9) | {"schema": 1, "ended_at": "2020"}), "a closed"),
    "an earlier number": (tuple(CHAIN.records[1:6]), "DUPLICATE"),
    "all that was before": (tuple(map(unreported, CHAIN.records)), "a record with an earlier number has appeared"),
}


@pytest.mark.parametrize(("records", "why"), STRANGE.values(), ids=STRANGE.keys())
def test_what_came_since_must_extend_it(records: tuple[Record, ...], why: str) -> None:
    """Anything else is for a check of everything."""
    with kept_of(*records, anchors=0, since=3) as kept:
        for anchor in CHAIN.anchors[2:]:
            kept.shelf.keep_anchor(anchor)
        found = resume.strange(point(), kept, judge(kept))
    assert (found.startswith(why), bool(found)) == (True, bool(why)), found


@pytest.mark.parametrize(("records", "last"), [((0, 1, 2), 3), ((0, 1, 3, 4), 2), ((1, 2), 0), ((), 0), ((0, 0, 1), 2)])
def test_what_was_read_is_cut_at_the_first_gap(records: tuple[int, ...], last: int) -> None:
    """What stands after it counts as not verified: its id is remembered."""
    with kept_of(*(CHAIN.records[at] for at in records), anchors=last) as kept:
        assert resume.cut_short(kept) == last
        numbers = {stub.number for stub in kept.shelf.stubs(shelf.ORDERED)}
        assert numbers == set(range(1, last + 1))
        left = [IDS[at] for at in records if at >= last]
        assert kept.shelf.pending("~", last, MOST) == left


@given(st.lists(st.integers()))
def test_numbers_sort_as_texts(numbers: list[int]) -> None:
    """Also those that no closing gives."""
    assert sorted(numbers, key=sortable) == sorted(numbers)


@given(st.integers())
def test_a_number_is_kept_whatever_it_is(number: int) -> None:
    """An anchor of an export may claim any."""
    with Kept("sample", ()) as kept:
        kept.shelf.keep_anchor(Anchor("sample", number, "0" * 64))
        assert list(kept.shelf.gone("sample")) == [number]


def test_values_are_compared_by_their_spelling() -> None:
    """As far as JSON tells them apart; what no record holds differs from what one holds."""
    assert token(Decimal(7)) == token(7) != token("7")
    assert token("ä\ud800") == '"\\u00e4\\ud800"'
    assert token({1}) == "?{1}"
