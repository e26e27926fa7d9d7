"""What AWS takes of templates, patterns and policies, with 1, 2, 50 and 100 services."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from typing import Any

import pytest

from tests.contract.template_shapes import Templates, services, shape, synthesised
from tests.stacks.template import Template, many
from tests.support.later import later

cdk, iam, rights = later("aws_cdk"), later("aws_cdk.aws_iam"), later("stacks.functions.policy_packing")
build_watch, trigger = later("stacks.pipeline.build_watch"), later("stacks.pipeline.trigger")

TEMPLATE_BYTES, RESOURCES, OUTPUTS = 1_000_000, 500, 200
"""CloudFormation user guide, quotas; the first is given as 1 MB."""
PATTERN, RULES = 2_048, 100
"""EventBridge user guide, quotas: event pattern size; rules of a bus, 300, and 100 in some regions."""
INLINE, MANAGED, ATTACHED = 10_240, 6_144, 10
"""IAM user guide, quotas: characters of a role's inline policies and of a managed one, without blanks; how many managed
ones a role has."""
KEY_POLICY = 32_768
"""KMS developer guide, resource quotas."""
WIDGETS = 500
"""CloudWatch user guide, quotas of a dashboard."""
LONG = "x" * 100
"""What a reference may become: an ARN of a generated name."""


def over(templates: Templates) -> list[str]:
    """Find what AWS would refuse for its size."""
    return [f"{stack}: {found}" for stack, template in templates.items() for found in _over(template)]


def _over(template: Mapping[str, Any]) -> Iterator[str]:
    sizes = {
        "bytes": (len(json.dumps(template, separators=(",", ":"))), TEMPLATE_BYTES),
        "resources": (len(template["Resources"]), RESOURCES),
        "outputs": (len(template.get("Outputs", {})), OUTPUTS),
    }
    read = Template(template)
    rules = read.of_type("AWS::Events::Rule")
    sizes["rules"] = (len(rules), RULES)
    for name, rule in rules.items():
        if "EventPattern" in rule:
            sizes[f"pattern {name}"] = (len(_text({**rule["EventPattern"], "account": ["1" * 12]})), PATTERN)
    for name, key in read.of_type("AWS::KMS::Key").items():
        sizes[f"key policy {name}"] = (len(_text(key["KeyPolicy"])), KEY_POLICY)
    for name, board in read.of_type("AWS::CloudWatch::Dashboard").items():
        sizes[f"widgets {name}"] = (str(board["DashboardBody"]).count('"type":"metric"'), WIDGETS)
    sizes |= _policies(read)
    yield from (f"{what}: {size} of {most}" for what, (size, most) in sizes.items() if size > most)


def _policies(template: Template) -> dict[str, tuple[int, int]]:
    inline: dict[str, int] = {}
    for policy in template.of_type("AWS::IAM::Policy").values():
        for role in policy["Roles"]:
            inline[role] = inline.get(role, 0) + len(_text(policy["PolicyDocument"]))
    managed = template.of_type("AWS::IAM::ManagedPolicy")
    attached: dict[str, int] = {}
    for policy in managed.values():
        for role in many(policy.get("Roles", ())):  # those for people are attached to nobody
            attached[role] = attached.get(role, 0) + 1
    return {
        **{f"inline of {role}": (size, INLINE) for role, size in inline.items()},
        **{f"managed {name}": (len(_text(each["PolicyDocument"])), MANAGED) for name, each in managed.items()},
        **{f"attached to {role}": (count, ATTACHED) for role, count in attached.items()},
    }


def _text(value: Any) -> str:
    """Return JSON without blanks, with the longest names of account and region in it."""
    said = json.dumps(value, separators=(",", ":")).replace("ACCOUNT", "1" * 12).replace("REGION", "ap-southeast-1")
    parts = said.split("<")
    return parts[0] + "".join(LONG + rest.partition(">")[2] for rest in parts[1:])


@pytest.mark.parametrize("name", ["first", "added", "fifty"])
def test_aws_takes_what_one_two_and_fifty_services_become(name: str) -> None:
    """Templates, rules, policies, key, dashboard."""
    assert over(shape(name)) == []


@pytest.mark.long
@pytest.mark.parametrize("count", [50, 100])
def test_aws_takes_what_a_hundred_services_become(count: int) -> None:
    """Each with a build and a stack of its own."""
    templates = synthesised(services(count, with_stacks=count))
    assert len(templates) == count + 6
    assert over(templates) == []


@pytest.mark.parametrize("of", ["pushes", "builds"])
@pytest.mark.parametrize("length", [3, 30, 256])
@pytest.mark.parametrize("count", [1, 2, 50, 100, 300])
def test_every_name_is_watched_by_one_rule_that_aws_takes(of: str, count: int, length: int) -> None:
    """As long as a repository's name may be (ECR API reference, CreateRepository)."""
    names = [f"{number:03}".ljust(length, "x") for number in range(count)]
    watched = trigger.PUSHES if of == "pushes" else build_watch.BUILDS
    made = list(trigger.groups(names, lambda some: trigger.fits(watched, some)))

    assert sorted(name for _, some in made for name in some) == names
    assert all(trigger.fits(watched, some) for _, some in made)
    assert len({mark for mark, _ in made}) == len(made)


