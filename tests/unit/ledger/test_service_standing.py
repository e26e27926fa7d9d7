"""Which release was proven last: by the chain, whatever ids and clocks say; and how much is read to find out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from landfall import chain
from landfall.aws.dynamodb.ledger import Ledger
from landfall.aws.dynamodb.ledger_chain import NEAREST, WALKED
from landfall.aws.signing import Signing
from landfall.chain import HASH
from landfall.ledger import deployment_record, service_standing
from landfall.model import UNTOUCHED, Outcome
from tests.campaigns.torture.tables import Table
from tests.support import builders as b
from tests.support.signing import KMS, Bucket, signed, signing

SECOND = "20260102T030405Z"
NONE_KNOWN = {link: service_standing.link_to(None) for link in service_standing.LINKS}


def believed() -> Signing:
    """Return a key that signs, where no closing was signed yet."""
    return signing()


class Counted(Table):
    """A ledger's table that counts the items it was asked for."""

    def __init__(self) -> None:
        super().__init__("ledger", "service", "deployment_id")
        self.read = 0

    def get_item(self, Key: dict[str, Any], **request: Any) -> dict[str, Any]:  # noqa: N803
        """Return an item."""
        self.read += 1
        return super().get_item(Key, **request)

    def query(self, **request: Any) -> dict[str, Any]:
        """Return the items that match."""
        found = super().query(**request)
        self.read += len(found["Items"])
        return found


@pytest.fixture
def table() -> Counted:
    """A ledger without a record."""
    return Counted()


def revision(name: str) -> str:
    """Return the revision that a deployment registers."""
    return f"{b.FAMILY}:{name}"


def record(name: str, outcome: Outcome = Outcome.SUCCEEDED, **changes: Any) -> dict[str, Any]:
    """Return the record of a deployment as it is closed."""
    ended = b.ended(
        outcome,
        release=b.release(deployment_id=name),
        deployment=None if outcome in UNTOUCHED else b.deployment(task_definition=revision(name)),
    )
    return {**deployment_record.closed(ended, b.NOW), **changes}


def close(table: Table, *names: str, outcome: Outcome = Outcome.SUCCEEDED, **changes: Any) -> Ledger:
    """Close deployments one after the other."""
    ledger = Ledger(table, believed)
    for name in names:
        assert ledger.close(record(name, outcome, **changes))
    return ledger


def name_of(found: dict[str, Any] | None) -> str | None:
    """Return which deployment a record is of."""
    return found["deployment_id"] if found else None


@pytest.mark.parametrize("names", list(permutations(("a", "b", "c"))))
def test_of_pushes_within_one_second_the_one_proven_last_comes_back(table: Counted, names: tuple[str, ...]) -> None:
    """The rest of an id is random: in each order of the names the last one that was proven is the last."""
    ledger = close(table, *(f"{SECOND}-{name}" for name in names))
    assert name_of(ledger.last_proven("sample")) == f"{SECOND}-{names[-1]}"
    crashed = record(f"{SECOND}-d", Outcome.ROLLED_BACK)
    ledger.close(crashed)
    assert name_of(ledger.last_proven("sample")) == f"{SECOND}-{names[-1]}"
    assert [name_of(r) for r in ledger.proven("sample")] == [f"{SECOND}-{name}" for name in reversed(names)]


ELSEWHEN = ("20990101T000000Z-typed", f"{SECOND}-zzz", "20260101T030405Z-of-a-late-clock", "20200101T000000Z-typed")


@pytest.mark.parametrize("odd", ELSEWHEN)
@pytest.mark.parametrize("first", [True, False])
def test_an_id_of_another_time_changes_no_order(table: Counted, odd: str, first: bool) -> None:
    """An id with a wrong time, typed or from a laptop with a wrong clock: the order of closing counts."""
    names = (odd, f"{SECOND}-b") if first else (f"{SECOND}-b", odd)
    ledger = close(table, *names)
    assert name_of(ledger.last_proven("sample")) == names[-1]
    assert name_of(ledger.last_change("sample")) == names[-1]
    assert name_of(ledger.to_go_back_to("sample", revision("hotfix"), "")) == names[-1]


def test_a_clock_that_is_wrong_when_a_record_is_closed_changes_no_order(table: Counted) -> None:
    """Two Lambdas' clocks need not agree: the transaction that closes a record decides."""
    ahead = (b.NOW + timedelta(days=1)).isoformat()
    close(table, "20260102T000000Z-a", ended_at=ahead)
    ledger = close(table, "20260102T000001Z-b")
    assert name_of(ledger.last_proven("sample")) == "20260102T000001Z-b"
    assert name_of(ledger.last_change("sample")) == "20260102T000001Z-b"


