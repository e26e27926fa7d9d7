"""What the owner of a service does to give it a strategy: second target group, rules, pause hooks. No template does it.

Each service has its test traffic where another owner would put it: on a listener of its own, or by a header on the
production listener.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from local.load_balancer.front import TEST_LISTENER
from local.stage.landfall_stage import Stage
from tests.e2e import by_hand
from tests.e2e.stopping import eventually

Record = dict[str, Any]
GATES = {
    "before_traffic": "POST_TEST_TRAFFIC_SHIFT",
    "shift": "PRE_PRODUCTION_TRAFFIC_SHIFT",
    "bake": "POST_PRODUCTION_TRAFFIC_SHIFT",
}
TEST_HEADER = ("X-Landfall-Test", "yes")
ROLE = "arn:aws:iam::000000000000:role/infrastructure"
KEPT = (
    "Protocol",
    "Port",
    "VpcId",
    "TargetType",
    "HealthCheckProtocol",
    "HealthCheckPath",
    "HealthCheckIntervalSeconds",
    "HealthCheckTimeoutSeconds",
    "HealthyThresholdCount",
    "UnhealthyThresholdCount",
)


@dataclass(frozen=True)
class Way:
    """The strategy of a service in ECS's words. `by_header`: test traffic has a header instead of a listener."""

    config: Record
    by_header: bool = False
    hook_minutes: int = 60

    @property
    def name(self) -> str:
        """Return the strategy's name."""
        return str(self.config.get("strategy", "ROLLING"))

    @property
    def gates(self) -> Sequence[str]:
        """Return the gates that a deployment of this strategy comes to."""
        return [gate for gate in GATES if gate != "shift" or self.name in ("CANARY", "LINEAR")]


def given(stage: Stage, name: str, way: Way, digest: str) -> None:
    """Deploy a first image by hand, then give the service its strategy and its hooks."""
    _first(stage, name, digest)
    if way.name == "ROLLING":
        return
    service = stage.service(name)
    balancer = service["loadBalancers"][0]
    config = {**service["deploymentConfiguration"], **way.config, "bakeTimeInMinutes": 0}
    advanced = _advanced(stage, name, balancer["targetGroupArn"], by_header=way.by_header)
    _update(
        stage, name, loadBalancers=[{**balancer, "advancedConfiguration": advanced}], deploymentConfiguration=config
    )
    eventually(lambda: current(stage, name)["status"] == "SUCCESSFUL" or None, f"{name} to have its strategy")
    hooks = [
        {
            "targetType": "PAUSE",
            "lifecycleStages": [GATES[gate]],
            "timeoutConfiguration": {"timeoutInMinutes": way.hook_minutes, "action": "ROLLBACK"},
        }
        for gate in way.gates
    ]
    _update(stage, name, deploymentConfiguration={**config, "lifecycleHooks": hooks})


def current(stage: Stage, name: str) -> Record:
    """Return the service's current service deployment, described."""
    arn = stage.service(name)["currentServiceDeployment"]
    return dict(stage.ecs.describe_service_deployments(serviceDeploymentArns=[arn])["serviceDeployments"][0])


def _update(stage: Stage, name: str, **changes: Any) -> None:
    stage.ecs.update_service(cluster=f"landfall-{name}", service=name, **changes)


def _first(stage: Stage, name: str, digest: str) -> None:
    repository = stage.aws.client("ecr").describe_repositories(repositoryNames=[f"landfall/{name}"])["repositories"][0]
    like = stage.service(name)["taskDefinition"]
    containers = stage.ecs.describe_task_definition(taskDefinition=like)["taskDefinition"]["containerDefinitions"]
    containers[0]["image"] = f"{repository['repositoryUri']}@{digest}"
    revision = by_hand.registered(stage, like, containerDefinitions=containers)
    by_hand.deployed(stage, name, revision, desiredCount=2)
    if stage.service(name)["deployments"][0]["rolloutState"] != "COMPLETED":
        raise RuntimeError(f"the first image of {name} did not come up: {stage.service(name)['events'][:5]}")


def _advanced(stage: Stage, name: str, group: str, *, by_header: bool) -> Record:
    """Make the second group, the production rule and the test rule."""
    elb = stage.aws.client("elbv2")
    alternate = _copy(elb, name, group)
    balancer = elb.describe_load_balancers(Names=[f"landfall-{name}"])["LoadBalancers"][0]["LoadBalancerArn"]
    listeners = elb.describe_listeners(LoadBalancerArn=balancer)["Listeners"]
    https = next(listener for listener in listeners if listener["Port"] == 443)
    tested = https["ListenerArn"]
    condition: Record = {"Field": "http-header", "HttpHeaderConfig": _header()}
    if not by_header:
        tested = elb.create_listener(
            LoadBalancerArn=balancer,
            Protocol="HTTPS",
            Port=TEST_LISTENER,
            Certificates=https.get("Certificates", []),
            DefaultActions=[{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}],
        )["Listeners"][0]["ListenerArn"]
        condition = _every_path()
    return {
        "alternateTargetGroupArn": alternate,
        "productionListenerRule": _rule(elb, https["ListenerArn"], 2, _every_path(), (group, alternate)),
        "testListenerRule": _rule(elb, tested, 1, condition, (group, alternate)),
        "roleArn": ROLE,
    }


def _copy(elb: Any, name: str, group: str) -> str:
    found = elb.describe_target_groups(TargetGroupArns=[group])["TargetGroups"][0]
    wanted = {key: found[key] for key in KEPT if key in found}
    made = elb.create_target_group(Name=f"{name}-alternate"[:32], **wanted, Matcher=found["Matcher"])
    alternate = str(made["TargetGroups"][0]["TargetGroupArn"])
    attributes = elb.describe_target_group_attributes(TargetGroupArn=group)["Attributes"]
    delays = [each for each in attributes if each["Key"] == "deregistration_delay.timeout_seconds"]
    elb.modify_target_group_attributes(TargetGroupArn=alternate, Attributes=delays)
    return alternate


def _rule(elb: Any, listener: str, priority: int, condition: Record, groups: tuple[str, str]) -> str:
    shares = [{"TargetGroupArn": group, "Weight": weight} for group, weight in zip(groups, (1, 0), strict=True)]
    made = elb.create_rule(
        ListenerArn=listener,
        Priority=priority,
        Conditions=[condition],
        Actions=[{"Type": "forward", "ForwardConfig": {"TargetGroups": shares}}],
    )
    return str(made["Rules"][0]["RuleArn"])


def _header() -> Record:
    return {"HttpHeaderName": TEST_HEADER[0], "Values": [TEST_HEADER[1]]}


def _every_path() -> Record:
    return {"Field": "path-pattern", "PathPatternConfig": {"Values": ["*"]}}
