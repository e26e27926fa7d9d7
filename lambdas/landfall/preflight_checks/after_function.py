"""Does the function of the after-check exist, and may Landfall call it? Checked before anything is changed.

Otherwise a release would be proven, get no answer, and be rolled back. Lambda answers an Invoke of type DryRun without
running anything (Lambda API reference, Invoke).
"""

from __future__ import annotations

from landfall.model import Release, Verdict, failed
from landfall.settings import Service
from landfall.settings.after import function_and_qualifier

NOT_FOUND, DENIED, UNUSABLE = "AFTER_CHECK_NOT_FOUND", "AFTER_CHECK_DENIED", "AFTER_CHECK_UNUSABLE"
MISSING = "ResourceNotFoundException"
REFUSED = ("AccessDeniedException", "AccessDenied", "UnrecognizedClientException")
_ACTIONS = {"landfall-invoke": "lambda:InvokeFunction", "landfall-read": "lambda:GetFunctionConfiguration"}


def refusal(code: str, said: str, settings: Service, release: Release) -> Verdict:
    """Return the refusal for what Lambda said, with the commands that fix it."""
    name = settings.after.function if settings.after else ""
    key = f"services.{settings.name}.after.function"
    if code == MISSING:
        return failed(NOT_FOUND, f"function {name} is not there ({said}): correct {key}, or {created(name)}")
    if code in REFUSED:
        return failed(DENIED, f"Landfall may not use function {name} ({said}): {_granted(name, release)}")
    return failed(UNUSABLE, f"function {name} can't be used as an after-check: {said}; fix it, or {key}")


def created(name: str) -> str:
    """Return the commands that create a function, and its alias where the name has one."""
    function, qualifier = function_and_qualifier(name)
    code = "--runtime python3.13 --handler check.handler --role ROLE --zip-file fileb://check.zip --publish"
    made = f"create it: aws lambda create-function --function-name {function.rpartition(':')[2]} {code}"
    alias = f"aws lambda create-alias --function-name {function} --name {qualifier} --function-version 1"
    return f"{made}; {alias}" if qualifier else made


def _granted(name: str, release: Release) -> str:
    """Return how to allow it. In one account the stack's own rights are enough; another account has to agree."""
    ours, parts = release.execution_arn.split(":")[4:5], name.split(":")
    if not name.startswith("arn:") or parts[4:5] == ours:
        return "deploy Landfall's stack, which grants it; if that is done, a permissions boundary or an SCP denies it"
    function, qualifier = function_and_qualifier(name)
    at = f"--function-name {function}" + (f" --qualifier {qualifier}" if qualifier else "")
    commands = (
        f"aws lambda add-permission {at} --statement-id {statement} --action {action} --principal {ours[0]}"
        for statement, action in _ACTIONS.items()
    )
    return f"in account {parts[4]}: {'; '.join(commands)}"
