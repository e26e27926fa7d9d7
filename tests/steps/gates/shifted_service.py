"""A service of which ECS shifts the traffic, and its deployment at a gate."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from moto.core.exceptions import JsonRESTError
from moto.core.responses import ActionResult
from moto.ecs.responses import EC2ContainerServiceResponse

from landfall.model import Release
from tests.steps import machine, standin
from tests.steps.site import Site
from tests.support import builders as b

GROUP = "/shifted"
OPTIONS = {"awslogs-group": GROUP, "awslogs-stream-prefix": "shifted", "awslogs-region": standin.REGION}
WRITES: Any = {"logConfiguration": {"logDriver": "awslogs", "options": OPTIONS}}
BELOW = f"arn:aws:ecs:{standin.REGION}:123456789012"
HOOK = "ecs-pause-e7tK9G_WRJqNF_EOMjztDXfKenlJuEUVjsNStf4WLKw"
STAGES = {
    "before": "POST_TEST_TRAFFIC_SHIFT",
    "shift": "PRE_PRODUCTION_TRAFFIC_SHIFT",
    "bake": "POST_PRODUCTION_TRAFFIC_SHIFT",
}


class Shifting:
    """A canary deployment of `shifted` that waits at a gate: what moto lacks of it."""

    def __init__(self, revision: str, old: str, groups: tuple[str, str]) -> None:
        self.began = datetime.now(UTC) - timedelta(minutes=5)
        self.arn = f"{BELOW}:service-deployment/{standin.CLUSTER}/shifted/one"
        self.runs = {f"{BELOW}:service-revision/{standin.CLUSTER}/shifted/{n}": r for n, r in ((1, old), (2, revision))}
        self.groups = dict(zip(self.runs, groups, strict=True))
        self.stage, self.status, self.hook, self.weight = STAGES["before"], "IN_PROGRESS", "AWAITING_ACTION", 0.0
        self.asked: list[dict[str, Any]] = []
        self.refuses, self.takes = "", True

    def told(self) -> dict[str, Any]:
        """Return the service deployment."""
        source, target = self.runs
        hook = {"hookId": HOOK, "targetType": "PAUSE", "status": self.hook, "timeoutAction": "ROLLBACK"}
        return {
            "serviceDeploymentArn": self.arn,
            "status": self.status,
            "createdAt": self.began.timestamp(),
            "lifecycleStage": self.stage,
            "targetServiceRevision": {"arn": target, "requestedProductionTrafficWeight": self.weight},
            "sourceServiceRevisions": [{"arn": source, "requestedProductionTrafficWeight": 100 - self.weight}],
            "lifecycleHookDetails": [hook],
        }

    def answer(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Answer from now on."""
        target = list(self.runs)[1]

        def listed(response: Any) -> ActionResult:
            short = {key: self.told()[key] for key in ("serviceDeploymentArn", "status", "createdAt")}
            wanted = response._get_param("status") or [self.status]
            found = [{**short, "targetServiceRevisionArn": target}] if self.status in wanted else []
            return ActionResult({"serviceDeployments": found})

        def described(_: Any) -> ActionResult:
            return ActionResult({"serviceDeployments": [self.told()], "failures": []})

        def revisions(_: Any) -> ActionResult:
            found = [
                {
                    "serviceRevisionArn": arn,
                    "taskDefinition": runs,
                    "resolvedConfiguration": {"loadBalancers": [{"targetGroupArn": self.groups[arn]}]},
                }
                for arn, runs in self.runs.items()
            ]
            return ActionResult({"serviceRevisions": found, "failures": []})

        def go_on(response: Any) -> ActionResult:
            return self._done(response, hook="SUCCEEDED")

        def stop(response: Any) -> ActionResult:
            return self._done(response, status="ROLLBACK_REQUESTED")

        methods = {
            "list_service_deployments": listed,
            "describe_service_deployments": described,
            "describe_service_revisions": revisions,
            "continue_service_deployment": go_on,
            "stop_service_deployment": stop,
        }
        for name, method in methods.items():
            monkeypatch.setattr(EC2ContainerServiceResponse, name, method, raising=False)

    def _done(self, response: Any, **changes: str) -> ActionResult:
        self.asked.append(dict(response.request_params if hasattr(response, "request_params") else {}))
        if self.takes:
            vars(self).update(changes)
        if self.refuses:
            raise JsonRESTError(self.refuses, "told by the test")
        return ActionResult({"serviceDeploymentArn": self.arn})


