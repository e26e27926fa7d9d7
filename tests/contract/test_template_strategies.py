"""What CloudFormation asks of the service's function when the strategy changes: traffic stays where its tasks are."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import count, permutations
from typing import Any

import boto3
import pytest
from botocore.validate import ParamValidator

from landfall.settings.strategy import STAGES as GATES
from stacks.service.handlers.ecs_service import OWNER, Aws
from stacks.service.handlers.own_service import SERVICE, asked
from stacks.service.handlers.refused import Refused
from stacks.service.handlers.traffic_shift import STAGES

A, B = "tg-a", "tg-b"
STRATEGIES = ("ROLLING", "BLUE_GREEN", "CANARY", "LINEAR")
IDENTITY_OF = {
    "Cluster": "c",
    "ServiceName": "s",
    "Container": "app",
    "Repository": "r",
    "TaskRole": "t",
    "ExecutionRole": "e",
    "Stack": "Landfall-Service-s",
}


@cache
def model(service: str) -> Any:
    """Return the model of a service: a client takes longer to make than the tests take."""
    client = boto3.client(service, region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")  # noqa: S106
    return client.meta.service_model


def checked(service: str, operation: str, given: Mapping[str, Any]) -> None:
    """Hold a request to botocore's model."""
    report = ParamValidator().validate(given, model(service).operation_model(operation).input_shape)
    assert not report.has_errors(), report.generate_report()


@dataclass
class Balancer:
    """Elastic Load Balancing: the rules of one listener."""

    rules: dict[str, dict[str, Any]] = field(default_factory=dict)
    protected: str = "false"

    def modify_load_balancer_attributes(self, **given: Any) -> None:
        """Take the deletion protection."""
        self.protected = given["Attributes"][0]["Value"]

    def create_rule(self, **given: Any) -> dict[str, Any]:
        """Create a rule; two can't have one priority."""
        checked("elbv2", "CreateRule", given)
        priority = str(given["Priority"])
        assert priority not in {rule["Priority"] for rule in self.rules.values()}
        rule = {**copy.deepcopy(given), "Priority": priority, "RuleArn": f"rule-{priority}"}
        self.rules[rule["RuleArn"]] = rule
        return {"Rules": [rule]}

    def modify_rule(self, **given: Any) -> None:
        """Change what a rule matches. Actions would reset weights that are ECS's."""
        checked("elbv2", "ModifyRule", given)
        assert "Actions" not in given
        self.rules[given["RuleArn"]]["Conditions"] = given["Conditions"]

    def describe_rules(self, **given: Any) -> dict[str, Any]:
        """Return rules by their ARNs."""
        return {"Rules": [self.rules[arn] for arn in given["RuleArns"]]}

    def get_paginator(self, _operation: str) -> Balancer:
        """Return what pages through the rules."""
        return self

    def paginate(self, **_: Any) -> Iterator[dict[str, Any]]:
        """Yield the default rule and all others."""
        yield {"Rules": [{"RuleArn": "default", "Priority": "default", "Actions": [], "Conditions": []}]}
        yield {"Rules": list(self.rules.values())}

    def weights(self, rule: str) -> dict[str, int]:
        """Return the weights of a rule."""
        groups = self.rules[rule]["Actions"][0]["ForwardConfig"]["TargetGroups"]
        return {group["TargetGroupArn"]: group["Weight"] for group in groups}

    def shift(self, rule: str, to: str) -> None:
        """Give all weight to one group, as ECS does."""
        for group in self.rules[rule]["Actions"][0]["ForwardConfig"]["TargetGroups"]:
            group["Weight"] = 100 if group["TargetGroupArn"] == to else 0


