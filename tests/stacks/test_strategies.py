"""A service stack whose traffic ECS shifts: what is in its template, what is not, and what its function may do."""

from __future__ import annotations

import json
from typing import Any

import pytest

from landfall.settings import ServiceStack
from landfall.settings.strategy import Strategy
from tests.contract.template_shapes import shape
from tests.stacks.template import Template, many
from tests.support.later import later

told = later("stacks.service.shifting")

GATES = ("POST_TEST_TRAFFIC_SHIFT", "PRE_PRODUCTION_TRAFFIC_SHIFT", "POST_PRODUCTION_TRAFFIC_SHIFT")


@pytest.fixture(scope="module")
def template() -> Template:
    """Return the template of a service that is released as a canary."""
    return Template(shape("shifted")["Landfall-Service-sample"])


def shifting(template: Template) -> dict[str, Any]:
    """Return what the service's function is told."""
    return dict(json.loads(template.only("Custom::LandfallService")["Shifting"]))


@pytest.mark.parametrize(
    ("stack", "own"),
    [
        (ServiceStack(strategy="blue_green"), {"strategy": "BLUE_GREEN"}),
        (
            ServiceStack(strategy="canary", canary_percent=20),
            {"strategy": "CANARY", "canaryConfiguration": {"canaryPercent": 20, "canaryBakeTimeInMinutes": 0}},
        ),
        (
            ServiceStack(strategy="linear", step_percent=25, step_bake_minutes=1),
            {"strategy": "LINEAR", "linearConfiguration": {"stepPercent": 25, "stepBakeTimeInMinutes": 1}},
        ),
    ],
)
def test_a_strategy_is_told_with_ecs_own_waits_at_zero(stack: ServiceStack, own: dict[str, Any]) -> None:
    """Landfall's gates hold the traffic, and ECS may go back by itself: its old tasks still run."""
    assert told.configuration(stack) == {
        "bakeTimeInMinutes": 0,
        "deploymentCircuitBreaker": {"enable": True, "rollback": True},
        **own,
    }


@pytest.mark.parametrize(
    ("stack", "minutes", "stages"),
    [
        (ServiceStack(strategy="blue_green"), 60, GATES[::2]),
        (ServiceStack(strategy="canary"), 60, GATES),
        (ServiceStack(strategy="linear", pause_minutes=90), 90, GATES),
    ],
)
def test_each_gate_is_a_pause_that_ends_in_a_rollback(
    stack: ServiceStack, minutes: int, stages: tuple[str, ...]
) -> None:
    """If Landfall does not come back, ECS goes back. Blue/green shifts once, so it has no gate while it shifts."""
    timeout = {"timeoutInMinutes": minutes, "action": "ROLLBACK"}
    assert told.hooks(stack, Strategy()) == [
        {"targetType": "PAUSE", "lifecycleStages": [stage], "timeoutConfiguration": timeout} for stage in stages
    ]


def test_the_function_is_told_both(template: Template) -> None:
    """With the headers that the test rule matches."""
    said = shifting(template)
    assert said["configuration"] == told.configuration(ServiceStack(strategy="canary"))
    assert [hook["lifecycleStages"] for hook in said["hooks"]] == [[stage] for stage in GATES]
    assert said["headers"] == {"X-Test": "1"}


def test_no_rule_and_no_weight_is_in_a_template(template: Template) -> None:
    """CloudFormation would set weights back that ECS has moved (aws-cdk #36649)."""
    assert not template.of_type("AWS::ElasticLoadBalancingV2::ListenerRule")
    assert "Weight" not in json.dumps(template.document)


def test_ecs_changes_rules_with_its_managed_policy_and_the_function_passes_that_role_alone(
    template: Template,
) -> None:
    """ECS assumes it; the function may create and change rules of this load balancer, and delete none."""
    (role,) = (r for name, r in template.of_type("AWS::IAM::Role").items() if name.startswith("ShiftingRole"))
    own = next(r for r in template.of_type("AWS::IAM::Role") if r.startswith("OwnRole"))
    rights = {action: s for s in template.statements_of(own) for action in many(s["Action"])}
    where = "arn:aws:elasticloadbalancing:REGION:ACCOUNT"

    assert role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] == {"Service": "ecs.amazonaws.com"}
    assert role["ManagedPolicyArns"] == ["arn:aws:iam::aws:policy/AmazonECSInfrastructureRolePolicyForLoadBalancers"]
    assert rights["iam:PassRole"]["Resource"] == f"arn:aws:iam::ACCOUNT:role/{role['RoleName']}"
    assert rights["iam:PassRole"]["Condition"] == {"StringEquals": {"iam:PassedToService": "ecs.amazonaws.com"}}
    create, modify = (rights[f"elasticloadbalancing:{verb}Rule"]["Resource"] for verb in ("Create", "Modify"))
    assert create == f"{where}:listener/app/landfall-sample/*/*"
    assert modify == f"{where}:listener-rule/app/landfall-sample/*/*/*"
    assert "elasticloadbalancing:DeleteRule" not in rights


def test_the_groups_outlive_the_listener_that_names_them(template: Template) -> None:
    """Rules go with the listener; a group that a rule names can't be deleted."""
    ((_, listener),) = ((n, r) for n, r in template.resources.items() if r["Type"].endswith("V2::Listener"))
    groups = set(template.of_type("AWS::ElasticLoadBalancingV2::TargetGroup"))
    (alternate,) = (g for g in groups if "Alternate" in g)
    assert alternate in listener["DependsOn"]
    assert shifting(template)["groups"] == [f"<{g}>" for g in sorted(groups, key=lambda g: "Alternate" in g)]
