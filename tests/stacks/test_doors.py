"""The doors for people: only signed requests reach them, and their policies let nobody write the event themselves."""

from __future__ import annotations

import pytest

from tests.stacks.template import Template
from tests.support.later import later

stacks_steps = later("stacks.functions.steps_table")
DOORS = {"landfall-approver": "Approve", "landfall-aborter": "Abort"}
"""The functions with a URL, by the policy that opens it."""


def test_the_urls_take_signed_requests_alone(variant: dict[str, Template]) -> None:
    """Nobody reaches one without AWS checking who calls, and no browser page may call it."""
    urls = variant["Landfall-Pipeline"].of_type("AWS::Lambda::Url").values()

    assert len(urls) == len(DOORS)
    assert {url["AuthType"] for url in urls} == {"AWS_IAM"}
    assert not [url for url in urls if "Cors" in url]


@pytest.mark.parametrize(("name", "step"), DOORS.items())
def test_people_may_invoke_a_function_through_its_url_alone(variant: dict[str, Template], name: str, step: str) -> None:
    """A URL needs two rights; the second without its condition would let an event name any caller."""
    template = variant["Landfall-Pipeline"]
    policy = template.named("AWS::IAM::ManagedPolicy", "ManagedPolicyName", name)

    assert not {"Roles", "Users", "Groups"} & policy.keys()
    found = {s["Action"]: s.get("Condition") for s in policy["PolicyDocument"]["Statement"]}
    assert found == {
        "lambda:InvokeFunctionUrl": {"StringEquals": {"lambda:FunctionUrlAuthType": "AWS_IAM"}},
        "lambda:InvokeFunction": {"Bool": {"lambda:InvokedViaFunctionUrl": "true"}},
    }
    (resource,) = {s["Resource"] for s in policy["PolicyDocument"]["Statement"]}
    assert resource.startswith(f"<{step}")


@pytest.mark.parametrize("step", DOORS.values())
def test_nothing_else_may_invoke_it(variant: dict[str, Template], step: str) -> None:
    """No resource policy opens it to another account, to the machine or to everybody."""
    permissions = variant["Landfall-Pipeline"].of_type("AWS::Lambda::Permission").values()

    assert not [p for p in permissions if f"<{step}" in str(p["FunctionName"])]


def test_without_an_approval_table_there_is_one_door(private: Template, pipeline: Template) -> None:
    """A service that asks nobody has no URL to answer at and no right to use task tokens; abort is always there."""
    assert len(private.of_type("AWS::Lambda::Url")) == len(DOORS)
    assert len(pipeline.of_type("AWS::Lambda::Url")) == 1
    assert "states:SendTaskSuccess" not in str(pipeline.resources)


def test_one_step_may_stop_an_execution() -> None:
    """Whoever stops one undoes a deployment: the one that may writes down for whom."""
    users = [step.id for step in stacks_steps.STEPS for grant in step.grants if "states:StopEx" in str(grant.actions)]

    assert users == ["Abort"]


def test_one_step_may_use_a_task_token() -> None:
    """It stands in the ledger, and whoever could use it would wake a deployment before its time."""
    users = [step.id for step in stacks_steps.STEPS for grant in step.grants if "SendTask" in str(grant.actions)]

    assert users == ["Approve"]
