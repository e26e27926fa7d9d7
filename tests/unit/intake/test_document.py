"""The documents that Landfall writes for an execution to start with are such as it reads."""

from __future__ import annotations

import pytest

from landfall.intake import document, request
from landfall.intake.request import Recovery, Request
from landfall.model import Intent
from tests.support import builders as b

SETTINGS = b.settings()
NAME = SETTINGS.services[0].name


def test_a_release_is_read_as_it_was_written() -> None:
    """With the time of a push it stands for that push; without, it is a person's own request."""
    written = document.of_release(NAME, b.SHA, b.DIGEST, requested_by="me", reason="why")
    read = request.read(written, SETTINGS)
    assert isinstance(read, Request)
    assert (read.image_tag, read.image_digest, read.intent) == (b.SHA, b.DIGEST, Intent.RELEASE)
    assert (read.requested_by, read.reason, read.by_push) == ("me", "why", False)
    pushed = request.read(
        document.of_release(NAME, b.SHA, b.DIGEST, requested_by="me", reason="why", pushed_at="2026-01-02T03:04:05Z"),
        SETTINGS,
    )
    assert isinstance(pushed, Request)
    assert (pushed.by_push, pushed.pushed_at) == (True, "2026-01-02T03:04:05Z")


def test_a_rollback_is_read_as_it_was_written() -> None:
    """It names the deployment that proved what it goes back to."""
    read = request.read(document.of_rollback(NAME, b.DIGEST, "id", requested_by="me", reason="why"), SETTINGS)
    assert isinstance(read, Request)
    assert (read.image_digest, read.deployment_id, read.intent) == (b.DIGEST, "id", Intent.ROLLBACK)


def test_a_recovery_is_read_as_it_was_written() -> None:
    """Service and deployment are all that it needs."""
    read = request.read(document.of_recovery(NAME, "id", requested_by="sweep", reason="why"), SETTINGS)
    assert read == Recovery(service=NAME, deployment_id="id")


def test_a_long_arn_fits_a_field() -> None:
    """What says who it is, the end, is kept."""
    assert document.asker("short") == "short"
    assert document.asker("x" * 500 + "me") == "x" * 198 + "me"


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("2026-01-31T12:00:00Z", True),
        ("2026-02-30T12:00:00Z", False),
        ("2026-01-31T25:00:00Z", False),
        ("0001-01-31T12:00:00Z", False),
        ("2026-01-31 12:00:00Z", False),
    ],
)
def test_a_time_that_does_not_exist_is_none(text: str, good: bool) -> None:
    """It would order requests by a moment that never was."""
    assert document.is_time(text) is good
