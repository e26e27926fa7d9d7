"""The input and output of all judging steps, and the rule that odd states must be seen twice."""

from __future__ import annotations

from dataclasses import dataclass

from landfall.model import Baseline, Deployment, Release, Verdict, failed, wait

_SEEN_ONCE = "_SEEN_ONCE"


@dataclass(frozen=True)
class Judged:
    """The deployment to judge: either the release, or the way back to the baseline.

    `previous` is the code of the previous verdict. A state that a single stale read could show must be seen in two
    looks in a row before it counts.
    """

    release: Release
    baseline: Baseline
    deployment: Deployment
    previous: str = ""


@dataclass(frozen=True)
class Judgement:
    """The verdict of one look."""

    verdict: Verdict


def seen_twice(code: str, reason: str, judged: Judged) -> Verdict:
    """Return a FAIL if the previous look showed the same; else a WAIT for another look soon.

    DescribeServices is eventually consistent, so one odd answer decides nothing.
    """
    once = code + _SEEN_ONCE
    if judged.previous == once:
        return failed(code, reason)
    return wait(
        once, f"{reason}; waiting for the next look to confirm it", judged.release.limits.stability_poll_seconds
    )


def is_seen_once(verdict: Verdict) -> bool:
    """Say whether a verdict waits for a second look to confirm what was seen."""
    return verdict.code.endswith(_SEEN_ONCE)
