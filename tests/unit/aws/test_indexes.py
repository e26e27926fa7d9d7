"""The ledger's indexes: what they find, that nothing they say is believed, and what is done where one is not there.

Moto stands in for DynamoDB. Its indexes never lag, so here its answers are changed as a lag would change them.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from moto.dynamodb.exceptions import MockValidationException
from moto.dynamodb.models.table import Table

import ensure_begun
from landfall.aws.dynamodb.ledger import Ledger
from landfall.aws.dynamodb.ledger_chain import Standing
from landfall.aws.dynamodb.ledger_indexes import INDEX_COMMIT, INDEX_IMAGE, INDEX_OUTCOME, INDEX_SHA, INDEXES
from landfall.builds.build_watch import Built
from landfall.chain import HASH, PREVIOUS, SEQUENCE, SIGNATURE, SIGNED_BY, Record
from landfall.ledger import deployment_record
from landfall.ledger.service_standing import SEARCHED
from landfall.model import Outcome
from landfall.partitions import CHAINS
from tests.steps import standin
from tests.steps.shared.unsigned_chain import landed, put, release
from tests.support import builders as b

pytestmark = pytest.mark.usefixtures("aws")

ONE, TWO, THREE = (f"2026010{n}T000000Z-x" for n in "123")
SHORT = "abcdef0"
"""A commit as a tag shortens it, and as its record then has it."""
SIGNATURE_OF_QUERY = inspect.signature(Table.query)
Hide = Callable[..., None]


@pytest.fixture
def ledger(aws: None) -> Ledger:
    """A ledger with three deployments: two of one image, one of another whose commit is shortened in its record."""
    made = standin.ledger()
    made.close(landed(ONE, "sample:1", image_digest=b.DIGEST, git_sha=b.SHA))
    made.close(landed(TWO, "sample:2", image_digest=b.OTHER_DIGEST, git_sha=SHORT))
    rejected = b.ended(Outcome.REJECTED, release=release(THREE, image_digest=b.DIGEST, git_sha=b.SHA), deployment=None)
    made.close(deployment_record.closed(rejected, b.NOW))
    return made


@pytest.fixture
def hide(monkeypatch: pytest.MonkeyPatch) -> Hide:
    """Let DynamoDB's indexes not have these deployments yet, or name others in their place."""
    query = Table.query

    def install(*ids: str, instead: dict[str, str] | None = None) -> None:
        def lagging(self: Any, *args: Any, **kwargs: Any) -> Any:
            found, scanned, last = query(self, *args, **kwargs)
            if index_of(self, *args, **kwargs):
                found = [item for item in found if item.attrs["deployment_id"].value not in ids]
                for item in found:
                    name = item.attrs["deployment_id"]
                    name.value = (instead or {}).get(name.value, name.value)
            return found, scanned, last

        monkeypatch.setattr(Table, "query", lagging)

    return install


def index_of(*args: Any, **kwargs: Any) -> Any:
    """Return the index that a query of moto's table is of."""
    return SIGNATURE_OF_QUERY.bind(*args, **kwargs).arguments.get("index_name")


def ids(found: Any) -> list[str]:
    """Return the ids of records."""
    return [str(record["deployment_id"]) for record in found]


QUESTIONS: dict[str, tuple[Callable[[Ledger], Any], list[str]]] = {
    "image": (lambda at: at.of_image("sample", b.DIGEST), [THREE, ONE]),
    "any of an image": (lambda at: [at.any_of_image("sample", b.OTHER_DIGEST)], [TWO]),
    "commit": (lambda at: at.of_commit("sample", b.SHA), [THREE, ONE]),
    "commit, shortened": (lambda at: at.of_commit("sample", b.SHA[:9].upper()), [THREE, ONE]),
    "commit, longer than its record's": (lambda at: at.of_commit("sample", SHORT + "1" * 33), [TWO]),
    "commit, described": (lambda at: at.of_commit("sample", f"v1.2-3-g{SHORT}"), [TWO]),
    "commits": (lambda at: sorted(at.of_commits("sample", [b.SHA, SHORT, "f" * 40]), key=_id), [ONE, TWO, THREE]),
    "outcome": (lambda at: at.of_outcome("sample", [Outcome.REJECTED]), [THREE]),
    "outcomes": (lambda at: at.of_outcome("sample", list(Outcome)), [THREE, TWO, ONE]),
    "outcomes until then": (lambda at: list(at.of_outcome("sample", list(Outcome), "2026010"))[-2:], [TWO, ONE]),
    "another service": (lambda at: at.of_image("other", b.DIGEST), []),
    "no image": (lambda at: at.of_image("sample", ""), []),
    "no commit": (lambda at: at.of_commit("sample", ""), []),
    "an image that nobody deployed": (lambda at: at.of_image("sample", b.OLD_DIGEST), []),
}
"""Each question with the records that answer it, in their order."""


def _id(record: Record) -> str:
    return str(record["deployment_id"])


