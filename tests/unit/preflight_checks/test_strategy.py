"""A service that ECS can't shift traffic for, or that doesn't pause for Landfall: refused, with the snippet."""

from __future__ import annotations

import json
import re
from typing import Any

import boto3
import pytest
from botocore.validate import ParamValidator

from landfall.errors import AwsBusy, AwsCallFailed
from landfall.model import State, Verdict
from landfall.preflight_checks import strategy, supported_service
from landfall.preflight_checks import strategy_snippets as snippets
from landfall.proof.balanced import GroupView
from landfall.proof.observed import ServiceView, TargetGroup, service_view
from landfall.settings.after import AfterCheck
from landfall.settings.strategy import STAGES, Gate, Strategy
from landfall.steps.shifting import strategy_before
from tests.support import builders as b

GROUP, OTHER = b.GROUP, f"{b.GROUP}2"
OF_ALB = "arn:aws:elasticloadbalancing:us-east-1:123456789012:listener-rule/app/lb/1/2/"
OF_NLB = "arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/net/lb/1/"
PRODUCTION, TEST = f"{OF_ALB}production", f"{OF_ALB}test"
ROLE = "arn:aws:iam::123456789012:role/shifting"
ALL: tuple[Gate, ...] = ("before_traffic", "shift", "bake")
GATED = b.settings_of(strategy=Strategy(test_url="http://test.example"))
UNGATED = b.settings_of()
NAME = "service 'sample' in cluster 'c': "


def hook(stage: str, **changes: Any) -> dict[str, Any]:
    """Return a pause as DescribeServices tells of it."""
    timeout = {"timeoutInMinutes": 60, "action": "ROLLBACK"}
    return {"targetType": "PAUSE", "lifecycleStages": [stage], "timeoutConfiguration": timeout, **changes}


HOOKS = [hook(stage) for stage in STAGES.values()]


def shifted(name: str = "CANARY", hooks: list[dict[str, Any]] | None = None, **advanced: Any) -> ServiceView:
    """Return a service with a strategy. A change of None removes a part of the advanced configuration."""
    known = {
        "alternateTargetGroupArn": OTHER,
        "productionListenerRule": PRODUCTION,
        "testListenerRule": TEST,
        "roleArn": ROLE,
        **advanced,
    }
    balanced = {
        "targetGroupArn": GROUP,
        "containerName": "app",
        "containerPort": b.PORT,
        "advancedConfiguration": {key: value for key, value in known.items() if value is not None},
    }
    return service_view(
        {
            "serviceArn": "arn:aws:ecs:us-east-1:123456789012:service/c/sample",
            "status": "ACTIVE",
            "desiredCount": 2,
            "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-1"]}},
            "deploymentConfiguration": {"strategy": name, "lifecycleHooks": HOOKS if hooks is None else hooks},
            "loadBalancers": [balanced],
            "deployments": [{"id": b.OLD, "status": "PRIMARY", "rolloutState": "COMPLETED"}],
        }
    )


