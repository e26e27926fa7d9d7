"""No deploy stops a live service: laws over every step from one shape of services.toml to another, and back."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import permutations
from typing import Any

import pytest

from tests.contract import template_laws as laws
from tests.contract.template_shapes import OF_STRATEGIES, SHAPES, Templates, shape

STEPS = list(permutations(SHAPES, 2))


def step(before: str, now: str) -> tuple[Templates, Templates]:
    """Return what is deployed, and what is about to be."""
    return shape(before), shape(now)


@pytest.mark.parametrize("name", SHAPES)
def test_no_template_says_what_a_live_service_counts_or_runs(name: str) -> None:
    """Neither at the first deploy nor at any later one: what CloudFormation goes back to says nothing of it either."""
    assert laws.counts_and_revisions(shape(name)) == []


def test_no_step_takes_away_what_is_imported() -> None:
    """A stack that has left services.toml is deployed still."""
    assert {(a, b): lost for a, b in STEPS if (lost := laws.lost_exports(*step(a, b)))} == {}


def test_no_step_makes_a_resource_again_under_its_name() -> None:
    """CloudFormation makes the new one before it deletes the old one, and so can't: the deploy would fail for ever."""
    assert {(a, b): f for a, b in STEPS if (f := laws.replaced_under_one_name(*step(a, b)))} == {}


def test_no_step_gives_a_name_to_a_second_resource() -> None:
    """Not where a service is called otherwise in services.toml, nor where its stack stays beside the new one.

    What waits for an identity is not made: the identity refuses a service that another stack made.
    """
    assert {(a, b): f for a, b in STEPS if (f := laws.made_twice(*step(a, b)))} == {}


def test_no_step_takes_the_key_away_from_what_is_deployed() -> None:
    """A service that left services.toml writes its logs under the pipeline's key still."""
    assert len({laws.key_policies(shape(name)) for name in SHAPES}) == 1


@pytest.mark.parametrize("name", SHAPES)
def test_no_template_knows_a_weight(name: str) -> None:
    """ECS shifts the weights of the rules. A template that has them sets them back at its next change."""
    assert laws.weights_of_rules(shape(name)) == []


@pytest.mark.long
def test_the_laws_hold_from_each_strategy_to_each_other() -> None:
    """Rolling, blue/green, canary and linear, there and back, and other steps of the same strategy."""
    names = ("first", "shifted", *OF_STRATEGIES)
    for name in names:
        templates = shape(name)
        assert laws.counts_and_revisions(templates) == []
        assert laws.weights_of_rules(templates) == []
        assert laws.in_the_way(templates) == []
        assert laws.without_guard(templates["Landfall-Service-sample"]) == []
    for before, now in permutations(names, 2):
        known = step(before, now)
        broken = (laws.lost_exports, laws.replaced_under_one_name, laws.made_twice, laws.moved_listeners)
        assert {(law.__name__, before, now): found for law in broken if (found := law(*known))} == {}
    assert len({laws.key_policies(shape(name)) for name in names}) == 1


@pytest.mark.parametrize("name", SHAPES)
def test_what_is_kept_does_not_stand_in_the_way_of_the_next_deploy(name: str) -> None:
    """`make deploy` takes up what has its name in the template (CloudFormation user guide, automatic import)."""
    assert laws.in_the_way(shape(name)) == []


@pytest.mark.parametrize("name", ["first", "changed", "shifted", "fifty"])
def test_everything_waits_for_the_identity_and_the_service_for_everything(name: str) -> None:
    """So a refusal comes before any change, and a live service that is not deleted keeps all that it needs."""
    stacks = [template for stack, template in shape(name).items() if "Landfall-Service" in stack]
    assert stacks
    assert [found for template in stacks for found in laws.without_guard(template)] == []


def test_a_stack_of_before_is_refused_as_a_whole() -> None:
    """CloudFormation changes no resource's type: were the old name gone instead, it would delete the live service."""
    assert shape("first")["Landfall-Service-sample"]["Resources"]["Service"]["Type"] == "Custom::LandfallService"


