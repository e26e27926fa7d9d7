"""Resolve: finds the image, opens the record, and touches nothing else."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

import pytest

from landfall import chain
from landfall.images import commit_details
from landfall.images.commit_details import Told
from landfall.model import Outcome
from tests.steps import machine, standin
from tests.support import builders as b

GOOD = {"service": "sample", "image_tag": b.SHA}


def code(document: Any) -> str:
    """Resolve an input and return state and code."""
    verdict = machine.resolve(document)["verdict"]
    return f"{verdict['state']} {verdict['code']}"


def test_by_tag() -> None:
    """A commit's tag is resolved to its digest, and from there on only the digest counts."""
    digest = standin.push()
    release = machine.resolve({**GOOD, "requested_by": "ann", "reason": "r"})["release"]
    assert (release["git_sha"], release["image_digest"], release["accepted_digests"]) == (b.SHA, digest, [digest])
    assert release["image"].endswith(f"/{standin.REPOSITORY}@{digest}")
    (record,) = standin.records()
    assert (record["service"], record["deployment_id"], record["requested_by"]) == (
        "sample",
        machine.EXECUTION["deployment_id"],
        "ann",
    )
    assert "outcome" not in record


def test_by_digest() -> None:
    """A digest is resolved to the one commit it carries."""
    digest = standin.push()
    release = machine.resolve({"service": "sample", "image_digest": digest})["release"]
    assert (release["git_sha"], release["image_digest"]) == (b.SHA, digest)


def test_by_push() -> None:
    """An ECR event is a release of the service its repository belongs to."""
    digest = standin.push()
    event = standin.push_event(b.SHA, digest)
    assert machine.resolve(event)["release"]["image_digest"] == digest
    assert standin.records()[0]["requested_by"] == "ECR push"


SAID = Told(b.SHA, "2026-01-01T08:00:00Z", "Ann Example", "Sell socks", commit_details.WHOLE, (b.OLD_SHA,))


def test_the_record_keeps_what_the_build_said_of_its_commit() -> None:
    """Time, author, subject, and how much of the history was told: to the end, sealed with the rest; no ids."""
    digest = standin.push(said=SAID)
    answer = machine.resolve(GOOD)
    release = b.release(image_digest=digest, deployment_id=machine.EXECUTION["deployment_id"])
    machine.invoke("report", asdict(b.ended(Outcome.SUCCEEDED, release=release)))
    (record,) = standin.records()
    said = {name: record[name] for name in record if name.startswith("commit_")}
    assert said == {
        "commit_time": "2026-01-01T08:00:00Z",
        "commit_author": "Ann Example",
        "commit_subject": "Sell socks",
        "commit_history": "1 before it, whole",
    }
    assert record["outcome"] == "SUCCEEDED"
    assert chain.is_sound(record)
    assert "socks" not in str(answer)


def test_of_another_commit_nothing_is_kept() -> None:
    """An image that says of itself what its tag does not: what it tells is of something else."""
    standin.push(said=replace(SAID, sha=b.OLD_SHA))
    machine.resolve(GOOD)
    assert not [name for name in standin.records()[0] if name.startswith("commit_")]


def test_what_the_build_said_is_redacted() -> None:
    """A subject is anybody's text, and a record is kept for years."""
    standin.push(
        said=replace(SAID, subject="set password=hunter22hunter22 for ann@example.com", author="ann@example.com")
    )
    machine.resolve(GOOD)
    (record,) = standin.records()
    assert "hunter22" not in str(record)
    assert "ann@example.com" not in str(record)


def test_index_accepts_its_platforms() -> None:
    """A task may report its platform's digest for an image index: both count as the same release."""
    digest = standin.push(platforms=(b.DIGEST, b.OTHER_DIGEST))
    assert machine.resolve(GOOD)["release"]["accepted_digests"] == [digest, b.DIGEST, b.OTHER_DIGEST]