def pauses_but(gate: Gate, *instead: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the pauses of all gates, with others at one."""
    return [each for each in HOOKS if each["lifecycleStages"] != [STAGES[gate]]] + list(instead)


UNREAD = {"targetType": None, "timeoutConfiguration": None}
OF_OWNER = {"targetType": "PAUSE", "lifecycleStages": ["POST_SCALE_UP"]}
OF_FUNCTION = {"targetType": "AWS_LAMBDA", "hookTargetArn": "f", "lifecycleStages": [STAGES["bake"]]}
ACCEPTED: dict[str, tuple[ServiceView, Any]] = {
    "rolling, and no table": (b.service(), UNGATED),
    "blue/green": (shifted("BLUE_GREEN"), GATED),
    "blue/green has no gate while it shifts": (shifted("BLUE_GREEN", pauses_but("shift")), GATED),
    "canary": (shifted(), GATED),
    "linear": (shifted("LINEAR"), GATED),
    "blue/green behind a Network Load Balancer": (
        shifted("BLUE_GREEN", productionListenerRule=f"{OF_NLB}1", testListenerRule=f"{OF_NLB}2"),
        GATED,
    ),
    # an older SDK shows the stages of a hook alone
    "a timeout that can't be read": (shifted(hooks=[hook(stage, **UNREAD) for stage in STAGES.values()]), GATED),
    "pauses of the owner at other stages": (shifted(hooks=[*HOOKS, OF_OWNER]), GATED),
    "a function at a gate's stage": (shifted(hooks=[*HOOKS, OF_FUNCTION]), GATED),
    "one hook for all stages": (shifted(hooks=[hook("", lifecycleStages=list(STAGES.values()))]), GATED),
    "no table: law 1 alone": (shifted(hooks=[], testListenerRule=None), UNGATED),
    "no gate before traffic, and no test rule": (
        shifted(testListenerRule=None),
        b.settings_of(strategy=Strategy(gates=("shift", "bake"))),
    ),
}


@pytest.mark.parametrize(("service", "settings"), ACCEPTED.values(), ids=ACCEPTED.keys())
def test_accepted(service: ServiceView, settings: Any) -> None:
    """Each of these can be released to."""
    assert supported_service.refusal(service, settings, b.NOW) is None


def missing(gate: Gate) -> str:
    """Return what is said where a gate has no pause."""
    return f"gate {gate!r} needs a hook of type PAUSE at stage {STAGES[gate]}, and there is none"


def two(gate: Gate) -> str:
    """Return what is said where a gate has two pauses."""
    return f"stage {STAGES[gate]} has 2 hooks of type PAUSE, and gate {gate!r} needs the only one: remove yours"


GOES_ON = {"timeoutConfiguration": {"timeoutInMinutes": 5, "action": "CONTINUE"}}
SHORT = {"timeoutConfiguration": {"timeoutInMinutes": 14, "action": "ROLLBACK"}}
LONGEST = {"before_traffic": 900, "shift": 900, "bake": 1200}
NO_GATE: dict[str, tuple[list[dict[str, Any]], str]] = {
    **{f"no pause at {gate}": (pauses_but(gate), missing(gate)) for gate in ALL},
    "only a function at bake": (pauses_but("bake", OF_FUNCTION), missing("bake")),
    **{f"two pauses at {gate}": ([*HOOKS, hook(STAGES[gate])], two(gate)) for gate in ALL},
    "the owner's pause, without a timeout": ([*HOOKS, hook(STAGES["bake"], **UNREAD)], two("bake")),
    **{
        f"timeout action CONTINUE at {gate}": (
            pauses_but(gate, hook(STAGES[gate], **GOES_ON)),
            f"the hook at stage {STAGES[gate]} has timeout action CONTINUE: if Landfall did not answer, ECS would bring"
            " the release to users unjudged; set it to ROLLBACK",
        )
        for gate in ALL
    },
    **{
        f"too short a timeout at {gate}": (
            pauses_but(gate, hook(STAGES[gate], **SHORT)),
            f"the hook at stage {STAGES[gate]} waits 14 minutes, and gate {gate!r} may take {LONGEST[gate]} s: ECS"
            " would roll a good release back before it is judged; give the hook more, or gate_seconds less",
        )
        for gate in ALL
    },
}


@pytest.mark.parametrize(("hooks", "why"), NO_GATE.values(), ids=NO_GATE.keys())
def test_a_gate_that_is_not_held(hooks: list[dict[str, Any]], why: str) -> None:
    """Nobody, or somebody else too, would hold the release there."""
    service = shifted(hooks=hooks)
    _says(strategy.refusal(service, GATED), "GATE_NOT_HELD", f"{why}; {snippets.hooks(service, ALL)}")
    assert strategy.refusal(service, UNGATED) is None
    assert supported_service.refusal(service, GATED, b.NOW) == strategy.refusal(service, GATED)


NOT_WIRED: dict[str, tuple[ServiceView, str]] = {
    "no alternate group": (
        shifted(alternateTargetGroupArn=None),
        f"target group {GROUP} has no alternateTargetGroupArn, so ECS can't shift its traffic",
    ),
    "no production rule and no role": (
        shifted(productionListenerRule=None, roleArn=None),
        f"target group {GROUP} has no productionListenerRule, roleArn, so ECS can't shift its traffic",
    ),
    "both rules the same": (
        shifted(testListenerRule=PRODUCTION),
        f"{PRODUCTION} is both its production and its test rule, and they must differ",
    ),
    "both groups the same": (
        shifted(alternateTargetGroupArn=GROUP),
        f"{GROUP} is both its target group and its alternate one, and they must differ",
    ),
    **{
        f"{name} behind a Network Load Balancer": (
            shifted(name, productionListenerRule=f"{OF_NLB}1", testListenerRule=f"{OF_NLB}2"),
            f"{OF_NLB}1 is of a Network Load Balancer, which has no counts of errors and latencies, so Landfall could"
            f" not judge a {name} deployment while it shifts; use BLUE_GREEN, or an Application Load Balancer",
        )
        for name in ("CANARY", "LINEAR")
    },
}


@pytest.mark.parametrize(("service", "why"), NOT_WIRED.values(), ids=NOT_WIRED.keys())
@pytest.mark.parametrize("settings", [GATED, UNGATED], ids=["with a table", "without one"])
def test_a_service_that_ecs_can_not_shift(service: ServiceView, why: str, settings: Any) -> None:
    """Gates or none: its deployments would stall, or could not be judged."""
    _says(strategy.refusal(service, settings), "STRATEGY_NOT_WIRED", f"{why}; {snippets.load_balancer(service)}")


def test_a_gate_before_traffic_without_a_test_rule() -> None:
    """The smoke suite has no way to the new tasks."""
    service = shifted(testListenerRule=None)
    why = "it has no test listener rule, and gate 'before_traffic' asks the new tasks through one"
    _says(strategy.refusal(service, GATED), "NO_TEST_RULE", f"{why}; {snippets.load_balancer(service)}")


def test_gates_of_a_rolling_service() -> None:
    """Somebody believes that releases are judged before users meet them."""
    service = b.service()
    why = "services.sample.strategy asks for gates, and the service's deployment strategy is ROLLING; remove the table,"
    snippet = f"or give the service a strategy: {snippets.load_balancer(service)}"
    _says(strategy.refusal(service, GATED), "NO_STRATEGY", f"{why} {snippet}")


def test_a_strategy_without_gates_is_a_warning() -> None:
    """Law 1 is proven, after all traffic has shifted; a table, or a rolling service, has nothing to warn of."""
    assert strategy.warning(shifted(), UNGATED) == (
        "ECS brings releases to users as CANARY, and services.sample has no strategy table: Landfall proves the release"
        " after all traffic has shifted, and judges nothing before; see docs/strategies.md"
    )
    assert strategy.warning(shifted(), GATED) == strategy.warning(b.service(), UNGATED) == ""


def test_a_worker_with_a_strategy() -> None:
    """Its new tasks take work from the start."""
    from landfall.settings import Logs  # noqa: PLC0415
    from landfall.settings.worker import Worker  # noqa: PLC0415

    worker = b.settings_of(worker=Worker(), logs=Logs(group="/sample"))
    verdict = supported_service.refusal(b.service(target_groups=(), strategy="BLUE_GREEN"), worker, b.NOW)
    assert verdict is not None
    assert verdict.reason == (
        "service 'sample' in cluster 'c' is a worker with deployment strategy 'BLUE_GREEN': its new tasks take work"
        " before any gate, so nothing could be judged before they do; set deploymentConfiguration.strategy to ROLLING"
    )


# --- what the load balancer says


class LoadBalancer:
    """Elastic Load Balancing: weights by rule, and the target groups that exist."""

    def __init__(self, gone: str = "", code: str = "", **weights: int) -> None:
        self.gone, self.code = gone, code
        self.live = {GROUP: weights.get("first", 100), OTHER: weights.get("second", 0)}

    def weights(self, arn: str) -> dict[str, int]:
        """Return the weights of a rule."""
        self._maybe(arn, "RuleNotFound")
        return self.live

    def groups(self, wanted: list[TargetGroup]) -> tuple[GroupView, ...]:
        """Return the groups; AWS refuses the whole call where one is gone."""
        for group in wanted:
            self._maybe(group.arn, "TargetGroupNotFound")
        return tuple(GroupView(group.arn, "HTTP", "ip") for group in wanted)

    def _maybe(self, arn: str, code: str) -> None:
        if arn == self.gone:
            if self.code:
                raise AwsBusy(self.code, "later")
            raise AwsCallFailed(code, "gone")


GONE = {
    "production rule": (PRODUCTION, f"its production rule {PRODUCTION} does not exist"),
    "test rule": (TEST, f"its test rule {TEST} does not exist"),
    "target group": (GROUP, f"its target group {GROUP} does not exist"),
    "alternate group": (OTHER, f"its target group {OTHER} does not exist"),
}


@pytest.mark.parametrize(("arn", "why"), GONE.values(), ids=GONE.keys())
def test_what_is_gone_is_named(arn: str, why: str) -> None:
    """aws/containers-roadmap#2196: ECS says nothing, and its deployments stall."""
    service = shifted()
    found = strategy_before.refusal(service, GATED, LoadBalancer(gone=arn))  # type: ignore[arg-type]
    told = f"{why}; ECS reports no error, and its deployments would stall; {snippets.load_balancer(service)}"
    _says(found, "STRATEGY_NOT_WIRED", told)


@pytest.mark.parametrize(
    ("first", "second", "which"),
    [(50, 50, "both target groups have"), (99, 1, "both target groups have"), (0, 0, "neither target group has")],
)
def test_traffic_on_both_groups_or_none(first: int, second: int, which: str) -> None:
    """ECS starts from exactly one, and doesn't check it."""
    found = strategy_before.refusal(shifted(), GATED, LoadBalancer(first=first, second=second))  # type: ignore[arg-type]
    shown = f"({GROUP}: {first}, {OTHER}: {second})"
    why = f"{which} production traffic at {PRODUCTION} {shown}, and ECS starts from exactly one"
    way_out = "set the weights of that rule so that only the group of the running tasks has traffic, then try again"
    _says(found, "TRAFFIC_DIVIDED", f"{why}; {way_out}")


@pytest.mark.parametrize(("first", "second", "live"), [(100, 0, GROUP), (0, 1, OTHER)])
def test_either_group_may_have_the_traffic(first: int, second: int, live: str) -> None:
    """ECS goes from one to the other and back (go-to-k/cdk-real-drift#1730): what serves is looked at there."""
    elb: Any = LoadBalancer(first=first, second=second)
    assert strategy_before.refusal(shifted(), GATED, elb) is None
    seen = strategy_before.serving(shifted(), strategy_before.rules(shifted().shifting, elb))
    assert seen.target_groups == (TargetGroup(live, "app", b.PORT),)


@pytest.mark.parametrize("arn", [PRODUCTION, OTHER])
def test_a_throttled_read_is_no_refusal(arn: str) -> None:
    """Nothing is known of it: the step is tried again."""
    with pytest.raises(AwsBusy):
        strategy_before.refusal(shifted(), GATED, LoadBalancer(gone=arn, code="Throttling"))  # type: ignore[arg-type]


def test_a_rolling_service_takes_no_call() -> None:
    """Its number of calls stays as it was."""
    assert strategy_before.refusal(b.service(), GATED, None) is None  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("test_rule", "base_url", "refused"),
    [
        (TEST, None, False),
        (TEST.replace("/1/2/", "/1/3/"), None, True),
        (TEST.replace("/1/2/", "/1/3/"), "https://api.example", False),
    ],
)
def test_an_address_is_not_guessed_beside_a_test_listener(test_rule: str, base_url: str | None, refused: bool) -> None:
    """The guess could be the test listener, and the proof would be of what no user sees."""
    settings = b.settings_of(base_url=base_url)
    verdict = strategy.no_address(shifted(testListenerRule=test_rule).shifting, settings)
    assert (verdict is not None) == refused
    assert verdict is None or (verdict.code, "services.sample.base_url" in verdict.reason) == ("NO_ADDRESS", True)


