"""A state that may pass by itself is checked again before it decides anything (law 8). The last look decides."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from landfall.model import State, Verdict, wait
from landfall.settings import Limits
from landfall.smoke.case import RETRY, Check


def unless_passing(refusal: Verdict | None, attempt: int, limits: Limits) -> Verdict | None:
    """Turn a refusal for a state that may pass into a WAIT, until the last look (`smoke_attempts`)."""
    if refusal is None or attempt >= limits.smoke_attempts:
        return refusal
    return replace(refusal, state=State.WAIT, retry_after=limits.smoke_interval_seconds)


def unanswered(results: Collection[Check], attempt: int, limits: Limits) -> Verdict | None:
    """Return a WAIT if the service did not answer some checks.

    Checks that it fails before the update are forgiven after it, so each must have an answer. The last look accepts
    missing answers, since a new release is how to fix a service that does not answer.
    """
    lost = [f"{check.name}: {check.seen}" for check in results if check.state == RETRY]
    if not lost or attempt >= limits.smoke_attempts:
        return None
    return wait(
        "BASELINE_UNANSWERED",
        f"the service that runs now did not answer: {'; '.join(lost)}",
        limits.smoke_interval_seconds,
    )
