"""A load-balanced ECS service with a strategy on the local AWS: two target groups, a production and a test rule."""

from __future__ import annotations

from collections import Counter
from typing import Any

import httpx

from local.emulator.local_aws import LocalAws
from tests.local.tiny import PORT
from tests.local.world import CLUSTER, World, wait_for

Record = dict[str, Any]
STAGES = ("POST_TEST_TRAFFIC_SHIFT", "PRE_PRODUCTION_TRAFFIC_SHIFT", "POST_PRODUCTION_TRAFFIC_SHIFT")
TEST_HEADER = {"X-Test": "yes"}
ROLE = "arn:aws:iam::000000000000:role/infrastructure"


class Strategic(World):
    """One service whose production rule is a listener's rule, and whose test rule asks for a header."""

    def __init__(self, aws: LocalAws, name: str = "") -> None:
        super().__init__(aws, name=name)
        record = self.elb.describe_target_groups(TargetGroupArns=[self.group])["TargetGroups"][0]
        kept = (
            *("Protocol", "Port", "VpcId", "TargetType", "HealthCheckProtocol", "HealthCheckPath"),
            *("HealthCheckIntervalSeconds", "HealthCheckTimeoutSeconds", "UnhealthyThresholdCount"),
        )
        self.alternate: str = self.elb.create_target_group(
            Name=f"{self.name}-b", HealthyThresholdCount=2, **{key: record[key] for key in kept}
        )["TargetGroups"][0]["TargetGroupArn"]
        attributes = [{"Key": "deregistration_delay.timeout_seconds", "Value": "1"}]
        self.elb.modify_target_group_attributes(TargetGroupArn=self.alternate, Attributes=attributes)
        header = {"HttpHeaderName": "X-Test", "Values": ["yes"]}
        self.test = self._rule(1, {"Field": "http-header", "HttpHeaderConfig": header})
        self.production = self._rule(2, {"Field": "path-pattern", "PathPatternConfig": {"Values": ["*"]}})

    def _rule(self, priority: int, condition: Record) -> str:
        groups = [{"TargetGroupArn": self.group, "Weight": 1}, {"TargetGroupArn": self.alternate, "Weight": 0}]
        reply = self.elb.create_rule(
            ListenerArn=self.listener,
            Priority=priority,
            Conditions=[condition],
            Actions=[{"Type": "forward", "ForwardConfig": {"TargetGroups": groups}}],
        )
        return str(reply["Rules"][0]["RuleArn"])

    def born(self, config: Record, *, count: int = 2, minutes: int = 5) -> str:
        """Create the service with version A, then give it its strategy with pauses. Returns A's revision."""
        revision = self.revision(self.image(VERSION="A"))
        self.create(revision, count=count, healthCheckGracePeriodSeconds=1)
        self.settled(revision)
        hooks = [
            {
                "targetType": "PAUSE",
                "lifecycleStages": [stage],
                "timeoutConfiguration": {"timeoutInMinutes": minutes, "action": "ROLLBACK"},
            }
            for stage in STAGES
            if config["strategy"] != "BLUE_GREEN" or stage != STAGES[1]
        ]
        self.update(
            deploymentConfiguration={**config, "bakeTimeInMinutes": 0, "lifecycleHooks": hooks},
            loadBalancers=[
                {
                    "targetGroupArn": self.group,
                    "containerName": "app",
                    "containerPort": PORT,
                    "advancedConfiguration": {
                        "alternateTargetGroupArn": self.alternate,
                        "productionListenerRule": self.production,
                        "testListenerRule": self.test,
                        "roleArn": ROLE,
                    },
                }
            ],
        )
        # another load balancer configuration is a deployment
        self.through()
        return revision

    def newest(self) -> Record:
        """DescribeServiceDeployments of the service's current one."""
        arn = self.service()["currentServiceDeployment"]
        found = self.ecs.describe_service_deployments(serviceDeploymentArns=[arn])["serviceDeployments"]
        return dict(found[0])

    def waits(self, stage: str) -> Record:
        """Wait until the current service deployment waits at a stage, and return it."""

        def there() -> Record | None:
            told = self.newest()
            waiting = any(hook["status"] == "AWAITING_ACTION" for hook in told.get("lifecycleHookDetails", []))
            return told if waiting and told["lifecycleStage"] == stage else None

        found: Record = wait_for(f"a hook that waits at {stage}", there)
        return found

    def act(self, told: Record, action: str = "CONTINUE") -> None:
        """Answer the hook that waits."""
        hook = next(h["hookId"] for h in told["lifecycleHookDetails"] if h["status"] == "AWAITING_ACTION")
        arn = told["serviceDeploymentArn"]
        self.ecs.continue_service_deployment(serviceDeploymentArn=arn, hookId=hook, action=action)

    def ends(self, status: str) -> Record:
        """Wait until the current service deployment has a status, and return it."""

        def over() -> Record | None:
            told = self.newest()
            return told if told["status"] == status else None

        found: Record = wait_for(f"a service deployment that is {status}", over)
        return found

    def through(self) -> None:
        """Continue the current service deployment at each pause until it is SUCCESSFUL."""

        def done() -> bool:
            told = self.newest()
            if any(hook["status"] == "AWAITING_ACTION" for hook in told.get("lifecycleHookDetails", [])):
                self.act(told)
            return bool(told["status"] == "SUCCESSFUL")

        wait_for("SUCCESSFUL", done)

    def weights(self, rule: str) -> dict[str, int]:
        """DescribeRules: the weight of each target group."""
        actions = self.elb.describe_rules(RuleArns=[rule])["Rules"][0]["Actions"]
        groups = actions[0]["ForwardConfig"]["TargetGroups"]
        return {group["TargetGroupArn"]: group["Weight"] for group in groups}

    def group_of(self, told: Record) -> str:
        """The target group of a service deployment's target revision."""
        arns = [told["targetServiceRevision"]["arn"]]
        found = self.ecs.describe_service_revisions(serviceRevisionArns=arns)["serviceRevisions"][0]
        return str(found["resolvedConfiguration"]["loadBalancers"][0]["targetGroupArn"])

    def answers(self, count: int, headers: dict[str, str] | None = None) -> Counter[str]:
        """Which versions answer so many requests; an error counts as its status."""
        found: Counter[str] = Counter()
        with httpx.Client(trust_env=False, headers={"Host": self.host, **(headers or {})}) as client:
            for _ in range(count):
                reply = client.get(f"http://127.0.0.1:{self.aws.port}/")
                found[reply.text if reply.status_code == httpx.codes.OK else str(reply.status_code)] += 1
        return found

    def running(self) -> Counter[str]:
        """How many tasks of each revision are meant to run."""
        arns = self.ecs.list_tasks(cluster=CLUSTER, serviceName=self.name)["taskArns"]
        tasks = self.ecs.describe_tasks(cluster=CLUSTER, tasks=arns)["tasks"] if arns else []
        return Counter(str(task["taskDefinitionArn"]) for task in tasks)
