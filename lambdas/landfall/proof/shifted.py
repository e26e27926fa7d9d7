"""Judges a deployment of a service whose traffic ECS shifts: the checks of rolling services, and a few more.

The service's current service deployment is ours and SUCCESSFUL, ECS took nothing back, and the production rules, read
live, give weight to its target group alone.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from landfall.judging import Judged, is_seen_once, seen_twice
from landfall.model import Kind, State, Verdict, failed, wait
from landfall.proof import live_traffic, stability, stages, target_health
from landfall.proof import service_deployment as deployments
from landfall.proof.followed import ROLLBACK_FAILED, Followed, ending, is_undone
from landfall.proof.observed import Look

NOT_CURRENT, ELSEWHERE, ECS_FAILED = "NOT_CURRENT", "TRAFFIC_ELSEWHERE", "ECS_ROLLBACK_FAILED"
UNKNOWN_GROUP = "TARGET_GROUP_UNKNOWN"


def law1(look: Look, followed: Followed, judged: Judged, now: datetime) -> Verdict:
    """Judge one look at ECS and the load balancer by law 1, as the final look."""
    stable = assess(look, followed, judged, now)
    if stable.state == State.WAIT and not is_seen_once(stable):
        return replace(stable, retry_after=judged.release.limits.target_health_interval_seconds)
    return target_health.assess(look, judged) if stable.state == State.PASS else stable


def assess(look: Look, followed: Followed, judged: Judged, now: datetime) -> Verdict:
    """Judge the service deployment, its tasks and its traffic. `look` has the service as if it were a rolling one."""
    if followed.newer:
        return _displaced(followed, judged)
    rolling = stability.assess(look, judged, now)
    if rolling.code == "ROLLOUT_FAILED":
        return _ended(rolling, followed, judged)
    meets_users = rolling.state == State.PASS and not judged.deployment.is_to_none
    return _traffic(rolling, look, followed, judged) if meets_users else rolling


def _displaced(followed: Followed, judged: Judged) -> Verdict:
    baseline, newer = judged.baseline, followed.newer
    if judged.deployment.kind == Kind.RELEASE and newer in (baseline.task_definition, baseline.restore_to):
        text = f"somebody deployed the baseline's revision {newer} over this release"
        return seen_twice("ROLLED_BACK_BY_ECS", text, judged)
    return seen_twice("SUPERSEDED", f"somebody deployed {newer} over this deployment", judged)


def _ended(rolling: Verdict, followed: Followed, judged: Judged) -> Verdict:
    """Say what ended a service deployment that failed."""
    found = followed.found
    if found is None:
        return rolling
    if is_undone(followed, judged.deployment) and found.status == ROLLBACK_FAILED:
        return failed(ECS_FAILED, f"ECS could not roll the release back: {rolling.reason}")
    code = stages.cause(found)
    if found.status == "STOPPED":  # one update may make two, and the newer one may be listed late
        return seen_twice(code, rolling.reason, judged)
    return failed(code, rolling.reason)


def _traffic(rolling: Verdict, look: Look, followed: Followed, judged: Judged) -> Verdict:
    service, found = look.service, followed.found
    poll = judged.release.limits.stability_poll_seconds
    if service is None or found is None:
        return wait(NOT_CURRENT, "ECS lists no service deployment of ours at this look", poll)
    if service.current != found.arn:
        told = service.current or "none"
        return wait(NOT_CURRENT, f"the service's current deployment is {told}, not {found.arn}", poll)
    groups = ending(service, followed, judged.deployment)
    if not groups:
        what = f"ECS does not say which target group {found.target_revision} is in"
        return wait(UNKNOWN_GROUP, what, poll)
    wrong = live_traffic.elsewhere(followed.live or {}, groups)
    if wrong:
        return wait(ELSEWHERE, f"{deployments.why(found)}, and {wrong}", poll)
    return replace(rolling, reason=f"{rolling.reason}; all production traffic goes to {', '.join(sorted(groups))}")
