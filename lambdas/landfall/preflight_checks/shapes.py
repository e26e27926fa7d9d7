"""Which kinds of ECS service can't be proven, why, and the way out. An unknown value is refused, and named.

Sources: ECS API reference, Service, DeploymentConfiguration and LoadBalancer; ECS Developer Guide, "Amazon ECS clusters
for the external launch type" and "Use load balancing to distribute Amazon ECS service traffic".
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from landfall.proof.balanced import OF_APPLICATION, OF_NETWORK, GroupView
from landfall.proof.observed import ServiceView
from landfall.proof.strategy import BLUE_GREEN, CANARY, LINEAR, ROLLING

EXTERNAL = "EXTERNAL"
_TO_ECS = "change it to ECS (aws ecs update-service --deployment-controller type=ECS)"
_NEW = "this version of Landfall doesn't know it; upgrade Landfall, or change the service"

_CONTROLLERS = {
    "CODE_DEPLOY": f"CodeDeploy shifts its traffic between task sets, which Landfall doesn't prove; {_TO_ECS}",
    "EXTERNAL": f"another program makes its task sets, so no deployment would be Landfall's own; {_TO_ECS}",
}
_STRATEGIES = (ROLLING, BLUE_GREEN, CANARY, LINEAR)
_SCHEDULING = {
    "DAEMON": "one task runs on each container instance, so no count of tasks proves it; create it as a REPLICA service"
}
_MANAGED = {
    "ECS": "it is an Express mode service, whose load balancer and deployments ECS manages itself; create an ordinary"
    " service from its task definition"
}
_LAUNCH_TYPES = ("", "EC2", "FARGATE", EXTERNAL, "MANAGED_INSTANCES")
"""Empty: the service uses a capacity provider strategy."""
_TARGET_TYPES = {
    "instance": "its targets are ports of container instances, which can't be matched with tasks",
    "alb": "its target is another load balancer, not the tasks; attach the service to that one's own target group",
    "lambda": "its target is a Lambda function, not the tasks",
}
_TO_IP = "use a target group of type 'ip', and network mode awsvpc"


def unfit(service: ServiceView) -> str:
    """Return why no service of this kind can be proven, with or without a load balancer; empty if it can."""
    told = (
        _unlike("deployment controller", service.controller, "ECS", _CONTROLLERS),
        _unlike("resource management type", service.managed_by, "CUSTOMER", _MANAGED),
        "" if service.strategy in _STRATEGIES else f"has deployment strategy {service.strategy!r}; {_NEW}",
        _unlike("scheduling strategy", service.scheduling, "REPLICA", _SCHEDULING),
        "" if service.launch_type in _LAUNCH_TYPES else f"has launch type {service.launch_type!r}; {_NEW}",
    )
    return next((why for why in told if why), "")


def unmatched(service: ServiceView) -> str:
    """Return why the targets of a service can't be matched with its tasks; empty if they can."""
    if service.launch_type == EXTERNAL:
        return (
            "runs on external instances (ECS Anywhere), which have neither network mode awsvpc nor load balancers, so"
            " no target shows whether a task answers; run it on EC2 or Fargate, or make it a worker"
        )
    if not service.awsvpc:
        return (
            "is not in network mode awsvpc: in the modes bridge and host its targets are ports of container instances,"
            " and tasks have no addresses of their own to match with targets; set networkMode to awsvpc in its task"
            " definition, and use target groups of type 'ip'"
        )
    if service.lattice:
        return (
            "registers its tasks in target groups of VPC Lattice, whose targets Landfall doesn't read; remove its"
            " vpcLatticeConfigurations, and use a load balancer"
        )
    if service.classic_load_balancer:
        return (
            "has a Classic Load Balancer, and no target group shows which of its tasks are healthy; use an Application"
            " or Network Load Balancer"
        )
    return ""


def wrong_group(groups: Collection[GroupView]) -> str:
    """Return why the targets of a group can't be judged; empty if all can."""
    for group in groups:
        if group.target_type != "ip":
            why = _TARGET_TYPES.get(group.target_type, _NEW)
            return f"has target group {group.arn} of type {group.target_type!r}: {why}; {_TO_IP}"
        if group.protocol not in (*OF_APPLICATION, *OF_NETWORK):
            known = ", ".join((*OF_APPLICATION, *OF_NETWORK))
            return (
                f"has target group {group.arn} of protocol {group.protocol!r}; Landfall knows those of Application and"
                f" Network Load Balancers ({known}); use one of these"
            )
    return ""


def _unlike(what: str, is_so: str, supported: str, known: Mapping[str, str]) -> str:
    if is_so == supported:
        return ""
    return f"has {what} {is_so!r}, and Landfall supports only {supported!r}: {known.get(is_so, _NEW)}"