# --- what was wrong before, as templates: each law finds it


def template(**resources: Mapping[str, Any]) -> Templates:
    """Return one stack with these resources."""
    return {"S": {"Resources": dict(resources)}}


SERVICE = {"Type": "AWS::ECS::Service", "Properties": {"TaskDefinition": "landfall-sample"}}
FIRST = {"Type": "AWS::ECS::Service", "Properties": {**SERVICE["Properties"], "DesiredCount": 0}}  # type: ignore[dict-item]


@pytest.mark.parametrize("service", [FIRST, SERVICE], ids=["said at the first deploy", "said by a bare family"])
def test_a_count_or_a_revision_in_a_template_is_found(service: Mapping[str, Any]) -> None:
    """`FIRST=1` with a second service stopped the first one; the family's newest revision undid a rollback."""
    assert laws.counts_and_revisions(template(Service=service))


def test_a_count_inside_a_custom_resources_text_is_found() -> None:
    """It is passed on as JSON."""
    said = {"Type": "Custom::LandfallService", "Properties": {"Settings": '{"desiredCount":0}'}}
    assert laws.counts_and_revisions(template(Service=said)) == ["S.Service: desiredCount"]


def test_an_export_that_goes_with_its_importer_is_found() -> None:
    """CDK exports what the app imports; the app forgets a service, CloudFormation does not."""
    key = {"Outputs": {"K": {"Export": {"Name": "Key"}}}, "Resources": {}}
    importer = {"Resources": {"Logs": {"Type": "AWS::Logs::LogGroup", "Properties": {"K": {"Fn::ImportValue": "Key"}}}}}
    assert laws.lost_exports({"P": key, "S": importer}, {"P": {"Resources": {}}}) == ["Key"]


def test_a_replacement_under_one_name_is_found() -> None:
    """A property that can't be changed in place, by CloudFormation's schema."""
    kind = "AWS::ElasticLoadBalancingV2::TargetGroup"
    old, new = ({"Type": kind, "Properties": {"Name": "landfall-sample", "Port": port}} for port in (8080, 9090))
    assert laws.replaced_under_one_name(template(T=old), template(T=new)) == ["S.T: Port"]
    assert laws.replaced_under_one_name(template(T=old), template(T=old)) == []


def test_a_name_under_another_logical_id_is_found() -> None:
    """So was the repository of a service that is called otherwise."""
    repository = {"Type": "AWS::ECR::Repository", "Properties": {"RepositoryName": "landfall/sample"}}
    assert laws.made_twice(template(sample=repository), template(shop=repository)) == [
        "S.shop: AWS::ECR::Repository landfall/sample"
    ]


@pytest.mark.parametrize(
    "resource",
    [
        {"Type": laws.RULE, "Properties": {}},
        {
            "Type": laws.LISTENER,
            "Properties": {"DefaultActions": [{"ForwardConfig": {"TargetGroups": [{"Weight": 1}]}}]},
        },
        {"Type": "Custom::LandfallService", "Properties": {"Shifting": '{"weights":[{"weight":100}]}'}},
    ],
)
def test_a_weight_in_a_template_is_found(resource: Mapping[str, Any]) -> None:
    """As a rule, as a default action with weights, and as a text that a function reads."""
    assert laws.weights_of_rules(template(Rule=resource)) == ["S.Rule"]


def test_a_listener_that_leads_elsewhere_is_found() -> None:
    """A change of strategy leaves the default action as it is."""
    old, new = (
        {"Type": laws.LISTENER, "Properties": {"DefaultActions": [{"TargetGroupArn": group}]}} for group in ("a", "b")
    )
    assert laws.moved_listeners(template(L=old), template(L=new)) == ["S.L"]
    assert laws.moved_listeners(template(L=old), template(L=old)) == []