def test_what_changed_a_service_last_is_no_refusal_and_no_earlier_one(table: Counted) -> None:
    """A deployment that began first may be closed last; what touched nothing is looked through."""
    close(table, "20260102T000009Z-a")
    close(table, "20260102T000001Z-b", outcome=Outcome.ROLLED_BACK)
    ledger = close(table, *(f"20260103T00000{n}Z-refused" for n in range(9)), outcome=Outcome.REJECTED)
    assert name_of(ledger.last_change("sample")) == "20260102T000001Z-b"
    assert name_of(ledger.last_proven("sample")) == "20260102T000009Z-a"


OWN = {"deployment_id": "own", "outcome": "SUCCEEDED", "task_definition": revision("own")}
LAST = {"deployment_id": "last", "outcome": "SUCCEEDED", "task_definition": revision("last")}
BEFORE = {"deployment_id": "before", "outcome": "NO_CHANGE", "task_definition": revision("before")}
BACK: dict[str, tuple[str, dict[str, Any] | None, list[dict[str, Any]], str | None]] = {
    "what ran was proven last": ("last", LAST, [LAST, BEFORE], "last"),
    "what ran was proven once, however long ago": ("own", OWN, [LAST, BEFORE], "own"),
    "what ran was proven, and does not say by which": ("before", None, [LAST, BEFORE], "before"),
    "what ran was never proven": ("hotfix", None, [LAST, BEFORE], "last"),
    "what ran says that it is of a proven deployment, and is another revision": ("hotfix", OWN, [LAST], "last"),
    "what ran is of a deployment that failed": ("own", OWN | {"outcome": "ROLLED_BACK"}, [LAST], "last"),
    "nothing was ever proven": ("hotfix", None, [], None),
}


@pytest.mark.parametrize(("ran", "own", "proven", "expected"), BACK.values(), ids=BACK)
def test_what_ran_before_wins_if_it_was_proven(
    ran: str, own: dict[str, Any] | None, proven: list[dict[str, Any]], expected: str | None
) -> None:
    """A rollback goes to exactly that revision. If what ran was not proven, it goes to the last proven one."""
    assert name_of(service_standing.to_go_back_to(revision(ran), own, proven)) == expected


def many(table: Counted, length: int, *proven: int) -> Ledger:
    """Return a chain of so many records, those of these numbers proven, the others rejected; made without closing."""
    last: dict[str, Any] | None = None
    for number in range(1, length + 1):
        outcome = Outcome.SUCCEEDED if number in proven else Outcome.REJECTED
        name = f"20260102T{number:06}Z"
        revision_ = {"task_definition": revision(name)} if number in proven else {}
        item = {"service": "sample", "deployment_id": name, "outcome": outcome.value, **revision_}
        links = service_standing.as_fields(service_standing.links(last) if last else NONE_KNOWN)
        last = signed(chain.sealed({**item, **links}, chain.head_of(last or {}), KMS.public.fingerprint))
        table._items["sample", name] = last
    table._items["_chain", "sample"] = {"service": "_chain", "deployment_id": "sample", "sequence": length}
    table._items["_chain", "sample"] |= {HASH: (last or {})[HASH], "last": f"20260102T{length:06}Z"}
    return Ledger(table, believed)


SIZES = [1, 10, 100, 1000]


@pytest.mark.parametrize("length", SIZES)
def test_what_is_read_does_not_grow_with_the_ledger(table: Counted, length: int) -> None:
    """HEAD, the newest record and the one that it links to: three items, of one record or of ten thousand."""
    ledger = many(table, length, 1)
    for read in (ledger.last_proven, ledger.last_change):
        table.read = 0
        assert name_of(read("sample")) == "20260102T000001Z"
        assert table.read == min(length + 1, 3)
    table.read = 0
    assert name_of(ledger.to_go_back_to("sample", revision("hotfix"), "")) == "20260102T000001Z"
    assert table.read == min(length + 1, 3)


@pytest.mark.parametrize("length", SIZES)
def test_the_search_for_what_ran_is_bounded(table: Counted, length: int) -> None:
    """If what runs is none of the proven ones, only the last few records are read, and its own by its name."""
    ledger = many(table, length, *range(1, length + 1))
    table.read = 0
    assert ledger.to_go_back_to("sample", revision("hotfix"), "no-such-deployment")
    assert table.read <= NEAREST + 2


def test_a_closing_reads_as_much_however_many_were_closed(table: Counted) -> None:
    """The links cost it one more read."""
    ledger = many(table, 1000, 1)
    table.read = 0
    ledger.close(record("20260103T000000Z-next", Outcome.REJECTED))
    assert table.read == 3
    assert name_of(ledger.last_proven("sample")) == "20260102T000001Z"


