"""What `landfall doctor` says of an after-check's function: that it is there, and that Landfall may invoke it.

IAM's simulation is in no local AWS, so Lambda and IAM answer by hand here.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from cli import after_functions
from cli.cloud import Cloud
from cli.quotas import Unwell
from landfall.errors import AwsCallFailed
from landfall.settings.after import AfterCheck
from landfall.settings_file.read import load
from local.settings import TEMPLATE
from stacks.functions.steps import STEPS

SETTINGS = load(TEMPLATE)
(SAMPLE,) = SETTINGS.services
OWN = "arn:aws:lambda:us-east-1:123456789012:function:check:live"
THEIRS = "arn:aws:lambda:us-east-1:210987654321:function:check:live"


@dataclass
class Aws:
    """Lambda and IAM. `refused`: the error of each operation that is refused; `decision`: what IAM decides."""

    decision: str = "allowed"
    refused: dict[str, str] = field(default_factory=dict)
    simulated: list[dict[str, Any]] = field(default_factory=list)

    def get_function_configuration(self, **named: Any) -> dict[str, Any]:
        """Answer for Landfall's own function, and for the owner's."""
        self._may("own" if named["FunctionName"] == after_functions.STEP else "theirs")
        return {"Timeout": 30, "Role": "arn:aws:iam::123456789012:role/after"}

    def simulate_principal_policy(self, **asked: Any) -> dict[str, Any]:
        """Decide the same of each action."""
        self._may("simulate")
        self.simulated.append(asked)
        each = ({"EvalActionName": action, "EvalDecision": self.decision} for action in asked["ActionNames"])
        return {"EvaluationResults": list(each)}

    def _may(self, operation: str) -> None:
        if code := self.refused.get(operation):
            raise ClientError({"Error": {"Code": code, "Message": "no"}}, operation)


class Account(Cloud):
    """One whose Lambda and IAM are given."""

    aws = Aws()

    @property
    def machine(self) -> str:
        """Return the ARN of the state machine."""
        return "arn:aws:states:us-east-1:123456789012:stateMachine:landfall"

    def client(self, name: str) -> Any:
        """Return either."""
        assert name in ("lambda", "iam")
        return self.aws


def told(aws: Aws, function: str = "check:live") -> str:
    """Return what is said of a function."""
    account = Account(boto3.Session(region_name="us-east-1"), SETTINGS)
    object.__setattr__(account, "aws", aws)
    return after_functions.look(account, replace(SAMPLE, after=AfterCheck(function)))


def test_that_it_is_there_and_may_be_invoked_is_said_of_landfall_s_role() -> None:
    """IAM is asked about the alias, and about the role of the step."""
    aws = Aws()
    assert told(aws) == "check:live is there, with a time limit of 30 s; Landfall may invoke it"
    (asked,) = aws.simulated
    assert asked["ResourceArns"] == [OWN]
    assert asked["PolicySourceArn"].endswith(":role/after")
    assert after_functions.STEP in {step.function_name for step in STEPS}


def test_what_another_account_allows_is_not_claimed() -> None:
    """IAM's simulation knows nothing of the other account's policy."""
    assert "if account 210987654321 allows that too" in told(Aws(), THEIRS)


WRONG = {
    "not there": (Aws(refused={"theirs": "ResourceNotFoundException"}), "is not there", "aws lambda create-function"),
    "denied": (Aws("implicitDeny"), "lambda:InvokeFunction (implicitDeny)", "deploy Landfall's stack"),
    "not seen": (Aws(refused={"simulate": "AccessDenied"}), "it is not known whether", "allow your identity"),
    "not deployed": (
        Aws(refused={"own": "ResourceNotFoundException"}),
        "it is not known whether",
        "allow your identity",
    ),
}


@pytest.mark.parametrize(("aws", "seen", "mend"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_said_with_the_way_out(aws: Aws, seen: str, mend: str) -> None:
    """What could not be seen is never called right."""
    with pytest.raises(Unwell) as found:
        told(aws)
    assert seen in str(found.value)
    assert mend in found.value.mend


def test_a_function_that_the_caller_may_not_read_is_an_error_of_the_caller_s() -> None:
    """It may be there: nobody is told to create it."""
    with pytest.raises(AwsCallFailed):
        told(Aws(refused={"theirs": "AccessDeniedException"}))
