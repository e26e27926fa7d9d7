"""The shape that all judging steps share."""

from __future__ import annotations

from dataclasses import dataclass

from landfall.model import Baseline, Deployment, Release, Verdict


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
