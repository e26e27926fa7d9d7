"""The shape that all judging steps share."""

from __future__ import annotations

from dataclasses import dataclass

from landfall.model import Baseline, Deployment, Release, Verdict


@dataclass(frozen=True)
class Judged:
    """What is to be judged: a deployment on its way to the release, or back to the baseline."""

    release: Release
    baseline: Baseline
    deployment: Deployment


@dataclass(frozen=True)
class Judgement:
    """What the look said."""

    verdict: Verdict
