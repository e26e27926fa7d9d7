"""What preflight says of an after-check's function that can't be used: the command that fixes it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from landfall.model import State
from landfall.preflight_checks import after_function
from landfall.settings import Service
from landfall.settings.after import AfterCheck
from tests.support import builders as b

HERE = "arn:aws:lambda:us-east-1:123456789012:function:check"
ELSEWHERE = "arn:aws:lambda:us-east-1:999999999999:function:check:live"
DENIED, MISSING = "AccessDeniedException", after_function.MISSING

SAYS = {
    "no function": (MISSING, "check", "AFTER_CHECK_NOT_FOUND", "aws lambda create-function --function-name check "),
    "no alias": (MISSING, f"{HERE}:live", "AFTER_CHECK_NOT_FOUND", f"create-alias --function-name {HERE} --name live"),
    "denied here": (DENIED, "check:live", "AFTER_CHECK_DENIED", "deploy Landfall's stack"),
    "denied here, by ARN": (DENIED, HERE, "AFTER_CHECK_DENIED", "deploy Landfall's stack"),
    "denied by another account": (
        DENIED,
        ELSEWHERE,
        "AFTER_CHECK_DENIED",
        "--qualifier live --statement-id landfall-invoke --action lambda:InvokeFunction --principal 123456789012",
    ),
    "anything else": ("InvalidParameterValueException", "check", "AFTER_CHECK_UNUSABLE", "services.sample.after"),
}


@pytest.mark.parametrize(("code", "function", "verdict", "told"), SAYS.values(), ids=SAYS)
def test_the_way_out_is_told(code: str, function: str, verdict: str, told: str) -> None:
    """With AWS's own words; the whole of it fits a reason."""
    settings = replace(SERVICE, after=AfterCheck(function))
    found = after_function.refusal(code, "Lambda's own words", settings, b.release())
    assert (found.state, found.code) == (State.FAIL, verdict)
    assert "Lambda's own words" in found.reason
    assert told in found.reason
    assert not found.reason.endswith("(cut)")


SERVICE = Service("sample", "c", "sample", "app", "landfall/sample", "task", "execution")