def proven(digest: str, revision: str, deployment_id: str = "20260101T000000Z-before") -> None:
    """Put a release that was proven live under that revision into the ledger."""
    release = b.release(
        image_digest=digest, deployment_id=deployment_id, execution_arn=f"{b.EXECUTION}-{deployment_id}"
    )
    standin.open_record(release)
    landed = b.deployment(task_definition=revision)
    machine.invoke("report", asdict(b.ended(Outcome.SUCCEEDED, release=release, deployment=landed)))


def test_going_back_names_the_revision_that_was_proven() -> None:
    """A rollback goes to the very revision a release was proven under, not to a copy of what runs."""
    digest = standin.push()
    proven(digest, "sample:7")
    release = machine.resolve({**GOOD, "intent": "rollback"})["release"]
    assert (release["intent"], release["revision"], release["image_digest"]) == ("rollback", "sample:7", digest)


def test_going_back_to_a_named_deployment() -> None:
    """One image may have been proven under several revisions: who names a deployment means that one's."""
    digest = standin.push()
    proven(digest, "sample:5")
    proven(digest, "sample:9", deployment_id="20260102T000000Z-after")
    back = {**GOOD, "intent": "rollback"}
    assert machine.resolve({**back, "deployment_id": "20260101T000000Z-before"})["release"]["revision"] == "sample:5"
    assert code({**back, "deployment_id": "no-such"}) == "FAIL NOT_PROVEN"


REJECTED = {
    "never proven": ({**GOOD, "intent": "rollback"}, "NOT_PROVEN", "sample"),
    "unknown service": ({**GOOD, "service": "nope"}, "UNKNOWN_SERVICE", "_unknown"),
    "tag of a human": ({**GOOD, "image_tag": "final-v3"}, "BAD_TAG", "sample"),
    "image not in ECR": ({**GOOD, "image_tag": b.OLD_SHA}, "IMAGE_NOT_FOUND", "sample"),
    "digest not in ECR": ({"service": "sample", "image_digest": b.DIGEST}, "IMAGE_NOT_FOUND", "sample"),
    "tag and digest disagree": ({**GOOD, "image_digest": b.DIGEST}, "TAG_AND_DIGEST_DISAGREE", "sample"),
    "unknown field": ({**GOOD, "cluster": "prod"}, "UNKNOWN_FIELD", "sample"),
    "no object": (["sample"], "BAD_INPUT", "_unknown"),
    "null": (None, "BAD_INPUT", "_unknown"),
    "service that is no text": ({"service": {}}, "BAD_FIELD", "_unknown"),
}


@pytest.mark.parametrize(("document", "why", "service"), REJECTED.values(), ids=REJECTED.keys())
def test_rejection_is_recorded(document: Any, why: str, service: str) -> None:
    """A request that can't be carried out is recorded all the same, under its service where that is known."""
    standin.push()
    assert code(document) == f"FAIL {why}"
    (record,) = standin.records()
    assert record["service"] == service


@pytest.mark.parametrize("tags", [(), (b.SHA, b.OLD_SHA)], ids=["no commit", "two commits"])
def test_digest_must_be_of_one_commit(tags: tuple[str, ...]) -> None:
    """An image whose commit is not certain can't be proven by its SHA, so it is not deployed."""
    digest = standin.push("cache")
    for tag in tags:
        standin.push(tag)
    assert code({"service": "sample", "image_digest": digest}) == "FAIL NO_COMMIT"


def test_ignored_event_leaves_no_record() -> None:
    """An event that concerns no release leaves neither record nor alarm."""
    assert code({"source": "aws.ecr", "detail-type": "ECR Image Action", "detail": {}}) == "PASS IGNORED"
    assert standin.records() == []


def test_replay_leaves_one_record() -> None:
    """Resolve run twice, after a lost reply, leaves one record and answers the same (law 7)."""
    standin.push()
    first = machine.resolve(GOOD)
    assert machine.resolve(GOOD) == first
    assert len(standin.records()) == 1


def test_input_never_chooses_where() -> None:
    """Cluster, repository and roles come from the settings, whatever the input says."""
    for key in ("cluster", "repository", "base_url", "task_role", "execution_role", "container", "topic"):
        assert code({**GOOD, key: "evil"}) == "FAIL UNKNOWN_FIELD"
