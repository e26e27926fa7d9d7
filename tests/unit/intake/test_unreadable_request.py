"""A request that can't be read still says who asked, why and what came, as far as it says so at all."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landfall.intake import unreadable_request
from landfall.intake.document import TEXT_LIMIT
from landfall.intake.unreadable_request import CAME_LIMIT
from landfall.model import UNKNOWN
from landfall.wire import size
from tests.support import builders as b

SETTINGS = b.settings()
KINDS = SETTINGS.redaction.kinds
ANN = "arn:aws:sts::123456789012:assumed-role/release/ann@example.com"
BY_RULE = "0f3c9a1e-1b2c-3d4e-5f60-718293a4b5c6_1f3c9a1e-1b2c-3d4e-5f60-718293a4b5c6"


@pytest.mark.parametrize(
    ("document", "name", "by"),
    [
        ({"requested_by": ANN}, BY_RULE, ANN),
        ({"requested_by": " ann\n"}, "one", "ann"),
        ({"requested_by": 7}, BY_RULE, "EventBridge"),
        ({"requested_by": ""}, "one", UNKNOWN),
        ({}, BY_RULE, "EventBridge"),
        ([ANN], "one", UNKNOWN),
        (None, BY_RULE, "EventBridge"),
    ],
    ids=["who says so", "with blanks", "by a rule", "nobody", "an event", "a list", "null"],
)
def test_who_asked(document: Any, name: str, by: str) -> None:
    """The input says so, mail address and all; where it does not, the execution's name tells of a rule."""
    assert unreadable_request.read(document, name, KINDS).requested_by == by


def test_nothing_private_is_kept_of_it() -> None:
    """It is redacted before it is cut: half a password is no better than the whole."""
    secret = "password=hunter2-" + "x" * 30
    document = {"requested_by": "ann", "reason": f"for bob@example.com {secret}", "more": [secret]}
    told = unreadable_request.read(document, "one", KINDS)
    assert "hunter2" not in told.reason + told.came
    assert "bob@example.com" not in told.reason + told.came


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=300),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=4),
    max_leaves=8,
)
INPUTS = JSON | st.fixed_dictionaries({}, optional={"requested_by": JSON, "reason": JSON, "service": JSON})


@given(INPUTS)
def test_whatever_came_can_be_stored_and_shown(document: Any) -> None:
    """One line each, of a bounded length: the record of a bad request must not fail too."""
    told = unreadable_request.read(document, "one", KINDS)
    assert len(told.requested_by) <= TEXT_LIMIT
    assert len(told.reason) <= TEXT_LIMIT
    assert size(told.came) - 2 <= CAME_LIMIT
    assert "\n" not in told.requested_by + told.reason + told.came
    assert told.requested_by


@pytest.mark.parametrize(
    ("document", "service"),
    [({"service": "sample"}, "sample"), ({"service": "nobody"}, "mine"), ({"service": 7}, "mine"), ("sample", "mine")],
    ids=["known", "unknown", "no text", "no object"],
)
def test_it_is_recorded_under_its_service_where_that_is_known(document: Any, service: str) -> None:
    """Whoever looks at the service's history finds what was asked of it."""
    release = unreadable_request.told_of(b.release(service="mine"), document, SETTINGS)
    assert (release.service, release.requested_by) == (service, UNKNOWN)
    assert release.came
