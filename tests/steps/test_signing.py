"""Whoever may write the ledger can't make a release up: steps go by what is signed, and by what lies under it.

An attacker's reading of the ledger found that its hashes have no key, that records without a place were gone back to,
and that a broken HEAD kept every deployment from being closed.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from moto.kms.models import KmsBackend

from landfall import chain
from landfall.aws.dynamodb.findings import Findings
from landfall.chain import HASH, PREVIOUS, SEQUENCE, SIGNATURE, Record
from landfall.ledger.service_standing import SEARCHED
from landfall.model import Outcome
from landfall.reconcile.findings import Kind
from tests.steps import machine, standin
from tests.steps.shared.unsigned_chain import HEAD, landed, put, release
from tests.steps.shared.verified_chain import told
from tests.support import builders as b
from tests.support.signing import OTHER, signed

GOOD = {"service": "sample", "image_tag": b.SHA}


def report(name: str, outcome: Outcome = Outcome.REJECTED) -> Any:
    """Let Report close a deployment."""
    return machine.invoke("report", asdict(b.ended(outcome, release=release(name))))


def test_an_upgrade_reads_what_was_there_goes_back_to_it_and_signs_what_comes(live: str) -> None:
    """A ledger of the form before signing: its way back is used, then covered by the first signed closing."""
    digest = standin.push()
    put(landed("20260101T000000Z-one", live), landed("20260102T000000Z-two", live, image_digest=digest))
    back = machine.resolve({**GOOD, "intent": "rollback"})["release"]
    assert (back["intent"], back["revision"]) == ("rollback", live)
    baseline = b.baseline(task_definition=live, restore_to=None)
    locked = machine.locked(release("20260103T000000Z-three"))
    variables = {**machine.begin({}), "release": asdict(locked), "baseline": asdict(baseline)}
    assert machine.walk(variables, "RegisterTaskDefinition")["baseline"]["restore_to"] == live

    assert told().findings == ()
    assert (told().signed, told().covered) == (0, 0)
    report("20260104T000000Z-four")
    verified = told()
    assert verified.findings == ()
    assert (verified.chained, verified.signed, verified.covered) == (3, 1, 2)
    assert standin.signing().begun("sample")
    assert machine.resolve({**GOOD, "intent": "rollback"})["release"]["revision"] == live


def test_the_reconciler_goes_by_a_ledger_from_before_signing(live: str) -> None:
    """What it records as live is live, signed or not."""
    put(landed("20260101T000000Z-one", live))
    machine.invoke("reconcile", {})
    assert Kind.LIVE_NOT_RECORDED not in {finding.kind for finding in Findings(standin.table()).all()}


def test_a_closing_that_can_not_be_signed_stays_open(aws: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A recovery comes back for it; nothing is closed without a signature."""
    name = "20260101T000000Z-one"
    standin.open_record(release(name))
    with monkeypatch.context() as patch:
        patch.setattr(KmsBackend, "sign", standin.throttled)
        with pytest.raises(Exception, match=f"signing ledger record {name}"):
            report(name)
    record = standin.ledger().record("sample", name) or {}
    assert "outcome" not in record
    assert record["unfinished"] == "yes"
    report(name)
    assert told().findings == ()


FORGED_HEADS: dict[str, dict[str, Any] | None] = {
    "no number": {SEQUENCE: None, HASH: "0" * 64, "last": "x"},
    "a text": {SEQUENCE: "7", HASH: "0" * 64, "last": "x"},
    "zero": {SEQUENCE: 0, HASH: "0" * 64, "last": "x"},
    "below zero": {SEQUENCE: -1, HASH: "0" * 64, "last": "x"},
    "true": {SEQUENCE: True, HASH: "0" * 64, "last": "x"},
    "of a record that there is not": {SEQUENCE: 9, HASH: "0" * 64, "last": "x"},
    "no hash": {SEQUENCE: 2, "last": "20260102T000000Z-two"},
    "nothing but its key": {},
    "other types": {SEQUENCE: [1], HASH: {"a": 1}, "last": 5},
    "gone": None,
}


@pytest.mark.parametrize("forged", FORGED_HEADS.values(), ids=FORGED_HEADS)
def test_a_broken_head_blocks_no_closing_and_loses_no_way_back(aws: None, forged: dict[str, Any] | None) -> None:
    """What is signed is found without HEAD, the check names what is wrong, and the next closing sets HEAD right."""
    ledger = standin.ledger()
    for name in ("20260101T000000Z-one", "20260102T000000Z-two"):
        ledger.close(landed(name))
    standin.signing().begin("sample")
    standin.table().delete_item(Key=HEAD)
    if forged is not None:
        standin.table().put_item(Item={**HEAD, **forged})
    assert {f.code for f in told().findings} & {"HEAD_BROKEN", "HEAD_MISSING", "TRUNCATED"}
    assert (ledger.last_proven("sample") or {})["deployment_id"] == "20260102T000000Z-two"
    report("20260103T000000Z-three")
    assert {f.code for f in told().findings} <= {"NOT_ANCHORED"}
    head = ledger.head("sample")
    assert head
    assert (head.sequence, head.deployment_id) == (3, "20260103T000000Z-three")


