"""The door for sign-offs: only signed requests reach it, and its policy lets nobody write the event themselves."""

from __future__ import annotations

from tests.stacks.template import Template
from tests.support.later import later

stacks_steps = later("stacks.functions.steps")


def test_the_url_takes_signed_requests_alone(variant: dict[str, Template]) -> None:
    """Nobody reaches it without AWS checking who calls, and no browser page may call it."""
    url = variant["Landfall-Pipeline"].only("AWS::Lambda::Url")

    assert url["AuthType"] == "AWS_IAM"
    assert "Cors" not in url


def test_approvers_may_invoke_the_function_through_its_url_alone(variant: dict[str, Template]) -> None:
    """A URL needs two rights; the second without its condition would let an event name any caller."""
    template = variant["Landfall-Pipeline"]
    policy = template.named("AWS::IAM::ManagedPolicy", "ManagedPolicyName", "landfall-approver")

    assert not {"Roles", "Users", "Groups"} & policy.keys()
    found = {s["Action"]: s.get("Condition") for s in policy["PolicyDocument"]["Statement"]}
    assert found == {
        "lambda:InvokeFunctionUrl": {"StringEquals": {"lambda:FunctionUrlAuthType": "AWS_IAM"}},
        "lambda:InvokeFunction": {"Bool": {"lambda:InvokedViaFunctionUrl": "true"}},
    }
    (resource,) = {s["Resource"] for s in policy["PolicyDocument"]["Statement"]}
    assert resource.startswith("<Approve")


def test_nothing_else_may_invoke_it(variant: dict[str, Template]) -> None:
    """No resource policy opens it to another account, to the machine or to everybody."""
    permissions = variant["Landfall-Pipeline"].of_type("AWS::Lambda::Permission").values()

    assert not [p for p in permissions if "<Approve" in str(p["FunctionName"])]


def test_without_an_approval_table_there_is_no_door(private: Template, pipeline: Template) -> None:
    """A service that asks nobody has no URL and no right to use task tokens."""
    assert private.of_type("AWS::Lambda::Url")
    assert not pipeline.of_type("AWS::Lambda::Url")
    assert "states:SendTaskSuccess" not in str(pipeline.resources)


def test_one_step_may_use_a_task_token() -> None:
    """It stands in the ledger, and whoever could use it would wake a deployment before its time."""
    users = [step.id for step in stacks_steps.STEPS for grant in step.grants if "SendTask" in str(grant.actions)]

    assert users == ["Approve"]
