"""Decides how to go back from the present state of the service."""

from __future__ import annotations

from dataclasses import dataclass

from landfall.change.update_result import OVER
from landfall.model import Baseline, Deployment, Kind, State, Verdict, failed
from landfall.proof.observed import ServiceView


@dataclass(frozen=True)
class Plan:
    """The update that takes the service back. If `desired_count` is None, the count does not change.

    `unless_touched`: the plan relies on one look, by which the update never took effect. ECS's reads may be late. The
    update that goes back gives a certain answer: it begins no deployment if the service was never changed.
    """

    task_definition: str
    desired_count: int | None
    unless_touched: bool = False


def plan(service: ServiceView | None, released: Deployment, baseline: Baseline) -> Plan | Verdict:
    """Decide how to go back, or why not: a service somebody else took over is left alone (SUPERSEDED)."""
    if service is None or service.status in OVER:
        return failed("SERVICE_GONE", f"the service is {service.status if service else 'missing'}; nothing to restore")
    target, count = baseline.restore_to or baseline.task_definition, _count(service, baseline)
    primary = service.primary
    if primary is not None and primary.id == baseline.ecs_deployment and not released.id:
        # the update never took effect: the old tasks still run, and nothing must replace them
        return Plan(baseline.task_definition, count, unless_touched=target != baseline.task_definition)
    known = {released.task_definition, baseline.task_definition, target}
    if primary is not None and primary.task_definition not in known:
        return failed("SUPERSEDED", f"somebody deployed {primary.task_definition} ({primary.id}) over this release")
    return Plan(target, count)


def after_all(plan: Plan, after: ServiceView, baseline: Baseline) -> Plan | None:
    """Return the plan for a service that was changed after all, as ECS's answer to an `unless_touched` plan shows."""
    primary = after.primary
    if not plan.unless_touched or primary is None or primary.id == baseline.ecs_deployment:
        return None
    return Plan(baseline.restore_to or baseline.task_definition, plan.desired_count)


def unless_scaled_out(verdict: Verdict, service: ServiceView | None, deployment: Deployment) -> Verdict:
    """Return a verdict on the way back to no tasks: FAIL if tasks run, since nobody proved them.

    Application Auto Scaling raises a count below its minimum whenever a policy is invoked (its user guide, "Scalable
    target"), and would raise it again and again.
    """
    if verdict.state != State.PASS or not deployment.is_to_none or service is None or service.desired == 0:
        return verdict
    runs = f"{service.desired} tasks of {deployment.task_definition} run, which was never proven"
    why = "somebody, or auto scaling, raised the count after it was set to 0; check whether they are healthy"
    return failed(
        "SCALED_OUT_AGAIN", f"{runs}: {why}, or set auto scaling's minimum to 0 until a first release has landed"
    )


def _count(service: ServiceView, baseline: Baseline) -> int | None:
    if baseline.desired_count == 0:
        return 0
    return baseline.desired_count if service.desired == 0 else None


def deployment(baseline: Baseline, released: Deployment, plan: Plan) -> Deployment:
    """Return the deployment to judge after going back: the baseline's revision, with the digests that ran before."""
    to_proven = bool(baseline.proven_sha) and plan.task_definition == baseline.restore_to
    as_ran: dict[str, tuple[str, ...]] = {name: (digest,) for name, digest in baseline.digests.items()}
    return Deployment(
        kind=Kind.ROLLBACK,
        id="",
        task_definition=plan.task_definition,
        desired_count=baseline.desired_count,
        digests=baseline.accepted if to_proven else as_ran,
        git_sha=baseline.proven_sha if to_proven else baseline.git_sha,
        undoes=released.task_definition,
        as_unhealthy=not to_proven and baseline.unhealthy_tasks > 0,
    )
