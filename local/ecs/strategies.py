"""Deployments with the strategies BLUE_GREEN, CANARY and LINEAR: a full second fleet, and traffic that moves to it.

AWS ("Amazon ECS blue/green deployments" and its pages on how it works, on linear and on canary deployments; "Lifecycle
hooks for Amazon ECS service deployments", "API_StopServiceDeployment"): green is scaled up to the full count beside
blue, in the other target group; the test rule moves to green, then production moves by weight; after the bake blue is
stopped. A rollback moves production and test traffic back to blue and stops green, and makes no service revision.
Here: as AWS. Our reading, since AWS's documentation does not say:
- A rollback moves traffic only when blue is complete and healthy. In CLEAN_UP it first starts blue again.
- A newer deployment begins with all traffic at the last revision that was SUCCESSFUL, and stops every other task.
- Live weights that somebody else changed are not noticed, and are overwritten at the next shift
  (aws/containers-roadmap #2853).
- A source revision without tasks gets none, even if the same update raises the service's desired count.
- Only SCALE_UP waits for green's health: a green task that is lost later is replaced, but delays nothing.
- The first deployment of a service passes through the same stages. If it fails, there is nothing to go back to:
  ROLLBACK_FAILED.
Not simulated: hooks of type AWS_LAMBDA, alarms, Service Connect, the limits of 24 hours a stage and 30 days in all.
"""

from __future__ import annotations

import time
from typing import Any

from ministack.services import ecs

from local.ecs import changes, launches, shifting_stages, target_groups
from local.ecs import ecs_view as view
from local.load_balancer import weights

Record = dict[str, Any]
MINUTE = 60.0


def under_way(service: Record) -> Record | None:
    """Return the service deployment that follows a strategy and isn't over; None if there is none."""
    newest = next(iter(service.get("_changes", [])), None)
    goes_on = newest and newest.get("_steps") and newest["status"] in (changes.IN_PROGRESS, *changes.BACK)
    return newest if goes_on else None


def step(cluster: str, service: Record, change: Record) -> None:
    """Do the work of the deployment's stage, and go on to the next stage when it is done."""
    green = next((d for d in service["deployments"] if d["id"] == change["_deployment"]), None)
    blue = next((d for d in service["deployments"] if d["id"] == change["_source"]), None)
    if green is None:
        return
    if change["status"] in changes.BACK:
        _back(cluster, service, change, green, blue)
    elif green["rolloutState"] != "FAILED":
        _forth(cluster, service, change, green, blue)


def _forth(cluster: str, service: Record, change: Record, green: Record, blue: Record | None) -> None:
    """Keep both fleets complete as the stage requires, then check whether the stage is done."""
    now: shifting_stages.Step = change["_steps"][change["_at"]]
    scaled = change["_at"] >= shifting_stages.BEFORE.index(shifting_stages.SCALE_UP)
    complete = not scaled or _complete(cluster, service, green) or now.stage != shifting_stages.SCALE_UP
    if now.stage != shifting_stages.CLEAN_UP and blue:
        _complete(cluster, service, blue, empty=change["_blue_is_empty"])
    if change["_entered"] is None:
        _enter(service, change, now, green, blue)
    if _is_done(service, change, now, green) and complete and change["status"] == changes.IN_PROGRESS:
        change["_at"] += 1
        change["_entered"] = None
        if change["_at"] == len(change["_steps"]):
            _finish(service, green)


def _enter(service: Record, change: Record, now: shifting_stages.Step, green: Record, blue: Record | None) -> None:
    """Begin a stage."""
    change["_entered"] = time.monotonic()
    change["_passed"] = []
    changes.enter(service, change, now.stage)
    if now.stage == "RECONCILE_SERVICE" and blue:
        _shift(service, change, green, test=0, production=0)
    elif now.stage == shifting_stages.TEST_SHIFT:
        _shift(service, change, green, test=shifting_stages.WHOLE)
    elif now.percent is not None:
        _shift(service, change, green, production=now.percent)
        view.event(service, f"(deployment {green['id']}) has shifted {now.percent:g} % of production traffic.")


