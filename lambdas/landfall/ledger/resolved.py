"""What Resolve answers: a release to deploy, an event to ignore, a request to reject, or what a recovery has to do."""

from __future__ import annotations

from dataclasses import dataclass, replace

from landfall.ledger import recovery
from landfall.ledger.recovery import Plan
from landfall.model import Baseline, Deployment, Failure, Outcome, Release, Verdict, passed
from landfall.smoke.case import Check

IGNORED = "IGNORED"


@dataclass(frozen=True)
class Resolved:
    """`way` is RESOLVED with a release to deploy, IGNORED for an event that is none, or why a request is rejected.

    For a recovery it says what is left to do; the other fields are what the lost execution knew.
    """

    way: str
    verdict: Verdict
    release: Release
    outcome: Outcome | None = None
    baseline: Baseline | None = None
    deployment: Deployment | None = None
    failure: Failure | None = None
    checks: tuple[Check, ...] = ()


def found(release: Release) -> Resolved:
    """Return the answer for a release that is to be deployed."""
    return judged(release, passed("RESOLVED", f"{release.git_sha} is {release.image_digest}"))


def judged(release: Release, verdict: Verdict) -> Resolved:
    """Return the answer whose way is the verdict's own code."""
    return Resolved(verdict.code, verdict, release)


def ignored(release: Release, why: str) -> Resolved:
    """Return the answer for an event that starts no deployment."""
    return judged(release, passed(IGNORED, why))


def recovering(plan: Plan, fence: int = 0) -> Resolved:
    """Return the answer of a recovery. `fence` is that of the lock, where the lost deployment holds it.

    It may be younger than the record knows: the execution was lost right after it took the lock.
    """
    ended = recovery.carried(plan)
    release = replace(ended.release, fence=max(fence, ended.release.fence))
    return Resolved(
        way=plan.verdict.code,
        # what a Lambda began before its execution was stopped still takes effect: the machine waits until it has
        verdict=replace(ended.verdict, retry_after=release.limits.recovery_wait_seconds),
        release=release,
        outcome=ended.outcome,
        baseline=ended.baseline,
        deployment=ended.deployment,
        failure=ended.failure,
    )
