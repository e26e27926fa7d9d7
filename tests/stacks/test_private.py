"""A private service whose checks send secrets: the steps that ask it, and they alone, get what that takes."""

from __future__ import annotations

from typing import Any

import pytest

from stacks.functions.steps_table import STEPS
from statemachine.definition import Machine
from tests.stacks.template import Template, many

ASKING = [step for step in STEPS if step.asks_services]
INTERFACES = {
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:AssignPrivateIpAddresses",
    "ec2:UnassignPrivateIpAddresses",
}
"""Those of AWSLambdaVPCAccessExecutionRole (AWS managed policy reference), logs aside."""


def _statements(private: Template, step: str) -> list[dict[str, Any]]:
    (role,) = (r for r in private.of_type("AWS::IAM::Role") if r.startswith(f"{step}Role"))
    return private.statements_of(role)


def test_three_steps_ask_services() -> None:
    """What runs before the update is asked by Preflight, what runs after it by SmokeTest, and both by JudgeGate."""
    assert [step.id for step in ASKING] == ["Preflight", "JudgeGate", "SmokeTest"]


def test_scans_are_read_by_one_step_of_one_repository(private: Template) -> None:
    """Where a service asks for its image's scan, Preflight may read it, of that repository alone."""
    action = "ecr:DescribeImageScanFindings"
    found = {
        step.id: s["Resource"]
        for step in STEPS
        if step.machine == Machine.DEPLOY
        for s in _statements(private, step.id)
        if action in many(s["Action"])
    }
    assert list(found) == ["Preflight"]
    assert "repository/shop/web" in str(found["Preflight"])
    assert "*" not in str(found["Preflight"])


def test_they_and_no_other_run_in_the_network(private: Template) -> None:
    """The others talk to AWS alone, and would need endpoints there for nothing."""
    inside = {
        f["FunctionName"]: f["VpcConfig"] for f in private.of_type("AWS::Lambda::Function").values() if "VpcConfig" in f
    }
    network = {
        "SubnetIds": ["subnet-0a1b2c3d4e5f60718", "subnet-1a1b2c3d4e5f60718"],
        "SecurityGroupIds": ["sg-0a1b2c3d4e5f60718"],
    }
    assert inside == {step.function_name: network for step in ASKING}


def test_who_asks_fast_gets_a_whole_cpu(private: Template) -> None:
    """A hundred TLS connections a second take half of one; too little of it would look like a late answer."""
    memory = {f["FunctionName"]: f["MemorySize"] for f in private.of_type("AWS::Lambda::Function").values()}
    ours = {step.function_name: 1769 if step in ASKING else 512 for step in STEPS if step.function_name in memory}
    assert {name: memory[name] for name in ours} == ours


@pytest.mark.parametrize("step", ASKING, ids=lambda step: step.id)
def test_lambda_may_make_their_interfaces_and_their_code_may_not(private: Template, step: Any) -> None:
    """One role for both: what the code inside the function asks for is told by its source, and denied."""
    about = [s for s in _statements(private, step.id) if str(s["Action"]).count("ec2:")]
    look, change, deny = about

    assert (look["Effect"], look["Resource"]) == ("Allow", "*")
    assert all(action.startswith("ec2:Describe") for action in look["Action"])
    assert (change["Effect"], change["Resource"]) == ("Allow", "arn:aws:ec2:REGION:ACCOUNT:*/*")
    assert {*look["Action"], *change["Action"]} == set(deny["Action"]) == INTERFACES
    assert (deny["Effect"], deny["Resource"]) == ("Deny", "*")
    assert deny["Condition"] == {
        "ArnEquals": {"lambda:SourceFunctionArn": f"arn:aws:lambda:REGION:ACCOUNT:function:{step.function_name}"}
    }


@pytest.mark.parametrize("step", [s for s in STEPS if s.machine is not Machine.BUILD_WATCH], ids=lambda step: step.id)
def test_only_they_read_secrets_and_only_those_that_checks_send(private: Template, step: Any) -> None:
    """By name, and the six characters that Secrets Manager adds: never by a "*", which would let in longer names."""
    reading = [s for s in _statements(private, step.id) if "secretsmanager:GetSecretValue" in many(s["Action"])]
    expected = [f"arn:aws:secretsmanager:REGION:ACCOUNT:secret:{name}-??????" for name in ("shop/smoke", "shop-key")]
    assert [s["Resource"] for s in reading] == ([expected] if step in ASKING else [])


def test_without_either_nothing_is_granted(unbuilt: Template) -> None:
    """Whoever has no private service and sends no secret gives no right on any."""
    granted = {action for s in unbuilt.identity_statements() for action in many(s["Action"])}
    assert not granted & {"secretsmanager:GetSecretValue", *INTERFACES}
    assert not [f for f in unbuilt.of_type("AWS::Lambda::Function").values() if "VpcConfig" in f]