def test_one_more_name_changes_the_rule_it_belongs_to_alone() -> None:
    """The others see nothing of it: no push falls between an old rule and a new one."""
    names: list[str] = []
    before: dict[str, tuple[str, ...]] = {}
    for number in range(300):
        names.append(hashlib.sha1(str(number).encode(), usedforsecurity=False).hexdigest())
        now = {
            mark: tuple(some) for mark, some in trigger.groups(names, lambda some: trigger.fits(trigger.PUSHES, some))
        }
        gone, new = before.keys() - now.keys(), now.keys() - before.keys()
        changed = {mark for mark in before.keys() & now.keys() if before[mark] != now[mark]}
        assert len(gone) + len(changed) <= 1
        assert all(mark.startswith(tuple(gone)) for mark in new) or not before
        before = now


def test_a_right_that_is_cut_into_policies_is_the_right_that_was_given() -> None:
    """Of every resource and every value of a condition: none more, none less."""
    arns = [f"arn:aws:ecs:us-east-1:111111111111:service/cluster-{n}/{'x' * 40}" for n in range(150)]
    every = {"ArnEquals": {"ecs:cluster": arns}, "StringEquals": {"aws:SourceAccount": "111111111111"}}
    all_of = {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": [f"key-{n}" for n in range(40)]}}
    asked: list[dict[str, Any]] = [
        {"Effect": "Allow", "Action": ["ecs:DescribeServices", "ecs:UpdateService"], "Resource": arns},
        {"Effect": "Allow", "Action": ["ecs:ListTasks"], "Resource": ["*"], "Condition": every},
        {"Effect": "Allow", "Action": ["dynamodb:Query"], "Resource": ["*"], "Condition": all_of},
    ]
    stack = cdk.Stack(app := cdk.App(analytics_reporting=False), "S")
    role = iam.Role(stack, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
    rights.give(stack, "Rights", role, [iam.PolicyStatement.from_json(each) for each in asked])
    template = Template(app.synth().get_stack_by_name("S").template)

    policies = [*template.of_type("AWS::IAM::Policy").values(), *template.of_type("AWS::IAM::ManagedPolicy").values()]
    given = [statement for policy in policies for statement in policy["PolicyDocument"]["Statement"]]

    assert sorted(set(_rights(given))) == sorted(_rights(asked))
    assert list(_over(template.document)) == []


def _rights(statements: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for each in statements:
        clusters = many(each.get("Condition", {}).get("ArnEquals", {}).get("ecs:cluster", [""]))
        others = {operator: keys for operator, keys in each.get("Condition", {}).items() if operator != "ArnEquals"}
        for action, resource, cluster in product(many(each["Action"]), many(each["Resource"]), clusters):
            yield f"{action} {resource} {cluster} {json.dumps(others)}"
