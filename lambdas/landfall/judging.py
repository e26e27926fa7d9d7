"""The input and output of all judging steps, and the rule that odd states must be seen twice."""

from __future__ import annotations

from dataclasses import dataclass

from landfall.model import Baseline, Deployment, Release, Verdict, failed, safe, wait

_SEEN_ONCE = "_SEEN_ONCE"


@dataclass(frozen=True)
class Pause:
    """How long the owner of the service has paused a deployment; it is passed from look to look.

    `seconds` is the time paused so far, of all its pauses together. `paused`: it was paused at `looked_at`, the last
    look that could be read; `said` is the text about it, and `until` when ECS ends it. `service_deployment` is the
    ARN of ours, once it is known.
    """

    service_deployment: str
    seconds: int
    looked_at: str
    paused: bool = False
    said: str = ""
    until: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "said", safe(self.said))


@dataclass(frozen=True)
class Stages:
    """How far a service deployment with a traffic shift is; it is passed from look to look.

    `since` is when a look first saw its `stage`, and `scaled_at` when all its new tasks were there; empty before.
    """

    service_deployment: str = ""
    stage: str = ""
    since: str = ""
    scaled_at: str = ""


@dataclass(frozen=True)
class Counted:
    """The counts of DescribeServices at the previous look, and their time; they are passed from look to look.

    `missing`: how many tasks ECS said it started since the first look, less those that run or start. Only whether it
    grew has a meaning. `wanted`: how many more looks must list the tasks after a sign that one stopped. `said`: the
    result of the last list. `pause`: None if the service can't be paused. `stages`: None if ECS does not shift the
    service's traffic.
    """

    deployment: str
    started: int
    missing: int
    failed: int
    event: str
    listed_at: str
    looked_at: str = ""
    wanted: int = 0
    said: str = ""
    pause: Pause | None = None
    stages: Stages | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "said", safe(self.said))


@dataclass(frozen=True)
class Judged:
    """The deployment to judge: either the release, or the way back to the baseline.

    `previous` is the code of the previous verdict. A state that a single stale read could show must be seen in two
    looks in a row before it counts. `counted` is what the previous look at a rollout read.
    """

    release: Release
    baseline: Baseline
    deployment: Deployment
    previous: str = ""
    counted: Counted | None = None


@dataclass(frozen=True)
class Judgement:
    """The verdict of one look."""

    verdict: Verdict


def seen_twice(code: str, reason: str, judged: Judged) -> Verdict:
    """Return a FAIL if the previous look showed the same; else a WAIT for another look soon.

    DescribeServices is eventually consistent, so a single odd answer decides nothing.
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