@dataclass
class Ecs:
    """ECS with one service. A deployment with a strategy ends by itself, unless it pauses: then it waits for ever."""

    elb: Balancer
    service: dict[str, Any] | None = None
    tasks_in: str = ""
    going: int = 0
    waits_for_ever: bool = False
    deployments: count[int] = field(default_factory=count)

    def __post_init__(self) -> None:
        """Have the errors that the function catches."""
        self.exceptions = self

    class InvalidParameterException(Exception):
        """Of ECS."""

    class ClientException(Exception):
        """Of ECS."""

    class ClusterNotFoundException(Exception):
        """Of ECS."""

    def describe_services(self, **_: Any) -> dict[str, Any]:
        """Return the service."""
        return {"services": [copy.deepcopy(self.service)] if self.service else []}

    def create_service(self, **given: Any) -> None:
        """Create the service."""
        checked("ecs", "CreateService", given)
        self.service = {**copy.deepcopy(given), "status": "ACTIVE", "runningCount": 0, "pendingCount": 0}
        self.deploy()

    def update_service(self, **given: Any) -> None:
        """Change the service. `deploymentConfiguration` alone starts no deployment."""
        checked("ecs", "UpdateService", given)
        assert self.service is not None
        changed = {k: v for k, v in given.items() if k not in ("cluster", "service")}
        configuration = self.service["deploymentConfiguration"] | changed.pop("deploymentConfiguration", {})
        self.service |= {**copy.deepcopy(changed), "deploymentConfiguration": configuration}
        if changed.keys() - {"desiredCount", "healthCheckGracePeriodSeconds"}:
            self.deploy()

    def delete_service(self, **_: Any) -> None:
        """Delete the service."""
        self.service = None

    def list_service_deployments(self, **given: Any) -> dict[str, Any]:
        """Return the deployments that go on."""
        checked("ecs", "ListServiceDeployments", given)
        self.going = max(0, self.going - 1) if not self.waits_for_ever else self.going
        return {"serviceDeployments": [{}] * bool(self.going)}

    def deploy(self) -> None:
        """Bring tasks to the next target group, or to the only one, and the traffic to them."""
        assert self.service is not None
        next(self.deployments)
        self.going = 2
        balanced = self.service["loadBalancers"][0]
        configuration = self.service["deploymentConfiguration"]
        if configuration.get("strategy", "ROLLING") == "ROLLING":
            assert "advancedConfiguration" not in balanced
            self.tasks_in = balanced["targetGroupArn"]
            return
        self.waits_for_ever = bool(configuration.get("lifecycleHooks")) or self.waits_for_ever
        advanced = balanced["advancedConfiguration"]
        both = {balanced["targetGroupArn"], advanced["alternateTargetGroupArn"]}
        assert both == {A, B}
        assert advanced["productionListenerRule"] != advanced["testListenerRule"]
        live = [group for group, weight in self.elb.weights(advanced["productionListenerRule"]).items() if weight]
        assert len(live) == 1, "ECS wants one group with all the production traffic at the start"
        (other,) = both - set(live)
        # the first tasks come to the group that has the traffic
        self.tasks_in = other if self.tasks_in else live[0]
        for rule in (advanced["productionListenerRule"], advanced["testListenerRule"]):
            self.elb.shift(rule, self.tasks_in)


def template(strategy: str, **other: Any) -> dict[str, str]:
    """Return the properties of the custom resource."""
    settings = {
        "deploymentConfiguration": {"minimumHealthyPercent": 100, "maximumPercent": 200},
        "loadBalancers": [{"containerName": "app", "containerPort": 8080, "targetGroupArn": A}],
        "healthCheckGracePeriodSeconds": other.pop("grace", 60),
        "networkConfiguration": {"awsvpcConfiguration": {"subnets": [other.pop("subnet", "subnet-1")]}},
    }
    properties = {
        **IDENTITY_OF,
        "LoadBalancerArn": "lb",
        "FirstTaskDefinition": "td:1",
        "Settings": json.dumps(settings),
    }
    if strategy == "ROLLING":
        return properties
    timeout = {"timeoutInMinutes": 60, "action": "ROLLBACK"}
    said = {
        "configuration": {"strategy": strategy, "bakeTimeInMinutes": 0},
        "hooks": [
            {"targetType": "PAUSE", "lifecycleStages": [stage], "timeoutConfiguration": timeout} for stage in STAGES
        ],
        "groups": [A, B],
        "listener": "listener",
        "role": "arn:role",
        "headers": {"X-Test": "1"},
        **other,
    }
    return {**properties, "Shifting": json.dumps(said)}