PLACES: dict[str, Any] = {
    "missing": ...,
    "zero": 0,
    "below zero": -1,
    "text": "3",
    "true": True,
    "null": None,
    "on top": 3,
}


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
@pytest.mark.parametrize("by", ["nobody", "another key"])
def test_what_somebody_put_there_is_no_way_back_and_is_named(aws: None, place: Any, by: str) -> None:
    """Its hash is right and HEAD may name it: what it lacks is our signature."""
    ledger = standin.ledger()
    ledger.close(landed("20260101T000000Z-one"))
    last = ledger.close(landed("20260102T000000Z-two")) or {}
    standin.signing().begin("sample")
    content = {**landed("20270101T000000Z-forged", "sample:666"), SEQUENCE: place, PREVIOUS: last[HASH]}
    content = {k: v for k, v in content.items() if v is not ...}
    forged = {**content, HASH: chain.digest(content)}
    standin.table().put_item(Item=forged if by == "nobody" else signed(forged, OTHER))
    if place == 3:
        standin.table().put_item(Item={**HEAD, SEQUENCE: 3, HASH: forged[HASH], "last": forged["deployment_id"]})
    assert {f.code for f in told().findings} & {"UNPLACED", "UNSIGNED", "FORGED"}
    assert (ledger.last_proven("sample") or {})["deployment_id"] == "20260102T000000Z-two"
    assert (ledger.last_change("sample") or {})["deployment_id"] == "20260102T000000Z-two"
    assert ledger.to_go_back_to("sample", "sample:666", "20270101T000000Z-forged") != forged
    assert all(r["deployment_id"] != "20270101T000000Z-forged" for r in ledger.proven("sample"))


def test_odd_fields_in_an_open_record_block_no_closing(aws: None) -> None:
    """Under names that no expression may have, with values that no record holds; the check says what was changed."""
    name = "20260101T000000Z-one"
    standin.open_record(release(name))
    odd = {"a b.c": "x", "binary": b"x", "set": {"a"}, "fence": "many", SEQUENCE: "1", HASH: 5, SIGNATURE: "no"}
    item = standin.ledger().record("sample", name) or {}
    standin.table().put_item(Item={**item, **odd})
    report(name)
    record = standin.ledger().record("sample", name) or {}
    assert (record["outcome"], record[SEQUENCE]) == ("REJECTED", 1)
    assert {f.code for f in told().findings} <= {"CHANGED"}


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 9) | st.text(max_size=5) | st.binary(min_size=1, max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(min_size=1, max_size=3), inner, max_size=2),
    max_leaves=3,
)
NAMES = (SEQUENCE, HASH, PREVIOUS, SIGNATURE, "outcome", "task_definition", "proven_before", "proven_before_hash", "x")
ITEMS = st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=6).map(
    # the key of an index: DynamoDB takes no item in which it is anything but a text (developer guide, GSI)
    lambda item: {name: value if name != "outcome" else str(value) or "x" for name, value in item.items()}
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(ITEMS, min_size=1, max_size=4), ITEMS, st.booleans())
def test_whatever_is_in_the_table_only_what_is_signed_is_gone_back_to(
    aws: None, items: list[Record], head: Record, kept: bool
) -> None:
    """Any item of any shape, HEAD too: the check answers, and the last proven release is one that we closed."""
    standin.anew()
    ledger = standin.ledger()
    ledger.close(landed("20260101T000000Z-one"))
    standin.signing().begin("sample")
    for number, item in enumerate(items):
        key = {"service": "sample", "deployment_id": f"2027010{number}T000000Z-odd"}
        standin.table().put_item(Item={"outcome": "SUCCEEDED", "task_definition": "sample:666", **item, **key})
    if not kept:
        standin.table().put_item(Item={**head, **HEAD})
    assert told().findings
    assert (ledger.last_proven("sample") or {})["deployment_id"] == "20260101T000000Z-one"


def test_a_flood_of_forged_records_costs_a_bounded_look(aws: None) -> None:
    """Without HEAD so many records are looked through and no more, however many somebody writes."""
    ledger = standin.ledger()
    ledger.close(landed("20260101T000000Z-one"))
    with standin.table().batch_writer() as batch:
        for number in range(SEARCHED + 50):
            batch.put_item(
                Item={"service": "sample", "deployment_id": f"20270101T{number:06}Z", "outcome": "SUCCEEDED"}
            )
    standin.table().delete_item(Key=HEAD)
    assert ledger.last_proven("sample") is None
    assert ledger.close(landed("20260102T000000Z-two"))
    assert (ledger.last_proven("sample") or {})["deployment_id"] == "20260102T000000Z-two"