# --- the snippets


@pytest.mark.parametrize("service", [shifted(), shifted(alternateTargetGroupArn=None), b.service()])
def test_the_commands_are_such_that_ecs_takes_them(service: ServiceView) -> None:
    """Their values are held to ECS's API; what can't be known is a name to replace."""
    ecs = boto3.client("ecs", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")  # noqa: S106
    shape = ecs.meta.service_model.operation_model("UpdateService").input_shape
    for text in (snippets.hooks(service, ALL), snippets.load_balancer(service)):
        cli = text.partition("; CDK")[0]
        assert cli.startswith("CLI: aws ecs update-service --cluster c --service sample --deployment-configuration ")
        given: dict[str, Any] = {"service": "sample"}
        if hooks := re.search("--deployment-configuration '(.*)'", cli):
            given["deploymentConfiguration"] = json.loads(hooks[1])
        if balanced := re.search("--load-balancers '(.*)'", cli):
            given["loadBalancers"] = json.loads(balanced[1].replace('"PORT"', "80"))
        assert len(given) == 2
        assert not ParamValidator().validate(given, shape).has_errors()


def test_the_snippets_are_whole() -> None:
    """A reason is cut at 1,000 characters: the longest cause and the whole snippet fit."""
    assert snippets.hooks(shifted(), ALL) == (
        "CLI: aws ecs update-service --cluster c --service sample --deployment-configuration "
        """'{"lifecycleHooks":[{"targetType":"PAUSE","lifecycleStages":["POST_TEST_TRAFFIC_SHIFT","""
        '"PRE_PRODUCTION_TRAFFIC_SHIFT","POST_PRODUCTION_TRAFFIC_SHIFT"],'
        """"timeoutConfiguration":{"timeoutInMinutes":60,"action":"ROLLBACK"}}]}'; """
        "CDK: cfn_service.add_property_override('DeploymentConfiguration.LifecycleHooks', V); "
        "CloudFormation: DeploymentConfiguration.LifecycleHooks: V; "
        'V = [{"TargetType":"PAUSE","LifecycleStages":["POST_TEST_TRAFFIC_SHIFT",'
        '"PRE_PRODUCTION_TRAFFIC_SHIFT","POST_PRODUCTION_TRAFFIC_SHIFT"],"TimeoutConfiguration":'
        '{"TimeoutInMinutes":60,"Action":"ROLLBACK"}}]'
    )
    assert snippets.load_balancer(b.service()) == (
        "CLI: aws ecs update-service --cluster c --service sample --deployment-configuration strategy=BLUE_GREEN "
        """--load-balancers '[{"targetGroupArn":"GROUP","containerName":"CONTAINER","containerPort":"PORT","""
        '"advancedConfiguration":{"alternateTargetGroupArn":"OTHER_GROUP","productionListenerRule":"RULE",'
        """"testListenerRule":"TEST_RULE","roleArn":"ROLE"}}]'; """
        "CDK: cfn_service.add_property_override('LoadBalancers.0.AdvancedConfiguration', V); "
        "CloudFormation: LoadBalancers.0.AdvancedConfiguration: V; "
        'V = {"AlternateTargetGroupArn":"OTHER_GROUP","ProductionListenerRule":"RULE","TestListenerRule":"TEST_RULE",'
        '"RoleArn":"ROLE"}'
    )


def test_a_pause_as_long_as_the_gate_holds_it() -> None:
    """Twenty minutes are what the bake may take by default; the snippet of a longer gate waits longer."""
    hooks = [hook("", lifecycleStages=list(STAGES.values()), **held(20))]
    assert strategy.refusal(shifted(hooks=hooks), GATED) is None
    long = b.settings_of(strategy=Strategy(test_url="http://x", gate_seconds=9000))
    refused = strategy.refusal(shifted(hooks=hooks), long)
    assert refused is not None
    assert '"timeoutInMinutes":155' in refused.reason
    asked = b.settings_of(strategy=Strategy(test_url="http://x"), after=AfterCheck("check:live", 600))
    refused = strategy.refusal(shifted(hooks=hooks), asked)
    assert refused is not None
    assert "gate 'bake' may take 1860 s" in refused.reason


def held(minutes: int) -> dict[str, Any]:
    """Return the timeout of a hook."""
    return {"timeoutConfiguration": {"timeoutInMinutes": minutes, "action": "ROLLBACK"}}


def _says(verdict: Verdict | None, code: str, reason: str) -> None:
    assert verdict is not None
    assert (verdict.state, verdict.code, verdict.reason) == (State.FAIL, code, NAME + reason)