@dataclass
class Account:
    """An account, and CloudFormation with the stack of one service."""

    elb: Balancer = field(default_factory=Balancer)
    now: dict[str, str] | None = None

    def __post_init__(self) -> None:
        """Have an ECS without a service."""
        self.ecs = Ecs(self.elb)
        self.aws = Aws(self.ecs, self.elb, None, sleep=lambda _: None)

    def deploy(self, wanted: dict[str, str], *, fails_later: bool = False) -> None:
        """Deploy a template; where another resource fails later, CloudFormation asks for the former one again."""
        before = self.now
        self.ask("Update" if before else "Create", wanted, before)
        if not fails_later:
            self.now = wanted
        elif before:
            self.ask("Update", before, wanted)
        else:
            self.ask("Delete", wanted, None)

    def ask(self, kind: str, wanted: dict[str, str], before: dict[str, str] | None) -> None:
        """Send one request for the service."""
        event: dict[str, Any] = {"RequestType": kind, "ResourceType": SERVICE, "ResourceProperties": wanted}
        asked({**event, "PhysicalResourceId": "id", "OldResourceProperties": before or {}}, self.aws)

    def release(self) -> None:
        """Release as Landfall does; it continues every pause."""
        self.ecs.update_service(
            cluster="c", service="s", taskDefinition=f"td:{next(self.ecs.deployments)}", desiredCount=4
        )
        assert self.ecs.service is not None
        self.ecs.waits_for_ever, self.ecs.going = False, 0

    @property
    def serving(self) -> str:
        """Return the group that users reach: by the production rule, or by the listener's default action."""
        rule = self.elb.rules.get("rule-200")
        if rule is None:
            return A
        (live,) = [group for group, weight in self.elb.weights("rule-200").items() if weight]
        return live

    @property
    def paused_at(self) -> list[str]:
        """Return the stages at which the service pauses."""
        hooks = (self.ecs.service or {})["deploymentConfiguration"].get("lifecycleHooks") or []
        return [hook["lifecycleStages"][0] for hook in hooks]


@pytest.fixture
def account() -> Account:
    """Return an account without the service."""
    return Account()


def test_the_function_knows_landfalls_stages() -> None:
    """It is in an asset of its own, so it names them a second time."""
    assert set(STAGES) == set(GATES.values())


@pytest.mark.parametrize("strategy", STRATEGIES[1:])
def test_a_service_is_created_without_pauses_and_gets_them_when_it_is_there(account: Account, strategy: str) -> None:
    """A pause would hold its creation; the pauses come without a second deployment."""
    account.deploy(template(strategy))

    assert not account.ecs.waits_for_ever
    assert account.paused_at == list(STAGES)
    assert next(account.ecs.deployments) == 1
    assert account.elb.weights("rule-200") == account.elb.weights("rule-100") == {A: 100, B: 0}
    assert (account.ecs.service or {})["deploymentConfiguration"]["strategy"] == strategy


@pytest.mark.parametrize("change", list(permutations(STRATEGIES, 2)), ids="-".join)
@pytest.mark.parametrize("releases", [1, 2])
def test_users_reach_the_tasks_whatever_the_strategy_becomes(
    account: Account, change: tuple[str, str], releases: int
) -> None:
    """With the traffic on either group, there and back again; the pauses are those of the strategy, none if rolling."""
    account.deploy(template(change[0]))
    for _ in range(releases):
        account.release()
    for strategy in (change[1], *change):
        account.deploy(template(strategy))
        assert account.serving == account.ecs.tasks_in
        assert account.paused_at == ([] if strategy == "ROLLING" else list(STAGES))
        account.release()
        assert account.serving == account.ecs.tasks_in


@pytest.mark.parametrize("seed", range(6))
def test_no_template_resets_the_weights(account: Account, seed: int) -> None:
    """Over random changes of strategy, percentages and other settings, releases, and deploys that are taken back."""
    chance = random.Random(seed)  # noqa: S311
    account.deploy(template(chance.choice(STRATEGIES)))
    account.release()
    for _ in range(40):
        wanted = template(
            chance.choice(STRATEGIES),
            grace=chance.choice([60, 90]),
            subnet=chance.choice(["subnet-1", "subnet-2"]),
            headers={"X-Test": chance.choice("12")},
        )
        account.deploy(wanted, fails_later=chance.random() < 0.4)
        assert account.serving == account.ecs.tasks_in
        assert not account.ecs.waits_for_ever
        if chance.random() < 0.5:
            account.release()
            assert account.serving == account.ecs.tasks_in


