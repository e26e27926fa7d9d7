"""Two tags of one push: which deployment is the other's, and which only looks so."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from landfall.intake import same_push
from landfall.intake.request import BY_PUSH
from landfall.ledger import deployment_record
from landfall.model import Outcome
from tests.support import builders as b

SHORT = b.SHA[:7]
MINE = b.release(
    deployment_id="20260102T030405Z-mine", requested_at=b.NOW.isoformat(), reason=f"push of sha-{SHORT}", by_push=True
)


def record(outcome: Outcome | None = None, **changes: Any) -> dict[str, Any]:
    """The record of a push of the same image as a version, two seconds before."""
    before = (b.NOW - timedelta(seconds=2)).isoformat()
    known = {"deployment_id": "20260102T030403Z-other", "requested_at": before, "reason": "push of v1.2.3"}
    opened = deployment_record.opened(b.release(**{**known, "by_push": True, "requested_by": BY_PUSH, **changes}))
    return opened | ({"outcome": outcome.value} if outcome else {})


LATER: dict[str, Any] = {
    "deployment_id": "20260102T030404Z-next",
    "requested_at": (b.NOW - timedelta(seconds=1)).isoformat(),
}
CASES: dict[str, tuple[list[dict[str, Any]], bool]] = {
    "nothing else was pushed": ([], False),
    "it runs": ([record()], True),
    "it was proven": ([record(Outcome.SUCCEEDED)], True),
    "it was rolled back": ([record(Outcome.ROLLED_BACK)], True),
    "it was rejected": ([record(Outcome.REJECTED)], False),
    "it was overtaken": ([record(Outcome.SKIPPED)], False),
    "of a shorter commit": ([record(git_sha=SHORT)], True),
    "of another commit": ([record(git_sha=b.OLD_SHA)], False),
    "another image": ([record(image_digest=b.OTHER_DIGEST)], False),
    "the same tag again, which is a replay": ([record(reason=MINE.reason)], False),
    "asked for by a person": ([record(by_push=False, requested_by="somebody")], False),
    "started for a push whose event was lost": ([record(requested_by="the build watch")], False),
    "ten minutes before": ([record(requested_at=(b.NOW - timedelta(minutes=10)).isoformat())], True),
    "longer ago": ([record(requested_at=(b.NOW - timedelta(minutes=10, seconds=1)).isoformat())], False),
    "another release came between": ([record(), record(image_digest=b.OTHER_DIGEST, **LATER)], False),
    "a rejected request came between": (
        [record(), record(Outcome.REJECTED, image_digest=b.OTHER_DIGEST, **LATER)],
        True,
    ),
    "a retry of this step": ([record(deployment_id=MINE.deployment_id)], False),
}


@pytest.mark.parametrize(("records", "begun"), CASES.values(), ids=CASES)
def test_a_push_of_several_tags_is_deployed_once(records: list[dict[str, Any]], begun: bool) -> None:
    """A bad release is not rolled back twice; whatever else was asked for is not lost."""
    said = same_push.begun(MINE, records)
    assert bool(said) is begun
    assert not begun or "20260102T030403Z-other" in said


def test_how_far_it_looks_back() -> None:
    """As far as two tags of one push may lie apart, and no further: that many records are read at each push."""
    assert same_push.since(MINE) == (b.NOW - timedelta(minutes=10)).strftime("%Y%m%dT%H%M%SZ")
