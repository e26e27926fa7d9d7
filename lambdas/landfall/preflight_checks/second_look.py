"""What may pass by itself is looked at again before it decides anything (law 8). The last look decides."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from landfall.model import State, Verdict, wait
from landfall.settings import Limits
from landfall.smoke.case import RETRY, Check


def unless_passing(refusal: Verdict | None, attempt: int, limits: Limits) -> Verdict | None:
    """Return a refusal that rests on a picture which may pass as a WAIT, until the last look (`smoke_attempts`)."""
    if refusal is None or attempt >= limits.smoke_attempts:
        return refusal
    return replace(refusal, state=State.WAIT, retry_after=limits.smoke_interval_seconds)


def unanswered(results: Collection[Check], attempt: int, limits: Limits) -> Verdict | None:
    """Return a WAIT where the service lost answers: what it fails before the update is forgiven after it.

    At the last look it is taken as it is: going forward is how a service is mended that does not answer.
    """
    lost = [f"{check.name}: {check.seen}" for check in results if check.state == RETRY]
    if not lost or attempt >= limits.smoke_attempts:
        return None
    return wait("BASELINE_UNANSWERED", f"no answer of what runs now: {'; '.join(lost)}", limits.smoke_interval_seconds)
