"""Is the function of a service's after-check there, and may Landfall invoke it? For `landfall doctor`.

This module asks IAM about the role of the step that invokes the function (IAM API reference,
SimulatePrincipalPolicy): the caller's own rights say nothing about that role.
"""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from cli.cloud import Cloud
from cli.quotas import Unwell
from landfall.aws.functions.after_function import AfterFunction
from landfall.errors import AwsCallFailed
from landfall.preflight_checks.after_function import MISSING, created
from landfall.settings import Service
from landfall.settings.after import function_and_qualifier

STEP = "landfall-after-check"
"""The function of the step that invokes it."""
ACTIONS = ("lambda:InvokeFunction", "lambda:GetFunctionConfiguration")
ALLOWED = "allowed"
_REGION, _ACCOUNT = 3, 4
"""Their places in an ARN."""


def look(cloud: Cloud, service: Service) -> str:
    """Say that the function may be invoked. Raises Unwell if not, and AwsCallFailed or ClientError if unknown."""
    name = service.after.function if service.after else ""
    client = cloud.client("lambda")
    try:
        seconds = AfterFunction(client, lambda _: client, name).time_limit()
    except AwsCallFailed as error:
        if error.code != MISSING:
            raise
        key = f"services.{service.name}.after.function"
        raise Unwell(f"function {name} is not there", f"correct {key}, or {created(name)}") from error
    there = f"{name} is there, with a time limit of {seconds} s"
    if cloud.local:
        return f"{there}; the local AWS refuses no call"
    return f"{there}; {_allowed(cloud, client, name)}"


def _allowed(cloud: Cloud, client: Any, name: str) -> str:
    own, arn = cloud.machine.split(":"), _arn(name, cloud.machine)
    try:
        role = client.get_function_configuration(FunctionName=STEP)["Role"]
        asked = {"PolicySourceArn": role, "ActionNames": list(ACTIONS), "ResourceArns": [arn]}
        found = cloud.client("iam").simulate_principal_policy(**asked)["EvaluationResults"]
    except ClientError as error:
        mend = "allow your identity the action that AWS names here; Preflight asks too, before it changes anything"
        raise Unwell(f"{name} is there, but it is not known whether Landfall may invoke it: {error}", mend) from error
    denied = [each for each in found if each["EvalDecision"] != ALLOWED]
    if denied or not found:
        what = ", ".join(f"{each['EvalActionName']} ({each['EvalDecision']})" for each in denied) or "nothing"
        mend = "deploy Landfall's stack, which grants it; if that is done, a permissions boundary or an SCP denies it"
        raise Unwell(f"IAM does not let Landfall use {name}: {what}", mend)
    theirs = arn.split(":")[_ACCOUNT]
    if theirs != own[_ACCOUNT]:
        return f"Landfall's role may invoke it if account {theirs} allows that too: Preflight checks it"
    return "Landfall may invoke it"


def _arn(name: str, machine: str) -> str:
    """Return the function's ARN, with its alias or version. A bare name means Landfall's own account and region."""
    if name.startswith("arn:"):
        return name
    partition, region, account = (machine.split(":")[at] for at in (1, _REGION, _ACCOUNT))
    function, qualifier = function_and_qualifier(name)
    return f"arn:{partition}:lambda:{region}:{account}:function:{function}" + (f":{qualifier}" if qualifier else "")
