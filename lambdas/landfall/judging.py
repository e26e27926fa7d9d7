"""The shape that all judging steps share."""

from __future__ import annotations

from dataclasses import dataclass

from landfall.model import Baseline, Deployment, Release, Verdict, failed, wait

_SEEN_ONCE = "_SEEN_ONCE"


@dataclass(frozen=True)
class Judged:
    """What is to be judged: a deployment on its way to the release, or back to the baseline.

    `previous` is the code of the verdict before this look. A sign that one stale read could give is acted on only where
    two looks in a row show it.
    """

    release: Release
    baseline: Baseline
    deployment: Deployment
    previous: str = ""


@dataclass(frozen=True)
class Judgement:
    """What the look said."""

    verdict: Verdict


def seen_twice(code: str, reason: str, judged: Judged) -> Verdict:
    """Return a FAIL where the look before this one showed the same; else a WAIT for another look soon.

    DescribeServices is eventually consistent: one odd picture of a service decides nothing.
    """
    once = code + _SEEN_ONCE
    if judged.previous == once:
        return failed(code, reason)
    return wait(
        once, f"{reason}; if the next look shows it too, it is so", judged.release.limits.stability_poll_seconds
    )


def is_seen_once(verdict: Verdict) -> bool:
    """Say whether a verdict asks for a second look before it says what it saw."""
    return verdict.code.endswith(_SEEN_ONCE)