def test_a_change_of_percentages_starts_no_deployment(account: Account) -> None:
    """Only the configuration changes; pauses and rules stay."""
    account.deploy(template("CANARY"))
    account.release()
    before = copy.deepcopy(account.elb.rules)
    known = next(account.ecs.deployments)
    account.deploy(
        template("CANARY", configuration={"strategy": "CANARY", "canaryConfiguration": {"canaryPercent": 20.0}})
    )

    assert next(account.ecs.deployments) == known + 1
    assert account.elb.rules == before
    assert account.paused_at == list(STAGES)


def test_traffic_is_not_moved_while_a_release_goes_on(account: Account) -> None:
    """It may be on both groups just then."""
    account.deploy(template("CANARY"))
    account.release()
    account.ecs.going, account.ecs.waits_for_ever = 1, True
    with pytest.raises(Refused, match="is being deployed to"):
        account.deploy(template("ROLLING"))
    assert account.paused_at == list(STAGES)


def test_a_group_is_not_chosen_while_both_have_traffic(account: Account) -> None:
    """A person moved weights by hand: the message names them and the way out."""
    account.deploy(template("CANARY"))
    for group in account.elb.rules["rule-200"]["Actions"][0]["ForwardConfig"]["TargetGroups"]:
        group["Weight"] = 50
    with pytest.raises(Refused, match="tg-a: 50, tg-b: 50"):
        account.deploy(template("ROLLING"))


def test_a_rule_of_somebody_else_is_not_taken(account: Account) -> None:
    """It has the priority of ours, and leads elsewhere."""
    account.elb.create_rule(
        ListenerArn="listener",
        Priority=200,
        Conditions=[{"Field": "path-pattern", "PathPatternConfig": {"Values": ["/admin"]}}],
        Actions=[{"Type": "forward", "ForwardConfig": {"TargetGroups": [{"TargetGroupArn": "other"}]}}],
    )
    with pytest.raises(Refused, match="give it another priority"):
        account.deploy(template("CANARY"))


def test_pauses_of_the_owner_stay(account: Account) -> None:
    """At other stages, and functions at any stage; with the strategy, without it and after the stack."""
    account.deploy(template("CANARY"))
    theirs = [
        {"targetType": "PAUSE", "lifecycleStages": ["POST_SCALE_UP"]},
        {"targetType": "AWS_LAMBDA", "hookTargetArn": "f", "roleArn": "r", "lifecycleStages": [STAGES[0]]},
    ]
    assert account.ecs.service
    account.ecs.service["deploymentConfiguration"]["lifecycleHooks"] += theirs

    account.deploy(template("LINEAR"))
    assert account.paused_at == [*STAGES, "POST_SCALE_UP", STAGES[0]]
    account.ecs.waits_for_ever = False
    account.deploy(template("ROLLING"))
    assert account.ecs.service["deploymentConfiguration"]["lifecycleHooks"] == theirs


def test_a_service_that_outlives_its_stack_does_not_pause(account: Account) -> None:
    """It is live, so it is not deleted; Landfall may be gone, and nobody would continue it."""
    account.deploy(template("BLUE_GREEN"))
    account.release()
    with pytest.raises(Refused, match="is live"):
        account.ask("Delete", template("BLUE_GREEN"), None)
    assert account.paused_at == []

    account.deploy(template("BLUE_GREEN", role="arn:other"))
    assert account.paused_at == list(STAGES)


def test_pauses_stay_off_while_a_deployment_does_not_end(account: Account) -> None:
    """It would wait at them. The stack is deployed all the same, and preflight refuses releases until they are set."""
    account.deploy(template("ROLLING"))
    account.release()
    account.ecs.waits_for_ever = True
    account.ecs.going = 0
    account.deploy(template("LINEAR"))
    assert account.paused_at == []


def test_a_service_of_another_stack_keeps_its_pauses(account: Account) -> None:
    """Deleting this stack changes nothing of it."""
    account.deploy(template("BLUE_GREEN"))
    assert account.ecs.service
    account.ecs.service["tags"] = [{"key": OWNER, "value": "another"}]
    account.ask("Delete", template("BLUE_GREEN"), None)
    assert account.paused_at == list(STAGES)