@pytest.fixture
def release() -> Release:
    """The release, with the lock."""
    return machine.locked(b.release(service="shifted", repository="landfall/shifted"))


@pytest.fixture
def shifting(site: Site, monkeypatch: pytest.MonkeyPatch) -> Shifting:
    """A canary deployment whose new tasks run, at its first gate."""
    elb = standin.client("elbv2")
    revision = standin.make_service("shifted", container=WRITES)
    standin.balance("shifted", site.url.removeprefix("http://"))
    vpc = elb.describe_target_groups(Names=["shifted"])["TargetGroups"][0]["VpcId"]
    other = elb.create_target_group(Name="blue", Protocol="HTTP", Port=1, VpcId=vpc, TargetType="ip")
    blue = other["TargetGroups"][0]["TargetGroupArn"]
    green = elb.describe_target_groups(Names=["shifted"])["TargetGroups"][0]["TargetGroupArn"]
    balancer = elb.describe_load_balancers(Names=["shifted"])["LoadBalancers"][0]["LoadBalancerArn"]
    listener = elb.describe_listeners(LoadBalancerArn=balancer)["Listeners"][0]["ListenerArn"]
    weights = [{"TargetGroupArn": blue, "Weight": 100}, {"TargetGroupArn": green, "Weight": 0}]
    rule = elb.create_rule(
        ListenerArn=listener,
        Priority=1,
        Conditions=[{"Field": "path-pattern", "Values": ["/*"]}],
        Actions=[{"Type": "forward", "ForwardConfig": {"TargetGroups": weights}}],
    )["Rules"][0]["RuleArn"]
    standin.client("cloudwatch").put_metric_alarm(
        AlarmName="errors",
        Namespace="x",
        MetricName="x",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
    )
    service = standin.service_of("shifted")
    test = elb.create_rule(
        ListenerArn=listener,
        Priority=2,
        Conditions=[{"Field": "path-pattern", "Values": ["/test"]}],
        Actions=[{"Type": "forward", "ForwardConfig": {"TargetGroups": weights}}],
    )["Rules"][0]["RuleArn"]
    named = {"productionListenerRule": rule, "testListenerRule": test, "roleArn": "arn:aws:iam::123456789012:role/x"}
    advanced = {"alternateTargetGroupArn": blue, **named}
    service.load_balancers = [{**service.load_balancers[0], "advancedConfiguration": advanced}]
    hooks = [{"targetType": "PAUSE", "lifecycleStages": list(STAGES.values())}]
    service.deployment_configuration = {"strategy": "CANARY", "lifecycleHooks": hooks}
    made = Shifting(revision, standin.register("before", f"registry/x@{b.OLD_DIGEST}", **WRITES), (blue, green))
    made.answer(monkeypatch)
    return made


def waiting(shifting: Shifting, release: Release, gate: Any = None) -> dict[str, Any]:
    """Return what JudgeGate and ContinueGate are given."""
    now = datetime.now(UTC)
    deployment = b.deployment(
        id=standin.service_of("shifted").deployments[0]["id"],
        task_definition=list(shifting.runs.values())[1],
        digests={"app": (b.OLD_DIGEST,)},
        git_sha=b.OLD_SHA,
        updated_at=(now - timedelta(minutes=6)).isoformat(),
        deadline=(now + timedelta(minutes=15)).isoformat(),
    )
    baseline = b.baseline(base_url="", task_definition=next(iter(shifting.runs.values())))
    given = {"release": asdict(release), "baseline": asdict(baseline), "deployment": asdict(deployment)}
    return {**given, "counted": None, "gate": gate}


def judged(shifting: Shifting, release: Release, url: str, gate: Any = None) -> Any:
    """Judge the gate once."""
    event = {**waiting(shifting, release, gate), "previous": "AT_GATE"}
    return machine.invoke("judge_gate", {**event, "baseline": {**event["baseline"], "base_url": url}})


def opened(shifting: Shifting, release: Release, hook: str = HOOK) -> Any:
    """Continue from a gate that passed."""
    gate = {"service_deployment": shifting.arn, "hook": hook}
    return machine.invoke("continue_gate", waiting(shifting, release, gate))["verdict"]
