"""What Resolve answers: the machine goes by the way, people by the reason."""

from __future__ import annotations

import pytest

from landfall.ledger import resolved
from landfall.ledger.resolved import Resolved
from landfall.model import State, failed
from tests.support import builders as b

ANSWERS: dict[str, tuple[Resolved, str, State, str]] = {
    "a release": (resolved.found(b.release()), "RESOLVED", State.PASS, f"{b.SHA} is {b.DIGEST}"),
    "an event that is none": (resolved.ignored(b.release(), "no push"), "IGNORED", State.PASS, "no push"),
    "a request that is refused": (resolved.judged(b.release(), failed("BAD_TAG", "x")), "BAD_TAG", State.FAIL, "x"),
}


@pytest.mark.parametrize(("answer", "way", "state", "reason"), ANSWERS.values(), ids=ANSWERS.keys())
def test_the_way_is_the_verdict_s_own_code(answer: Resolved, way: str, state: State, reason: str) -> None:
    """One word for both: the machine and the record can't disagree."""
    assert (answer.way, answer.verdict.code) == (way, way)
    assert (answer.verdict.state, answer.verdict.reason) == (state, reason)
