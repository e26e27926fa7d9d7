"""Which target groups a deployment's tasks are registered with: the service's own, or the alternate ones.

AWS ("Application Load Balancer resources for blue/green, linear, and canary deployments"): a service with a strategy
has two target groups, which take turns. Our reading: the first deployment gets the service's own group; the service's
record names the same groups before and after a deployment, and a service revision's ``resolvedConfiguration`` says
which one it has. (A user saw the first deployment in the alternate group: go-to-k/cdk-real-drift #1730.)
"""

from __future__ import annotations

from typing import Any

Record = dict[str, Any]

ROLLING = "ROLLING"
OWN, ALTERNATE = "own", "alternate"


def strategy(service: Record) -> str:
    """Return the service's deployment strategy."""
    return str((service.get("deploymentConfiguration") or {}).get("strategy") or ROLLING)


def source(service: Record, deployment: Record) -> Record | None:
    """Return the last deployment that completed before this one; None if there is none."""
    others = (d for d in service["deployments"] if d is not deployment)
    return next((d for d in others if d.get("_proven") or d["rolloutState"] == "COMPLETED"), None)


def assign(service: Record, deployment: Record) -> None:
    """Decide once with which target groups a new deployment's tasks are registered."""
    before = source(service, deployment)
    side = of(before) if before else OWN
    if before and strategy(service) != ROLLING:
        before["_proven"] = True
        side = ALTERNATE if side == OWN else OWN
    deployment.setdefault("_side", side)


def of(deployment: Record) -> str:
    """Return the side of a deployment."""
    return str(deployment.get("_side", OWN))


def balancers(service: Record) -> list[Record]:
    """Return the service's load balancers that are target groups."""
    return [balancer for balancer in service.get("loadBalancers") or [] if balancer.get("targetGroupArn")]


def group(balancer: Record, side: str) -> str:
    """Return the target group of one side of a load balancer."""
    alternate = (balancer.get("advancedConfiguration") or {}).get("alternateTargetGroupArn")
    return str(alternate if side == ALTERNATE and alternate else balancer["targetGroupArn"])


def resolved(service: Record, deployment: Record) -> list[Record]:
    """Return a revision's ``resolvedConfiguration.loadBalancers``."""
    found = []
    for balancer in balancers(service):
        rule = (balancer.get("advancedConfiguration") or {}).get("productionListenerRule")
        production = {"productionListenerRule": rule} if rule else {}
        found.append({"targetGroupArn": group(balancer, of(deployment)), **production})
    return found