def as_before_signing(table: Counted, *, links: bool = False) -> None:
    """Let every record be as it was closed before records were signed, with links to ids alone or without any."""
    of_now = {*(f"{link}_hash" for link in service_standing.LINKS), chain.SIGNED_BY, chain.UNCHAINED}
    last: dict[str, Any] = {}
    for item in sorted(filter(chain.number, table._items.values()), key=chain.number):
        if item["service"] == "sample":
            old = {k: v for k, v in item.items() if k not in of_now and (links or k not in service_standing.LINKS)}
            last = chain.sealed({k: v for k, v in old.items() if v != ""}, chain.head_of(last))
            table._items["sample", item["deployment_id"]] = last
    table._items["_chain", "sample"] |= {HASH: last[HASH]}


@pytest.mark.parametrize("links", [True, False])
def test_nothing_is_lost_by_an_upgrade(table: Counted, links: bool) -> None:
    """A ledger from before signing is read as it was; the first signed closing takes over what lies before it."""
    close(table, f"{SECOND}-b", f"{SECOND}-a")
    close(table, f"{SECOND}-c", outcome=Outcome.REJECTED)
    as_before_signing(table, links=links)
    bucket = Bucket()
    for number in range(3):
        ledger = Ledger(table, lambda: signing(bucket))
        assert name_of(ledger.last_proven("sample")) == name_of(ledger.last_change("sample")) == f"{SECOND}-a"
        assert name_of(ledger.to_go_back_to("sample", revision(f"{SECOND}-b"), "")) == f"{SECOND}-b"
        assert [name_of(r) for r in ledger.proven("sample")] == [f"{SECOND}-a", f"{SECOND}-b"]
        close(table, f"{SECOND}-{number}", outcome=Outcome.REJECTED)
        signing(bucket).begin("sample")


def test_once_signing_has_begun_a_record_without_signature_counts_for_nothing(table: Counted) -> None:
    """Everybody who can write the table can remove all signatures, but the bucket still has them."""
    close(table, f"{SECOND}-a")
    as_before_signing(table)
    bucket = Bucket()
    signing(bucket).begin("sample")
    ledger = Ledger(table, lambda: signing(bucket))
    assert ledger.last_proven("sample") is ledger.last_change("sample") is None
    assert ledger.to_go_back_to("sample", revision(f"{SECOND}-a"), f"{SECOND}-a") is None
    assert list(ledger.proven("sample")) == []


def test_records_of_the_first_schema_are_no_way_back(table: Counted) -> None:
    """They have no place in any chain: what HEAD does not lead to, anybody may have put there."""
    old = {**record("20990101T000000Z-x"), "schema": 1}
    table._items["sample", "20990101T000000Z-x"] = old
    ledger = Ledger(table, believed)
    assert ledger.last_proven("sample") is None
    close(table, f"{SECOND}-a")
    assert [name_of(r) for r in ledger.proven("sample")] == [f"{SECOND}-a"]


@pytest.mark.parametrize("change", [None, "REJECTED"])
def test_a_link_to_what_is_gone_or_was_changed_is_not_followed(table: Counted, change: str | None) -> None:
    """Nobody goes back to what the ledger does not hold as proven: all is read, and the next best is the one."""
    ledger = close(table, f"{SECOND}-a", f"{SECOND}-b")
    close(table, f"{SECOND}-c", outcome=Outcome.REJECTED)
    key = ("sample", f"{SECOND}-b")
    table._items[key] = {**table._items[key], "outcome": change} if change else {}
    if not change:
        del table._items[key]
    assert name_of(ledger.last_proven("sample")) == f"{SECOND}-a"


def test_every_proven_release_is_found_once(table: Counted) -> None:
    """Those reached by links, and all that are older."""
    length = WALKED + 30
    ledger = many(table, length, *range(1, length + 1))
    found = [name_of(r) for r in ledger.proven("sample")]
    assert found == [f"20260102T{number:06}Z" for number in range(length, 0, -1)]


def test_the_newest_records_are_those_that_ended_last() -> None:
    """Open ones first, one that somebody put there among them, in whatever order their ids are."""

    def by_id() -> Iterator[dict[str, Any]]:
        yield record("20990101T000000Z-typed", ended_at="2026-01-02T00:00:00+00:00")
        yield {k: v for k, v in record("20260103T000000Z-open").items() if k != "outcome"}
        yield record("20260102T000000Z-last", ended_at="2026-01-03T00:00:00+00:00")

    names = [r["deployment_id"] for r in service_standing.recent(by_id())]
    assert names == ["20260103T000000Z-open", "20260102T000000Z-last", "20990101T000000Z-typed"]