def answers(at: Ledger) -> dict[str, list[str]]:
    """Return what each question is answered."""
    return {name: ids(ask(at)) for name, (ask, _) in QUESTIONS.items()}


ANSWERS = {name: answer for name, (_, answer) in QUESTIONS.items()}


def test_records_are_found(ledger: Ledger) -> None:
    """By image, by commit in any form, by outcome: the greatest id first, and of this service alone."""
    assert answers(ledger) == ANSWERS


def test_without_an_index_the_answers_are_the_same(ledger: Ledger) -> None:
    """A ledger to which only some of them were added yet, or that is from before all of them."""
    for index in (INDEX_COMMIT, INDEX_IMAGE, INDEX_OUTCOME):
        update = {"Delete": {"IndexName": index}}
        standin.client("dynamodb").update_table(TableName=standin.LEDGER, GlobalSecondaryIndexUpdates=[update])
        assert answers(ledger) == ANSWERS


def test_an_index_that_is_being_built_is_not_asked(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """DynamoDB refuses to read it; it does not answer with a part of it."""
    query = Table.query

    def building(self: Any, *args: Any, **kwargs: Any) -> Any:
        if index_of(self, *args, **kwargs) in (INDEX_IMAGE, INDEX_COMMIT, INDEX_OUTCOME):
            raise MockValidationException(f"Cannot read from backfilling global secondary index: {INDEX_IMAGE}")
        return query(self, *args, **kwargs)

    monkeypatch.setattr(Table, "query", building)
    assert answers(ledger) == ANSWERS


def test_the_index_of_before_serves_commits_as_long_as_it_is_there(ledger: Ledger) -> None:
    """It has the same keys."""
    client, schema = standin.client("dynamodb"), [("service", "HASH"), ("git_sha", "RANGE")]
    made = {
        "IndexName": INDEX_SHA,
        "KeySchema": [{"AttributeName": name, "KeyType": kind} for name, kind in schema],
        "Projection": {"ProjectionType": "ALL"},
    }
    for update in ({"Delete": {"IndexName": INDEX_COMMIT}}, {"Create": made}):
        client.update_table(TableName=standin.LEDGER, GlobalSecondaryIndexUpdates=[update])
    asked: list[Any] = []
    standin.table().meta.client.meta.events.register(
        "provide-client-params.dynamodb.Query", lambda params, **_: asked.append(params.get("IndexName"))
    )
    assert ids(ledger.of_commit("sample", b.SHA)) == [THREE, ONE]
    assert asked == [INDEX_COMMIT, INDEX_SHA]


def test_what_an_index_names_is_read_and_must_fit(ledger: Ledger, hide: Hide) -> None:
    """An index that names another record, or one that is gone, finds nothing that is not so."""
    hide(instead={ONE: TWO, THREE: "20260109T000000Z-gone"})
    assert ids(ledger.of_image("sample", b.DIGEST)) == []
    assert ledger.any_of_image("sample", b.DIGEST) is None
    assert ids(ledger.of_outcome("sample", [Outcome.REJECTED])) == []


def test_what_is_over_is_not_under_way(ledger: Ledger, hide: Hide) -> None:
    """The index of unfinished deployments may still have one that was finished."""
    standin.open_record(release("20260104T000000Z-x"))
    assert "20260104T000000Z-x" in ids(ledger.unfinished("sample"))
    hide(instead={"20260104T000000Z-x": "20260109T000000Z-gone"})
    assert "20260104T000000Z-x" not in ids(ledger.unfinished())
    assert ledger.unfinished("other") == []


def begun(image: str) -> list[str]:
    """Return what the build watch finds of an image that was built just before the ledger's deployments."""
    built = Built("sample", "p", "arn", "2026-01-01T00:00:00+00:00", b.SHA, image, pushed=True)
    world: Any = SimpleNamespace(ledger=standin.ledger())
    return ids(ensure_begun._records(built, world))


def test_a_deployment_that_the_index_has_not_yet_has_begun(ledger: Ledger, hide: Hide) -> None:
    """Or the build watch would start it again, and tell people that it was lost."""
    hide(ONE, TWO, THREE)
    assert ledger.of_image("sample", b.DIGEST) == []
    assert begun(b.DIGEST) == [THREE, ONE]
    assert begun(b.OLD_DIGEST) == []


def test_a_proof_that_the_index_has_not_yet_can_be_gone_back_to(ledger: Ledger, hide: Hide) -> None:
    """A rollback to what was proven this moment is not refused."""
    hide(ONE, TWO, THREE)
    found = ledger.proven_image("sample", b.DIGEST)
    assert found is not None
    assert found["deployment_id"] == ONE


PLANTED = "20260105T000000Z-planted"


def planted(at: Ledger, how: str) -> None:
    """Write a record of a success that no Report closed."""
    sealed = at.record("sample", ONE) or {}
    known = {**sealed, "deployment_id": PLANTED, "task_definition": "sample:666"}
    if how == "unsigned":
        known = {name: value for name, value in known.items() if name not in (SIGNATURE, SIGNED_BY)}
    if how == "no place":
        known = {name: value for name, value in known.items() if name not in (SEQUENCE, PREVIOUS, HASH, SIGNATURE)}
    standin.table().put_item(Item=known)


@pytest.mark.parametrize("how", ["signature of another", "unsigned", "no place"])
def test_a_planted_record_is_not_gone_back_to(ledger: Ledger, how: str) -> None:
    """Whoever can write to the ledger can put a record into every index. Only Landfall can sign one."""
    standin.signing().begin("sample")
    planted(ledger, how)
    found = ledger.proven_image("sample", b.DIGEST)
    assert PLANTED in ids(ledger.of_image("sample", b.DIGEST))
    assert found is not None
    assert (found["deployment_id"], found["task_definition"]) == (ONE, "sample:1")


def test_a_record_from_before_signing_counts_if_the_chain_leads_to_it(aws: None) -> None:
    """It has no signature of its own: the first signed record names its hash."""
    old = (ONE, b.DIGEST, "sample:1"), (TWO, b.OTHER_DIGEST, "sample:2")
    put(*(landed(name, revision, image_digest=digest) for name, digest, revision in old))
    at = standin.ledger()
    at.close(landed(THREE, "sample:3", image_digest=b.OLD_DIGEST))
    standin.signing().begin("sample")
    planted(at, "unsigned")
    found = at.proven_image("sample", b.DIGEST)
    assert found is not None
    assert found["deployment_id"] == ONE


def _no_head() -> None:
    standin.table().delete_item(Key={"service": CHAINS, "deployment_id": "sample"})


def _other_head() -> None:
    head = {"service": CHAINS, "deployment_id": "sample"}
    standin.table().put_item(Item={**head, SEQUENCE: 9, HASH: "0" * 64, "last": TWO})


def _newest_changed() -> None:
    key = {"service": "sample", "deployment_id": THREE}
    standin.table().update_item(
        Key=key, UpdateExpression="SET why = :other", ExpressionAttributeValues={":other": "another"}
    )


def _links_lost() -> None:
    key = {"service": "sample", "deployment_id": TWO}
    standin.table().update_item(Key=key, UpdateExpression="SET code = :c", ExpressionAttributeValues={":c": "x"})


@pytest.mark.parametrize("spoil", [lambda: None, _no_head, _other_head, _newest_changed, _links_lost])
def test_many_services_stand_as_each_of_them(ledger: Ledger, spoil: Callable[[], None]) -> None:
    """Whatever somebody did to a chain, what is read together is what is read one by one."""
    ledger.close({**landed(ONE, "fresh:1"), "service": "fresh"})
    standin.signing().begin("sample")
    spoil()
    services = ("sample", "fresh", "nothing")
    each = {name: Standing(ledger.last_change(name), ledger.last_proven(name)) for name in services}
    assert ledger.standings(services) == each
    assert each["fresh"].last_change
    assert each["nothing"] == Standing(None, None)


def test_what_began_before_a_time_is_read_from_there(ledger: Ledger) -> None:
    """An id may have a wrong time: SEARCHED records after it are read as well, and none beyond them."""
    with standin.table().batch_writer() as batch:
        for number in range(SEARCHED + 5):
            batch.put_item(Item={"service": "sample", "deployment_id": f"20270101T000{number:03}Z"})
    found = ids(ledger.before("sample", TWO))
    assert len(found) == SEARCHED + 2
    assert found[0] < f"20270101T000{SEARCHED:03}Z"
    assert found[-2:] == [TWO, ONE]
    assert found == sorted(found, reverse=True)


def test_a_hundred_and_one_records_are_two_calls(aws: None) -> None:
    """And a key that is asked for twice is read once."""
    with standin.table().batch_writer() as batch:
        for number in range(101):
            batch.put_item(Item={"service": "sample", "deployment_id": f"{number:03}"})
    made: list[str] = []
    standin.table().meta.client.meta.events.register("before-call.dynamodb", lambda model, **_: made.append(model.name))
    wanted = [*(f"{number:03}" for number in range(101)), "000", "none"]
    found = standin.ledger().records("sample", wanted)
    assert ids(found) == wanted[:101]
    assert made == ["BatchGetItem"] * 2


@given(sha=st.sampled_from(["", b.SHA]), digest=st.sampled_from(["", b.DIGEST]), outcome=st.sampled_from(Outcome))
def test_no_record_has_an_empty_index_key(sha: str, digest: str, outcome: Outcome) -> None:
    """DynamoDB refuses to write an item with one, and a deployment without a record would be lost."""
    asked = b.release(git_sha=sha, image_digest=digest)
    ended = replace(b.crashed(outcome), release=asked)
    names = {name for keys in INDEXES.values() for name in keys}
    for record in (deployment_record.opened(asked), deployment_record.closed(ended, b.NOW)):
        assert all(record[name] for name in names & record.keys())
