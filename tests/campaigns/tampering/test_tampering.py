"""Nothing that is done to a chain stays unseen, and nothing is seen in one that nobody touched."""

from __future__ import annotations

import json
import tempfile
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cli.evidence import export
from landfall.chain import AFTER_CLOSING, Head, anchor_at
from landfall.chain.check.chain_evidence import Finding
from landfall.chain.check.verification import judge, verify
from landfall.partitions import CHAINS
from tests.campaigns.tampering import chains, trials

CHAIN, SHORT = chains.of(trials.RECORDS), chains.of(8)


def codes(findings: tuple[Finding, ...]) -> set[str]:
    """Return what kinds of findings there are."""
    return {f.code for f in findings}


def test_an_untouched_chain_has_no_findings(tmp_path: Path) -> None:
    """Neither in the ledger nor in its export."""
    export.write(tmp_path, [CHAIN])
    told = verify(CHAIN)
    assert (told.findings, told.chained, told.anchored, told.before) == ((), 50, 50, 0)
    assert trials.verified(tmp_path) == []


def test_everything_done_to_a_chain_is_found() -> None:
    """Changed bytes; deletions, swaps, repetitions, truncations; chains rewritten with correct hashes.

    A twenty-fifth of what `make tampering` tries.
    """
    told = trials.run(CHAIN, each=4)
    assert told.missed == []
    assert told.tried["change_byte"] == 40
    assert sum(told.tried.values()) == 120


def test_a_rewritten_chain_is_found_by_its_anchors_alone() -> None:
    """By whoever may use the key: without what the bucket kept it would be a chain as good as any."""
    changed = chains.rewritten(CHAIN, 10)
    assert codes(verify(changed).findings) == {"REWRITTEN"}
    without = [{k: v for k, v in r.items() if k != "reported"} for r in changed.records]
    assert verify(replace(changed, records=without, anchors=())).findings == ()


def test_the_finding_names_the_record() -> None:
    """Which one was changed, and no other."""
    records = list(CHAIN.records)
    records[20] = {**records[20], "outcome": "SUCCEEDED", "why": "fine"}
    (finding,) = verify(replace(CHAIN, records=records)).findings
    assert (finding.code, finding.deployment_id) == ("CHANGED", records[20]["deployment_id"])


def test_what_is_missing_is_said_by_its_numbers() -> None:
    """From where to where, and by what it is known."""
    gap = replace(CHAIN, records=[*CHAIN.records[:4], *CHAIN.records[7:]])
    assert [f.what for f in verify(gap).findings] == [
        "records 5 to 7 are missing before this one",
        "these records have anchors, but are gone: 5, 6, 7",
    ]


def test_what_is_gone_from_an_export_is_not_called_open(tmp_path: Path) -> None:
    """What was written to a record later is no deployment under way."""
    export.write(tmp_path, [SHORT])
    records = tmp_path / export.RECORDS
    records.write_bytes(b"".join(records.read_bytes().splitlines(keepends=True)[:-2]))
    with export.opened(tmp_path) as ((kept,), _):
        told = judge(kept)
    assert (told.chained, told.open, codes(told.findings)) == (6, 0, {"TRUNCATED"})


@pytest.mark.parametrize(
    ("head", "code"),
    [
        (None, "HEAD_MISSING"),
        (Head("sample", 51, "0" * 64, "later"), "TRUNCATED"),
        (Head("sample", 49, "0" * 64, "earlier"), "HEAD_DIFFERS"),
        (Head("sample", 50, "0" * 64, str(CHAIN.records[-1]["deployment_id"])), "HEAD_DIFFERS"),
    ],
)
def test_head_and_chain_must_agree(head: Head | None, code: str) -> None:
    """HEAD is what the next record is put on top of."""
    assert codes(verify(replace(CHAIN, heads=(asdict(head),) if head else ())).findings) == {code}


def test_a_chain_that_is_gone_altogether_is_found() -> None:
    """An empty table looks like a service that was never deployed, but for its anchors."""
    assert codes(verify(replace(CHAIN, records=(), heads=())).findings) == {"TRUNCATED"}


