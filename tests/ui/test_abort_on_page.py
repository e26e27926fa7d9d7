"""Aborts on the pages: who aborted a deployment, that it goes back, and whether the abort came too late."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest

from cli.ui.site import Site
from landfall.abort import aborted
from landfall.abort.aborted import Aborted
from landfall.approval import approval
from landfall.model import Outcome
from tests.support import builders as b
from tests.ui import sign_offs, world
from tests.ui.asking import ask
from tests.ui.evil import EVIL

WHO = "arn:aws:iam::123456789012:role/OnCall"
BY = Aborted(WHO, "arn:aws:sts::123456789012:assumed-role/OnCall/ann", "2026-01-02T03:04:05+00:00", "wrong colour")
_PREFIX = count()


@pytest.fixture(scope="module", autouse=True)
def there() -> Iterator[None]:
    """Have an AWS."""
    with world.aws({}):
        yield


@pytest.fixture
def place() -> world.Place:
    """Return an environment with one service, and a ledger of its own."""
    return world.Place(f"aborted-{next(_PREFIX)}-", (world.service("billing"),))


def read(place: world.Place, name: str) -> tuple[str, str]:
    """Return a deployment's page: as it is sent, and as a reader sees it."""
    site = Site([place.environment("e")], "/token", [""])
    sent = ask(site, f"/deployment/e/billing/{name}").text
    return sent, " ".join(html.unescape(re.sub(r"<[^>]*>", " ", sent)).split())


def kept(by: Aborted = BY, **more: Any) -> dict[str, str]:
    """Return what the record holds of an abort."""
    return {aborted.FIELD: aborted.written(by), **more}


def test_one_that_is_aborted_goes_back_and_waits_for_nobody(place: world.Place) -> None:
    """Headline, reason and state name the abort, and nobody is asked to sign off what goes back."""
    record = place.begun("billing", world.now(), "e" * 40)
    waiting = approval.written(sign_offs.waiting(world.now()))
    place.ledger.update("billing", record["deployment_id"], **kept(approval=waiting))
    sent, page = read(place, record["deployment_id"])

    assert "It was aborted, and goes back" in page
    assert f"Aborted by {WHO} at 2026-01-02T03:04:05+00:00: wrong colour" in page
    assert '<span class="state warn">aborted, goes back</span>' in sent
    assert "landfall approve" not in page
    assert "waits for approval" not in page
    first = ask(Site([place.environment("e")], "/token", [""]), "/").text
    assert "landfall approve" not in first
    assert "aborted, goes back, " in first


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        (Outcome.ROLLED_BACK, f"abort aborted by {WHO} at"),
        (Outcome.REJECTED, f"abort aborted by {WHO} at"),
        (Outcome.ROLLBACK_FAILED, f"abort aborted by {WHO} at"),
        (Outcome.SUCCEEDED, f"abort an abort was asked for by {WHO} at"),
        (Outcome.SKIPPED, "too late: it ended as SKIPPED"),
    ],
)
def test_the_record_s_rows_say_who_aborted(place: world.Place, outcome: Outcome, said: str) -> None:
    """A row of its own, with the session; where the release came to its end first, it says that it was too late."""
    record = place.ended("billing", outcome, b.NOW, "e" * 40, noted=kept())
    _, page = read(place, record["deployment_id"])

    assert said in page
    assert BY.arn in page
    assert "wrong colour" in page


def test_a_deployment_that_nobody_aborted_has_no_row(place: world.Place) -> None:
    """Nor does one from before there were such records."""
    record = place.ended("billing", Outcome.ROLLED_BACK, b.NOW, "e" * 40)
    assert "abort" not in read(place, record["deployment_id"])[1]


@pytest.mark.parametrize("text", ["{}", "7", "null", EVIL])
def test_an_abort_that_was_changed_by_hand_breaks_no_page(place: world.Place, text: str) -> None:
    """What can't be read is said to be unknown."""
    record = place.ended("billing", Outcome.ROLLED_BACK, b.NOW, "e" * 40, noted={aborted.FIELD: text})
    assert "aborted by UNKNOWN: the record of the abort can't be read" in read(place, record["deployment_id"])[1]


@pytest.mark.parametrize("open_", [True, False])
def test_what_a_person_wrote_is_text(place: world.Place, open_: bool) -> None:
    """A reason full of HTML, ANSI and direction marks neither runs nor links, whoever put it there."""
    by = Aborted(EVIL, EVIL, EVIL, EVIL)
    if open_:
        record = place.begun("billing", world.now(), "e" * 40)
        place.ledger.update("billing", record["deployment_id"], **kept(by))
    else:
        record = place.ended("billing", Outcome.ROLLED_BACK, b.NOW, "e" * 40, noted=kept(by))
    sent, _ = read(place, record["deployment_id"])

    assert "&lt;script&gt;alert(1)" in sent
    assert not re.search(r"<script>alert|href=\"javascript|\x1b|\u202e", sent)
