"""A freeze: it rejects releases for a while, for one service or for all, and tells the reason.

A freeze rejects only releases. A person's rollback and a recovery are allowed: they restore a proven release, and
people often freeze a service because of an incident.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

from landfall.errors import InvalidRequest
from landfall.intake.document import TEXT_LIMIT
from landfall.intake.request import moment
from landfall.model import UNKNOWN, Intent, Release, Verdict, failed
from landfall.partitions import EVERY_SERVICE
from landfall.text.lazy_pattern import Later

FOR_EVER = ""
_SPAN = Later(r"([1-9]\d{0,4})(m|h|d)")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


@dataclass(frozen=True)
class Freeze:
    """Who froze what, when, why and until when; without an end (FOR_EVER) it holds until somebody lifts it.

    `by` is the caller's identity by AWS, but the caller wrote it, so it is a claim. `lifted_at` and `lifted_by` are
    empty until somebody lifts the freeze.
    """

    service: str
    reason: str
    by: str
    since: str
    until: str = FOR_EVER
    lifted_at: str = ""
    lifted_by: str = ""

    def holds(self, now: datetime) -> bool:
        """Say whether the freeze is in force. An unreadable end counts as no end: in doubt nothing is released."""
        if self.lifted_at:
            return False
        try:
            end = datetime.fromisoformat(self.until) if self.until != FOR_EVER else None
        except ValueError:
            end = None
        return end is None or end.tzinfo is None or now < end

    def ended(self) -> str:
        """Return how a freeze that is no longer in force ended."""
        lifted = f"{self.lifted_by or UNKNOWN} lifted it at {self.lifted_at}"
        return lifted if self.lifted_at else f"it ended at {self.until}"

    def __str__(self) -> str:
        """Return the sentence that people read."""
        what = "every service is" if self.service == EVERY_SERVICE else f"{self.service} is"
        end = f"until {self.until}" if self.until != FOR_EVER else "until somebody unfreezes it"
        return f"{what} frozen by {self.by} since {self.since}, {end}: {self.reason}"


def holding(freezes: Iterable[Freeze], now: datetime) -> tuple[Freeze, ...]:
    """Return the freezes that are in force."""
    return tuple(each for each in freezes if each.holds(now))


def refusal(freezes: Iterable[Freeze], release: Release, now: datetime) -> Verdict | None:
    """Return the refusal of a release during a freeze."""
    found = holding(freezes, now) if _holds_up(release.intent) else ()
    return failed("FROZEN", "; ".join(map(str, found))) if found else None


def _holds_up(intent: Intent) -> bool:
    match intent:
        case Intent.RELEASE:
            return True
        case Intent.ROLLBACK | Intent.RECOVER:
            return False
    assert_never(intent)


def end(now: datetime, until: str, span: str) -> str:
    """Return the end of a freeze, in UTC: a given time, or after a span (`90m`, `2h`, `3d`). Raises InvalidRequest."""
    if until and span:
        raise InvalidRequest("BAD_FIELD", f"--until {until!r} and --for {span!r}: give one of them")
    if span:
        found = _SPAN.fullmatch(span)
        if not found:
            raise InvalidRequest("BAD_FIELD", f"--for {span!r} is no span of time; give one like 90m, 2h or 3d")
        return moment(now + timedelta(**{_UNITS[found[2]]: int(found[1])}))
    return moment(_time(now, until)) if until else FOR_EVER


def checked_reason(reason: str) -> str:
    """Return a freeze's reason. Raises InvalidRequest if people whose release is rejected could not read it."""
    if not reason.strip() or len(reason) > TEXT_LIMIT or not reason.isprintable():
        shown = repr(reason[:40])
        raise InvalidRequest("BAD_FIELD", f"--reason {shown} must be 1 to {TEXT_LIMIT} printable characters, one line")
    return reason.strip()


def _time(now: datetime, text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
        if found.tzinfo is not None and found > now:
            return found
    except (ValueError, OverflowError):
        pass
    way_out = "give a time to come with its offset, such as 2026-12-27T08:00:00Z, or --for 2h"
    raise InvalidRequest("BAD_FIELD", f"--until {text[:40]!r} is no such time; {way_out}")
