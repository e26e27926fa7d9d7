"""Errors of functions: named as on AWS, since a Retry and a Catch match the name."""

from __future__ import annotations

import json
import traceback

import pytest

from landfall.errors import AwsBusy
from local.emulator.local_aws import LocalAws
from local.traits.error_types import UNNAMED, error_type
from tests.local.archives import archive

CODE = "class Busy(Exception): pass\ndef handler(event, context): raise Busy('no: x')"


def test_a_functions_error_has_the_name_of_its_class(aws: LocalAws) -> None:
    """Not the emulator's one name for all: with it, `ErrorEquals: [AwsBusy]` would never match."""
    functions = aws.client("lambda")
    functions.create_function(
        FunctionName="busy",
        Runtime="python3.13",
        Role="arn:aws:iam::000000000000:role/any",
        Handler="main_code.handler",
        Code={
            "ZipFile": archive("main_code.py", "class Busy(Exception): pass\ndef handler(e, c): raise Busy('no: x')")
        },
    )
    answer = json.loads(functions.invoke(FunctionName="busy")["Payload"].read())

    assert (answer["errorType"], answer["errorMessage"]) == ("Busy", "no: x")


def _trace(error: Exception, cause: Exception | None = None) -> str:
    try:
        raise error from cause
    except Exception:
        return traceback.format_exc()


@pytest.mark.parametrize(
    ("log", "name"),
    [
        (_trace(ValueError()), "ValueError"),
        (_trace(AwsBusy("Throttling", "reading: Rate exceeded")), "AwsBusy"),
        ("a line of the log\n" + _trace(KeyError("a\nLater: no error")), "KeyError"),
        (_trace(AwsBusy("Throttling", "first\nSecond: line")), "AwsBusy"),
        (_trace(AwsBusy("Throttling", "busy"), cause=OSError("closed")), "AwsBusy"),
        ("Worker process died", UNNAMED),
        ("", UNNAMED),
    ],
)
def test_the_name_is_that_of_the_exception_that_left(log: str, name: str) -> None:
    """Whatever its message looks like, whatever caused it."""
    assert error_type(log) == name
