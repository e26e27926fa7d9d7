"""A record's place in its chain, HEADs, anchors, and records from before there were chains."""

from __future__ import annotations

import hashlib
from decimal import Decimal
from typing import Any

import pytest

from landfall import chain
from landfall.chain import Anchor, Head
from landfall.partitions import CHAINS
from tests.campaigns.tampering import chains

HASH = "0123456789abcdef" * 4
HEAD = Head("sample", 7, HASH, "20260102T030405Z-one")
FIRST = chain.sealed(chains.record(1), None)
SECOND = chain.sealed(chains.record(2), chain.head_of(FIRST))


def resealed(record: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return a record that somebody changed, with a hash that is right again."""
    changed = {**record, **changes}
    return {**changed, "hash": chain.digest(changed)}


def test_the_names_that_other_programs_read() -> None:
    """docs/evidence.md promises them: a record written under another name is in no chain."""
    names = (
        chain.HASH,
        chain.PREVIOUS,
        chain.SEQUENCE,
        chain.SIGNATURE,
        chain.SIGNED_BY,
        chain.UNCHAINED,
        CHAINS,
    )
    assert names == ("hash", "previous_hash", "sequence", "signature", "signed_by", "unchained", "_chain")
    assert (chain.NONE_BEFORE, chain.UNCHAINED_SCHEMA) == ("", 1)


def test_what_is_written_after_a_closing() -> None:
    """Who was told, and who recovered. One name more would let an outcome change unseen."""
    assert {
        "unfinished",
        "reported",
        "notified",
        "announced",
        "recovered_by",
        "recoveries",
        "swept",
        "swept_as",
    } == chain.AFTER_CLOSING


@pytest.mark.parametrize("name", ["announced", "notified", "recoveries", "swept_as", "signature", "hash"])
def test_a_record_stays_sound_when_people_are_told(name: str) -> None:
    """An outcome that was announced is as sound as before."""
    assert chain.is_sound({**FIRST, name: FIRST["hash"] if name == "hash" else "x"})


@pytest.mark.parametrize("name", ["outcome", "sequence", "previous_hash", "signed_by", "unchained", "new"])
def test_a_record_is_not_sound_when_what_it_says_changed(name: str) -> None:
    """Its place, its signer and its outcome are covered."""
    assert not chain.is_sound({**FIRST, name: "x"})


@pytest.mark.parametrize("value", [{"set"}, float("nan"), Decimal("1.5")], ids=repr)
def test_what_no_record_holds_is_not_sound(value: Any) -> None:
    """It is found, instead of ending the search."""
    assert not chain.is_sound({**FIRST, "x": value})
    assert chain.holdable({**FIRST, "x": value}) == FIRST


def test_what_is_too_deep_is_not_sound() -> None:
    """JSON without end is no record."""
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    assert not chain.is_sound({**FIRST, "x": deep})
    assert chain.holdable({**FIRST, "x": deep}) == FIRST


def test_a_record_without_a_hash_is_not_sound() -> None:
    """Nothing says what it was."""
    assert not chain.is_sound({k: v for k, v in FIRST.items() if k != "hash"})


def test_a_sealed_record_says_who_signs_it() -> None:
    """The fingerprint is covered by the hash; without a signer there is none."""
    signed = chain.sealed(chains.record(1), None, "fingerprint")
    assert signed["signed_by"] == "fingerprint"
    assert signed["hash"] != FIRST["hash"]
    assert "signed_by" not in FIRST
    assert "unfinished" not in FIRST


@pytest.mark.parametrize("value", [Decimal(7), 7, Decimal("7.0")], ids=repr)
def test_integers(value: Any) -> None:
    """DynamoDB gives decimals, JSON integers."""
    found = chain.integer(value)
    assert (found, type(found)) == (7, int)


@pytest.mark.parametrize("value", [Decimal("7.5"), Decimal("NaN"), Decimal("Infinity"), 7.0, "7", True, None], ids=repr)
def test_what_is_no_integer(value: Any) -> None:
    """A place is counted, and nothing else counts."""
    assert chain.integer(value) is None


@pytest.mark.parametrize(("value", "number"), [(Decimal(7), 7), (1, 1), (0, 0), (-1, 0), ("7", 0), (None, 0)], ids=repr)
def test_the_number_of_a_place(value: Any, number: int) -> None:
    """They begin with 1: 0 says that there is none."""
    assert chain.number({"sequence": value}) == number
    assert chain.number({}) == 0


PLACED = {
    "the first": (FIRST, True),
    "the second": (SECOND, True),
    "the first, that names one before": (resealed(FIRST, previous_hash=HASH), False),
    "the second, that names none": (resealed(SECOND, previous_hash=""), False),
    "no number": (resealed(SECOND, sequence=0), False),
    "a number below": (resealed(SECOND, sequence=-1), False),
    "no number, and none before": (resealed(FIRST, sequence=0), False),
    "another hash": ({**SECOND, "hash": HASH}, False),
    "a hash before that is no text": (resealed(SECOND, previous_hash=7), False),
    "no hash before": (resealed({k: v for k, v in FIRST.items() if k != "previous_hash"}), False),
}


@pytest.mark.parametrize(("record", "placed"), PLACED.values(), ids=PLACED.keys())
def test_a_place_that_a_closing_gives(record: dict[str, Any], placed: bool) -> None:
    """Only the first names none before it, and its hash is right."""
    assert chain.is_placed(record) is placed


OLD = {"deployment_id": "a", "schema": 1, "outcome": "SUCCEEDED"}
UNCHAINED = {
    "closed before there were chains": (OLD, True),
    "open": ({k: v for k, v in OLD.items() if k != "outcome"}, False),
    "of the schema with chains": ({**OLD, "schema": 2}, False),
    "of no schema": ({k: v for k, v in OLD.items() if k != "schema"}, False),
    **{f"with a {name}": ({**OLD, name: "x"}, False) for name in ("hash", "sequence", "previous_hash", "signature")},
}


@pytest.mark.parametrize(("record", "unchained"), UNCHAINED.values(), ids=UNCHAINED.keys())
def test_a_record_from_before_there_were_chains(record: dict[str, Any], unchained: bool) -> None:
    """One that lost part of its place is no such record: whoever took the place out would hide it so."""
    assert chain.is_unchained(record) is unchained


def test_the_digest_of_the_unchained_is_of_their_content_in_the_order_of_ids() -> None:
    """Their number, and a hash that none of them can change without: whatever was written to them since."""
    other = {**OLD, "deployment_id": "b"}
    found = chain.digest_of_unchained([other, OLD])
    lines = b"\n".join((chain.canonical(OLD), chain.canonical(other)))
    assert found == f"2 {hashlib.sha256(lines).hexdigest()}"
    assert chain.digest_of_unchained([OLD, {**other, "announced": "x", "y": {"set"}}]) == found
    assert chain.digest_of_unchained([OLD, {**other, "outcome": "REJECTED"}]) != found
    assert chain.digest_of_unchained([]).startswith("0 ")


def test_the_head_of_a_sealed_record() -> None:
    """The next record is sealed on it."""
    assert chain.head_of(SECOND) == Head("sample", 2, SECOND["hash"], SECOND["deployment_id"])
    assert chain.anchor_of(HEAD) == Anchor("sample", 7, HASH)


@pytest.mark.parametrize(
    "changes",
    [
        {"service": ""},
        {"hash": ""},
        {"deployment_id": ""},
        {"hash": 7},
        {"sequence": 0},
        {"sequence": "7"},
        {"service": None},
    ],
    ids=repr,
)
def test_what_is_no_head(changes: dict[str, Any]) -> None:
    """A HEAD with a part missing was changed by somebody."""
    whole = {"service": "sample", "sequence": Decimal(7), "hash": HASH, "deployment_id": HEAD.deployment_id}
    assert chain.read_head(whole) == HEAD
    assert chain.read_head({**whole, **changes}) is None


ANCHOR = Anchor("sample", 7, HASH)


def test_the_key_of_an_anchor_says_it_all() -> None:
    """To list the keys is to read the anchors: what is written is what is read, and a marker hides nothing else."""
    assert ANCHOR.key == f"sample/_chain/0000000007-{HASH}.json"
    assert chain.anchor_at(ANCHOR.key) == ANCHOR
    assert chain.anchor_at(ANCHOR.key, hidden=True) == Anchor("sample", 7, HASH, hidden=True)
    assert (ANCHOR.hidden, ANCHOR.signature, ANCHOR.late) == (False, "", False)


@pytest.mark.parametrize(
    "key",
    [
        f"sample/_chain/7-{HASH}.json",
        f"sample/_chain/0000000007-{HASH[1:]}.json",
        f"sample/_chain/0000000007-{HASH}.jsonl",
        f"sample/other/0000000007-{HASH}.json",
        f"x/sample/_chain/0000000007-{HASH}.json",
        f"Sample/_chain/0000000007-{HASH}.json",
        "sample/_chain/key-0.json",
    ],
)
def test_what_is_no_anchor(key: str) -> None:
    """Other objects lie beside them."""
    assert chain.anchor_at(key) is None


def test_where_the_public_keys_lie() -> None:
    """Beside the anchors of the service, under names that no anchor has."""
    assert chain.key_names("sample") == "sample/_chain/key-"
    assert chain.key_name("sample", "f00") == "sample/_chain/key-f00.json"