def _is_done(service: Record, change: Record, now: shifting_stages.Step, green: Record) -> bool:
    """Say whether a stage is over. Its hooks come last."""
    if now.stage == "RECONCILE_SERVICE" and not _stopped(service, green, [change["_deployment"], change["_source"]]):
        return False
    if now.stage == shifting_stages.CLEAN_UP and not _stopped(service, green, [change["_deployment"]]):
        return False
    if now.stage not in shifting_stages.UNHOOKED:
        return changes.passes(service, green, now.stage)
    return time.monotonic() - float(change["_entered"] or 0) >= now.minutes * MINUTE


def _back(cluster: str, service: Record, change: Record, green: Record, blue: Record | None) -> None:
    """Go back to blue: complete it, move the traffic, stop green."""
    change["status"] = changes.BACK[1]
    if blue is None or not _complete(cluster, service, blue, empty=change["_blue_is_empty"]):
        return
    _shift(service, change, green, test=0, production=0)
    change["lifecycleStage"] = shifting_stages.CLEAN_UP
    if _stopped(service, blue, [change["_source"]]):
        _finish(service, blue)


def _complete(cluster: str, service: Record, deployment: Record, *, empty: bool = False) -> bool:
    """Bring a deployment's tasks to the desired count. Returns whether as many are running successfully.

    `empty`: it had no tasks when the deployment began, and gets none.
    """
    ours = [task for task in _tasks(service) if ecs._deployment_for_task(service, task) is deployment]
    desired = 0 if empty else int(service["desiredCount"])
    if len(ours) > desired:
        newest_first = sorted(ours, key=lambda task: str(task["createdAt"]), reverse=True)
        launches.scale_in(service, deployment, newest_first[: len(ours) - desired])
    else:
        launches.launch(cluster, service, deployment, ours, desired - len(ours))
    return sum(view.ready(service, task) for task in ours) >= desired


def _stopped(service: Record, for_whom: Record, kept: list[str]) -> bool:
    """Stop every task of other deployments than these. Returns whether none is left."""
    others = [task for task in view.tasks_of(service) if task.get("_deployment_id") not in kept]
    launches.scale_in(service, for_whom, [task for task in others if view.wanted(task)])
    return not others


def _tasks(service: Record) -> list[Record]:
    return [task for task in view.tasks_of(service) if view.wanted(task)]


def _shift(
    service: Record, change: Record, green: Record, *, test: float | None = None, production: float | None = None
) -> None:
    """Give green these percentages of the test and the production traffic, and blue the rest."""
    asked = {"testListenerRule": test, "productionListenerRule": production}
    change["_weights"].update({rule: percent for rule, percent in asked.items() if percent is not None})
    ours = target_groups.of(green)
    theirs = target_groups.OWN if ours == target_groups.ALTERNATE else target_groups.ALTERNATE
    for balancer in target_groups.balancers(service):
        groups = target_groups.group(balancer, ours), target_groups.group(balancer, theirs)
        for rule, percent in asked.items():
            arn = (balancer.get("advancedConfiguration") or {}).get(rule)
            if arn and percent is not None and groups[0] != groups[1]:
                weights.shift(arn, weights.in_percent(*groups, percent))


def _finish(service: Record, deployment: Record) -> None:
    """Complete the deployment that now has all traffic and all tasks."""
    name = deployment["id"]
    reason = f"ECS deployment {name} completed."
    deployment.update(rolloutState="COMPLETED", rolloutStateReason=reason, updatedAt=ecs._iso(), _proven=True)
    service["deployments"] = [deployment]
    view.event(service, f"(deployment {name}) deployment completed.")
    view.event(service, "has reached a steady state.")
    changes.settle(service)
