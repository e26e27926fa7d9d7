"""A fault is put on the call that it names, and answers as the service would: told by botocore's own parsers."""

from __future__ import annotations

import botocore.session
import pytest
from botocore.awsrequest import HeadersDict
from botocore.parsers import create_parser

from local.faults.planned import INVOKE
from local.faults.wire import Answer, Request

FUNCTION = "/2015-03-31/functions/after-reef"


def asked(method: str, path: str) -> Request:
    """Return a request to Lambda."""
    return Request(method, path, {"authorization": "Credential=x/20260102/us-east-1/lambda/aws4_request"}, b"{}")


def told(answer: Answer, operation: str) -> str:
    """Return the error's code, as the client reads it."""
    model = botocore.session.get_session().get_service_model("lambda")
    document = {"status_code": answer.status, "headers": HeadersDict(answer.headers), "body": answer.body}
    parsed = create_parser(model.resolved_protocol).parse(document, model.operation_model(operation).output_shape)
    return str(parsed["Error"]["Code"])


@pytest.mark.parametrize(
    ("method", "path", "operation"),
    [
        ("POST", f"{FUNCTION}/invocations?Qualifier=live", "lambda:InvokeFunction"),
        ("GET", f"{FUNCTION}/configuration", "lambda:GetFunctionConfiguration"),
        ("GET", f"{FUNCTION}/policy", "lambda:"),
    ],
)
def test_a_call_of_a_function_is_known_by_its_path(method: str, path: str, operation: str) -> None:
    """By the right that it takes, and never as the call by which Step Functions runs a step."""
    assert asked(method, path).operation == operation != INVOKE


def test_lambdas_errors_are_told_in_lambdas_own_form() -> None:
    """What is throttled was not run, and what failed may have: the code tells them apart."""
    request = asked("POST", f"{FUNCTION}/invocations")
    assert told(request.throttled(), "Invoke") == "TooManyRequestsException"
    assert told(request.error(500, "InternalFailure", "a fault"), "Invoke") == "InternalFailure"