def test_an_anchor_that_was_deleted_is_found_and_counts() -> None:
    """A delete marker hides it from a listing, and takes nothing of what it says."""
    hidden = [replace(a, hidden=True) for a in CHAIN.anchors]
    assert codes(verify(replace(CHAIN, anchors=hidden)).findings) == {"ANCHOR_HIDDEN"}
    assert "REWRITTEN" in codes(verify(replace(chains.rewritten(CHAIN, 3), anchors=hidden)).findings)


def test_records_closed_before_there_were_chains_are_read_and_counted() -> None:
    """They are no finding; one that appears later and claims to be as old is."""
    old, late = chains.record(0) | {"schema": 1}, chains.record(99) | {"schema": 1}
    known = chains.chained(*map(chains.record, range(1, 9)), old=[old])
    told = verify(known)
    assert (told.findings, told.before, told.began) == ((), 1, chains.record(1)["deployment_id"])
    assert codes(verify(replace(known, records=[*known.records, late])).findings) == {"UNCHAINED"}
    assert codes(verify(replace(known, records=known.records[1:])).findings) == {"UNCHAINED"}
    assert codes(verify(replace(SHORT, records=[old, *SHORT.records])).findings) == {"UNCHAINED"}


def test_a_record_that_is_still_open_is_in_no_chain_yet() -> None:
    """A deployment under way is no finding."""
    open_ = {k: v for k, v in chains.record(60).items() if k != "outcome"}
    told = verify(replace(CHAIN, records=[*CHAIN.records, open_]))
    assert (told.findings, told.open) == ((), 1)


def test_chains_of_two_services_are_told_apart(tmp_path: Path) -> None:
    """A record that moved to another service is found, though its hash is right."""
    other = chains.chained(*(chains.record(n, service="other") for n in range(1, 4)), service="other")
    export.write(tmp_path, [CHAIN, other])
    assert trials.verified(tmp_path) == []
    mixed = replace(CHAIN, records=[*CHAIN.records, other.records[0]], anchors=[*CHAIN.anchors, other.anchors[0]])
    assert "FOREIGN" in codes(verify(mixed).findings)


def test_an_anchors_key_says_all_it_has_to() -> None:
    """So that a listing is enough to verify by."""
    for anchor in CHAIN.anchors:
        assert anchor_at(anchor.key) == replace(anchor, signature="")
    assert anchor_at(f"sample/{CHAINS}/1-x.json") is None
    assert anchor_at("sample/20260102T030405Z-one/report.md") is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(st.integers(0, 7), st.sampled_from(sorted(SHORT.records[0].keys() - AFTER_CLOSING)), JSON, st.booleans())
def test_no_value_stops_the_verification(at: int, name: str, value: Any, dropped: bool) -> None:
    """Whatever is written into a record, or left out of it, is a finding, and never a crash that hides the others."""
    assume(name in SHORT.records[at] or not dropped)
    record = {k: v for k, v in SHORT.records[at].items() if k != name}
    if not dropped:
        was = SHORT.records[at].get(name, ...)
        assume(value != was or type(value) is not type(was))
        record[name] = value
    changed = replace(SHORT, records=[*SHORT.records[:at], record, *SHORT.records[at + 1 :]])
    assert verify(changed).findings
    with tempfile.TemporaryDirectory() as directory:
        export.write(Path(directory), [changed])
        assert trials.verified(Path(directory))


@given(st.sampled_from(export.FILES), JSON)
def test_no_line_stops_the_verification(name: str, value: Any) -> None:
    """A line of anything at all in any file of an export."""
    with tempfile.TemporaryDirectory() as directory:
        export.write(Path(directory), [SHORT])
        with (Path(directory) / name).open("ab") as file:
            file.write(json.dumps(value, sort_keys=True, separators=(",", ":")).encode() + b"\n")
        found = trials.verified(Path(directory))
        assert found or (name == export.LATER and isinstance(value, dict))
