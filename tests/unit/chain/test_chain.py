"""The canonical form of a record: one record has one hash, and any other has another."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from landfall import chain
from landfall.chain import AFTER_CLOSING, HASH, NONE_BEFORE, PREVIOUS, SEQUENCE, Head
from tests.campaigns.tampering import chains

VALUES = st.text() | st.integers() | st.booleans()
RECORDS = st.dictionaries(st.text(min_size=1), VALUES, max_size=8)
HEADS = st.builds(
    Head, st.just("sample"), st.integers(1, 10**9), st.text("0123456789abcdef", min_size=64, max_size=64), st.text()
)


def stored(record: dict[str, Any]) -> dict[str, Any]:
    """Return a record as DynamoDB gives it back: numbers are decimals."""
    return {k: Decimal(v) if type(v) is int else v for k, v in record.items()}


@given(RECORDS, st.randoms())
def test_one_record_has_one_hash(record: dict[str, Any], dice: Any) -> None:
    """In whatever order its fields come, and however numbers are held."""
    fields = list(record.items())
    dice.shuffle(fields)
    assert chain.digest(dict(fields)) == chain.digest(record) == chain.digest(stored(record))


@given(RECORDS, RECORDS)
def test_another_record_has_another_hash(one: dict[str, Any], other: dict[str, Any]) -> None:
    """Two different records never have one spelling."""
    assume([sorted(r) for r in (one, other)] != [[], []])
    same = chain.covered(one) == chain.covered(other) and all(
        type(one[k]) is type(other[k]) for k in chain.covered(one)
    )
    assert (chain.digest(one) == chain.digest(other)) is same


@given(RECORDS.filter(bool), VALUES, st.data())
def test_any_change_is_another_hash(record: dict[str, Any], value: Any, data: st.DataObject) -> None:
    """A field that is changed, dropped or added, by whatever value."""
    name = data.draw(st.sampled_from(sorted(record)))
    assume(name != HASH and name not in AFTER_CLOSING)
    dropped = {k: v for k, v in record.items() if k != name}
    changed = {**record, name: value}
    assert chain.digest(dropped) != chain.digest(record)
    assert (chain.digest(changed) == chain.digest(record)) is (
        value == record[name] and type(value) is type(record[name])
    )


@given(RECORDS)
def test_the_form_is_plain_json(record: dict[str, Any]) -> None:
    """Any JSON parser reads it, and what it reads is the record; ASCII, and no line break, whatever is in it."""
    form = chain.canonical(record)
    assert form.isascii()
    assert b"\n" not in form
    assert json.loads(form) == record
    assert chain.canonical(json.loads(form)) == form


def test_the_form_as_it_is_documented() -> None:
    """The bytes that docs/evidence.md promises: other programs rely on them."""
    record = {"why": 'é "x"', "sequence": Decimal(7), "by_push": False, "previous_hash": ""}
    assert chain.canonical(record) == rb'{"by_push":false,"previous_hash":"","sequence":7,"why":"\u00e9 \"x\""}'


@given(RECORDS, HEADS | st.none())
def test_a_sealed_record_names_what_it_stands_on(record: dict[str, Any], head: Head | None) -> None:
    """Its number is the next, and its hash covers number and predecessor too."""
    sealed = chain.sealed(record, head)
    assert sealed[SEQUENCE] == (head.sequence if head else 0) + 1
    assert sealed[PREVIOUS] == (head.hash if head else NONE_BEFORE)
    assert sealed[HASH] == chain.digest(sealed)
    for link in (SEQUENCE, PREVIOUS):
        assert chain.digest({**sealed, link: "other"}) != sealed[HASH]


@given(st.sampled_from(sorted(AFTER_CLOSING)), VALUES)
def test_what_is_written_after_closing_is_not_in_the_hash(name: str, value: Any) -> None:
    """Else telling people of an outcome would look like tampering with it."""
    record = chain.sealed(chains.record(1), None)
    assert chain.digest({**record, name: value}) == record[HASH]


@pytest.mark.parametrize("value", [Decimal("1.5"), Decimal("NaN"), {"set"}, b"bytes", float("inf")], ids=repr)
def test_what_no_record_holds_has_no_form(value: Any) -> None:
    """Rather refused than hashed by chance."""
    with pytest.raises((TypeError, ValueError)):
        chain.canonical({"x": value})


def test_a_record_from_before_there_were_chains_makes_no_head() -> None:
    """There is nothing to anchor."""
    assert chain.head_of(chains.record(1)) is None
