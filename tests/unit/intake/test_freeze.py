"""When a freeze holds a release up, and for how long."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landfall.errors import InvalidRequest
from landfall.intake import freeze
from landfall.intake.freeze import Freeze
from landfall.model import Intent, State
from landfall.partitions import EVERY_SERVICE
from landfall.settings_file.read import _NAME
from tests.support import builders as b

FROZEN = Freeze("sample", "a migration", "arn:aws:iam::123456789012:user/ann", "2026-01-02T03:00:00Z")
HOLDS = {
    "without an end": (FROZEN, True),
    "for a while yet": (replace(FROZEN, until="2026-01-02T03:04:06Z"), True),
    "until now": (replace(FROZEN, until="2026-01-02T03:04:05Z"), False),
    "until some time ago": (replace(FROZEN, until="2026-01-01T00:00:00Z"), False),
    "in another offset, over": (replace(FROZEN, until="2026-01-02T05:00:00+02:00"), False),
    "lifted": (replace(FROZEN, lifted_at="2026-01-02T03:01:00Z", lifted_by="bob"), False),
    "an end that is no time": (replace(FROZEN, until="tomorrow"), True),
    "an end without an offset": (replace(FROZEN, until="2026-01-01T00:00:00"), True),
}


@pytest.mark.parametrize(("frozen", "holds"), HOLDS.values(), ids=HOLDS.keys())
def test_when_a_freeze_holds(frozen: Freeze, holds: bool) -> None:
    """A freeze ends at its time or when it is lifted. If its end can't be read, it stays."""
    assert frozen.holds(b.NOW) is holds
    assert (freeze.refusal([frozen], b.release(), b.NOW) is not None) is holds


def test_the_refusal_says_who_why_and_until_when() -> None:
    """Of every freeze that holds, the service's own and that of all."""
    everything = replace(FROZEN, service=EVERY_SERVICE, reason="year's end", until="2026-01-03T00:00:00Z")
    verdict = freeze.refusal([everything, FROZEN], b.release(), b.NOW)
    assert verdict is not None
    assert (verdict.state, verdict.code) == (State.FAIL, "FROZEN")
    for told in ("every service", "year's end", "2026-01-03T00:00:00Z", "a migration", "user/ann", "until somebody"):
        assert told in verdict.reason


@pytest.mark.parametrize(
    ("frozen", "told"),
    [
        (replace(FROZEN, until="2026-01-01T00:00:00Z"), "it ended at 2026-01-01T00:00:00Z"),
        (replace(FROZEN, lifted_at="2026-01-02T03:01:00Z", lifted_by="bob"), "bob lifted it at 2026-01-02T03:01:00Z"),
        (replace(FROZEN, lifted_at="2026-01-02T03:01:00Z"), "UNKNOWN lifted it at 2026-01-02T03:01:00Z"),
    ],
    ids=["its time came", "lifted", "lifted by nobody knows whom"],
)
def test_how_a_freeze_ended(frozen: Freeze, told: str) -> None:
    """Who wants to lift a freeze that is lifted learns who was faster."""
    assert frozen.ended() == told


@pytest.mark.parametrize("intent", [Intent.ROLLBACK, Intent.RECOVER])
def test_going_back_goes_through_a_freeze(intent: Intent) -> None:
    """What is proven is put back in an incident, and incidents are what freezes are made in."""
    assert freeze.refusal([FROZEN], b.release(intent=intent), b.NOW) is None


def test_no_service_can_be_called_like_the_freeze_of_all() -> None:
    """Else one service's freeze would hold up every other."""
    assert not _NAME.fullmatch(EVERY_SERVICE)


ENDS = {
    "never": (("", ""), ""),
    "90m": (("", "90m"), "2026-01-02T04:34:05Z"),
    "2h": (("", "2h"), "2026-01-02T05:04:05Z"),
    "3d": (("", "3d"), "2026-01-05T03:04:05Z"),
    "at a time": (("2026-12-27T08:00:00+02:00", ""), "2026-12-27T06:00:00Z"),
}


@pytest.mark.parametrize(("asked", "end"), ENDS.values(), ids=ENDS.keys())
def test_when_a_freeze_is_to_end(asked: tuple[str, str], end: str) -> None:
    """What is kept is a time in UTC, or nothing."""
    assert freeze.end(b.NOW, *asked) == end


BAD = {
    "both": ("2026-12-27T08:00:00Z", "2h"),
    "no unit": ("", "2"),
    "no number": ("", "h"),
    "nought": ("", "0h"),
    "backwards": ("", "-2h"),
    "beyond the calendar": ("", "999999d"),
    "over": ("2026-01-01T00:00:00Z", ""),
    "now": ("2026-01-02T03:04:05Z", ""),
    "no offset": ("2026-12-27T08:00:00", ""),
    "no time": ("tomorrow", ""),
}


@pytest.mark.parametrize(("until", "span"), BAD.values(), ids=BAD.keys())
def test_an_end_that_is_none(until: str, span: str) -> None:
    """The option and its value are named."""
    with pytest.raises(InvalidRequest, match=r"--(for|until) '"):
        freeze.end(b.NOW, until, span)


@given(st.text(max_size=30), st.text(max_size=8))
def test_no_text_makes_a_freeze_that_is_over_or_breaks(until: str, span: str) -> None:
    """Whatever is asked: a freeze that holds now, or a named error."""
    try:
        found = freeze.end(b.NOW, until, span)
    except InvalidRequest:
        return
    assert replace(FROZEN, until=found).holds(b.NOW + timedelta(seconds=1))


@pytest.mark.parametrize("reason", ["", "   ", "x" * 201, "two\nlines", "a bell\a"])
def test_a_freeze_without_a_reason(reason: str) -> None:
    """A person whose release is rejected sees the reason on one line."""
    with pytest.raises(InvalidRequest, match="--reason"):
        freeze.checked_reason(reason)


def test_a_reason_is_kept_without_the_blanks_around_it() -> None:
    """It is shown in the middle of a sentence."""
    assert freeze.checked_reason("  a migration ") == "a migration"
