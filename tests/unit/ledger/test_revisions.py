"""What is known about a revision, what is UNKNOWN, and which images a rollback needs."""

from __future__ import annotations

from typing import Any

import pytest

from landfall.images.stored import Listed
from landfall.ledger import revisions
from landfall.ledger.revisions import KEPT, Revision
from landfall.model import UNKNOWN, Outcome
from tests.support import builders as b

TAGS = {"landfall:git-sha": b.SHA, "landfall:deployment": "one", "landfall:role": "release"}


def revision(**changes: Any) -> Revision:
    """Return the revision of a release."""
    known: dict[str, Any] = {
        "arn": b.REVISION,
        "status": "ACTIVE",
        "image": f"registry/sample@{b.DIGEST}",
        "registered_at": b.NOW.isoformat(),
        "registered_by": "arn:aws:sts::123456789012:assumed-role/landfall/x",
        "tags": TAGS,
    }
    return Revision(**{**known, **changes})


def record(outcome: Outcome | None = Outcome.SUCCEEDED, **changes: Any) -> dict[str, Any]:
    """Return the record of its deployment."""
    known = {
        "deployment_id": "one",
        "task_definition": b.REVISION,
        "git_sha": b.SHA,
        "image_digest": b.DIGEST,
        "requested_by": "somebody",
        **({"outcome": outcome.value} if outcome else {}),
    }
    return {**known, **changes}


def listed(digest: str = b.DIGEST, *tags: str) -> Listed:
    """Return an image in ECR."""
    return Listed(digest, tags, "2026-01-02T03:04:05Z")


def row(of: Revision, *records: dict[str, Any], live: str = "") -> revisions.Row:
    """Return what is known of a revision."""
    (found,) = revisions.rows([of], records, [listed()], live)
    return found


def test_a_release_is_known_in_full() -> None:
    """Commit, digest, time, registrant, requester, outcome, whether it is live, and whether its image exists."""
    found = row(revision(), record(), live=b.REVISION)
    assert (found.commit, found.digest, found.outcome, found.requested_by) == (b.SHA, b.DIGEST, "SUCCEEDED", "somebody")
    assert (found.registered_at, found.live, found.in_ecr) == (b.NOW.isoformat(), "yes", "yes")
    assert UNKNOWN not in vars(found).values()


def test_what_was_made_by_hand_is_unknown() -> None:
    """Without a Landfall tag or a record, commit, requester and outcome are UNKNOWN; a tag is not a digest."""
    hand = revision(tags={"team": "records"}, image=f"registry/sample:{b.SHA}", registered_by="")
    found = row(hand, record(task_definition=b.OTHER_REVISION))
    unknown = {name for name, value in vars(found).items() if value == UNKNOWN}
    assert unknown == {
        *("commit", "digest", "registered_by", "requested_by", "outcome", "deployment_id", "role", "in_ecr"),
        "migration",
    }


CASES: dict[str, tuple[Revision, tuple[dict[str, Any], ...], dict[str, str]]] = {
    "tags that somebody took off": (revision(tags={}), (record(),), {"commit": b.SHA, "outcome": "SUCCEEDED"}),
    "a record that is gone": (revision(), (), {"commit": b.SHA, "outcome": UNKNOWN, "deployment_id": "one"}),
    "proven again since": (
        revision(tags={}),
        (record(Outcome.NO_CHANGE, deployment_id="two", requested_by="another"), record()),
        {"outcome": "SUCCEEDED", "deployment_id": "one", "requested_by": "somebody"},
    ),
    "made by hand, and proven by a release of the same": (
        revision(tags={}),
        (record(Outcome.NO_CHANGE),),
        {"outcome": "NO_CHANGE", "commit": b.SHA},
    ),
    "made by hand, with the tags of a release": (
        revision(arn=b.OTHER_REVISION),
        (record(),),
        {"commit": UNKNOWN, "outcome": UNKNOWN, "requested_by": UNKNOWN, "deployment_id": UNKNOWN},
    ),
    "under way": (revision(), (record(None),), {"outcome": "OPEN"}),
    "a way back, of an unknown commit": (
        revision(arn=b.OTHER_REVISION, tags={"landfall:deployment": "one", "landfall:role": "baseline"}),
        (record(Outcome.ROLLED_BACK),),
        {"commit": UNKNOWN, "outcome": "ROLLED_BACK", "role": "baseline", "requested_by": "somebody"},
    ),
    "an image that is gone": (revision(image=f"registry/sample@{b.OLD_DIGEST}"), (record(),), {"in_ecr": "no"}),
    "by tag, and recorded": (revision(image="registry/sample:x"), (record(),), {"digest": b.DIGEST, "in_ecr": "yes"}),
}


@pytest.mark.parametrize(("of", "records", "known"), CASES.values(), ids=CASES)
def test_what_tags_and_ledger_say(of: Revision, records: tuple[dict[str, Any], ...], known: dict[str, str]) -> None:
    """Tags first for the commit, the ledger for the rest; never one record's words for another's revision."""
    found = vars(row(of, *records))
    assert {name: found[name] for name in known} == known


def test_images_a_rollback_needs() -> None:
    """What runs, and the last proven releases: each digest once, and no more than can be gone back to."""
    proven = [record(image_digest=f"sha256:{n:064}", deployment_id=str(n)) for n in range(KEPT + 5)]
    refused = [record(Outcome.REJECTED, image_digest=b.OTHER_DIGEST)]
    found = revisions.needed([*refused, *proven, *proven], b.OLD_DIGEST)
    assert list(found) == [b.OLD_DIGEST, *(f"sha256:{n:064}" for n in range(KEPT - 1))]
    assert revisions.needed([], "") == {}


PROBLEMS: dict[str, tuple[list[dict[str, Any]], list[Listed], str, list[str]]] = {
    "all is there": ([record()], [listed(b.DIGEST, b.SHA)], b.DIGEST, []),
    "nothing is known": ([], [], "", []),
    "the commit's tag moved": (
        [record()],
        [listed(b.DIGEST, "kept"), listed(b.OTHER_DIGEST, b.SHA)],
        b.DIGEST,
        ["TAG_MOVED"],
    ),
    "a tag that is gone did not move": ([record()], [listed(b.DIGEST, "kept")], b.DIGEST, []),
    "what runs is gone": ([], [], b.DIGEST, ["IMAGE_MISSING"]),
    "what was proven is gone": ([record()], [listed(b.OLD_DIGEST, "x")], b.OLD_DIGEST, ["IMAGE_MISSING"]),
    "what was proven will go": ([record()], [listed(b.DIGEST)], b.DIGEST, ["IMAGE_UNTAGGED"]),
    "what was rolled back may go": ([record(Outcome.ROLLED_BACK)], [], "", []),
    "a request for no image": ([record(Outcome.REJECTED, git_sha=UNKNOWN, image_digest=UNKNOWN)], [], "", []),
}


@pytest.mark.parametrize(("records", "images", "live", "codes"), PROBLEMS.values(), ids=PROBLEMS)
def test_what_must_not_be(records: list[dict[str, Any]], images: list[Listed], live: str, codes: list[str]) -> None:
    """A commit means other bytes now; or the way back is gone, or about to go."""
    assert [problem.code for problem in revisions.problems(records, images, live)] == codes
