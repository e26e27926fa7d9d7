"""Every adapter under every error that the API's model lists for its calls, and under those that any call may meet.

Laws: AWS's words come out as AwsCallFailed, with the code and what was being tried; or the error is read as an answer,
and then READ says so and why. Nothing else: no success, and no error without a name.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore import exceptions as sdk
from botocore.parsers import ResponseParserError

from landfall.aws.trying import UNREADABLE
from landfall.errors import AwsCallFailed
from tests.contract import adapters
from tests.contract.adapters import METHODS, REPLIES
from tests.contract.boundary import SAID, Boundary, Refusal
from tests.contract.outcomes import LISTED, operations, outcome
from tests.steps import calls

URL = "https://service.us-east-1.amazonaws.com"
THROTTLED = (
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "RequestThrottled",
    "RequestThrottledException",
    "TooManyRequestsException",
    "RequestLimitExceeded",
    "ProvisionedThroughputExceededException",
    "BandwidthLimitExceeded",
    "LimitExceededException",
    "SlowDown",
    "PriorRequestNotComplete",
    "TransactionInProgressException",
    "EC2ThrottledException",
)
"""Names of throttling (AWS SDKs and Tools Reference Guide, "Retry behavior"; botocore's own list)."""
REFUSED = (
    "AccessDenied",
    "AccessDeniedException",
    "ExpiredToken",
    "ExpiredTokenException",
    "IncompleteSignature",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "MissingAuthenticationToken",
    "NotAuthorized",
    "OptInRequired",
    "RequestExpired",
    "RequestTimeTooSkewed",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
    "ValidationError",
    "ValidationException",
)
SOME = ("ThrottlingException", "SlowDown", "AccessDenied", "AccessDeniedException", "ExpiredToken", "503", "")
BROKEN = ("InternalFailure", "InternalServerError", "InternalError", "ServiceUnavailable", "503", "502", "Unknown", "")
"""What services, and proxies before them, say of themselves; a number where the answer had no code."""
SDK = (
    sdk.EndpointConnectionError(endpoint_url=URL, error="refused"),
    sdk.ConnectTimeoutError(endpoint_url=URL, error="slow"),
    sdk.ReadTimeoutError(endpoint_url=URL, error="slow"),
    sdk.ConnectionClosedError(endpoint_url=URL, error="closed"),
    sdk.ProxyConnectionError(proxy_url=URL, error="refused"),
    sdk.SSLError(endpoint_url=URL, error="certificate"),
    sdk.HTTPClientError(error="anything"),
    sdk.NoCredentialsError(),
    sdk.CredentialRetrievalError(provider="p", error_msg="gone"),
    sdk.NoRegionError(),
    ResponseParserError("invalid XML received"),
)
"""What does not come from AWS: the network, the credentials, an answer that is none (of a proxy, for instance)."""

CONDITION = {"Locks.acquire": None, "Locks.release": False, "Freezes.put": False, "Findings.write": None} | {
    f"Ledger.{name}": False for name in ("open", "update", "exchange", "finish", "claim_recovery", "claim_sweep")
}
READ: dict[tuple[str, str], tuple[Any, str]] = {
    ("Ecs.service", "ClusterNotFoundException"): (None, "there is no such service where there is no such cluster"),
    ("Services.described", "ClusterNotFoundException"): ({"sample": None}, "the same of each of them"),
    ("Ecs.is_active", "ClientException"): (False, "ECS says so of a revision that it does not know"),
    ("Ecr.image", "ImageNotFoundException"): (None, "there is no such image"),
    ("Ecr.image", "RepositoryNotFoundException"): (None, "there is no such image"),
    ("Ecr.scan", "ScanNotFoundException"): ("Scan", "the image was not scanned, which a look of its own judges"),
    ("Registry.lifecycle_policy", "LifecyclePolicyNotFoundException"): ("str", "the repository has no policy"),
    ("Registry.lifecycle_policy", "RepositoryNotFoundException"): ("NoneType", "the look at pushes says so"),
    ("TaskLogs.exists", "ResourceNotFoundException"): (False, "there is no such log group"),
    ("TaskLogs.of_task", "ResourceNotFoundException"): ("Written", "a task's stream appears with its first line"),
    ("Surroundings.role_exists", "NoSuchEntity"): (False, "the role is gone"),
    ("Surroundings.role_exists", "AccessDenied"): (None, "another account's role: what can't be read is not gone"),
    ("Surroundings.role_exists", "AccessDeniedException"): (None, "the same"),
    ("Surroundings.secret_exists", "ResourceNotFoundException"): (False, "the secret is gone"),
    ("Surroundings.secret_exists", "AccessDenied"): (None, "what can't be read is not gone"),
    ("Surroundings.secret_exists", "AccessDeniedException"): (None, "the same"),
    ("Reports.put", "PreconditionFailed"): ("s3://reports/k", "it is there already, and stays as it is"),
    ("Executions.status", "ExecutionDoesNotExist"): (None, "Step Functions forgets an execution after 90 days"),
    ("Executions.execution", "ExecutionDoesNotExist"): (None, "the same"),
    ("Executions.stop", "ExecutionDoesNotExist"): (False, "there is nothing to stop"),
    ("Executions.stop", "ValidationException"): (False, "it has ended"),
    ("Executions.start", "ExecutionAlreadyExists"): (False, "one of that name was started before"),
    ("Versions.remove", "ResourceNotFoundException"): (None, "a version that is gone is as it should be"),
    ("Signing.begin", "PreconditionFailed"): (None, "the key is there already"),
    ("Wakes.note", "ConditionalCheckFailedException"): (None, "its condition is always met"),
    **{
        ("Wakes.wake", code): (False, "the wait has ended, and needs no waking")
        for code in ("InvalidToken", "TaskDoesNotExist", "TaskTimedOut")
    },
    ("Ledger.mark", "ConditionalCheckFailedException"): (None, "the record is gone: nothing is left to be marked"),
    **{(m, "ConditionalCheckFailedException"): (value, "somebody was faster") for m, value in CONDITION.items()},
    **{
        ("Secrets.known", code): ("dict", "a check whose secret can't be had fails, and says why")
        for code in (
            "ResourceNotFoundException",
            "AccessDeniedException",
            "InvalidRequestException",
            "DecryptionFailure",
        )
    },
}
"""Errors that are an answer: by the method and the code, what is returned and why that is right."""
ONLY_IN = {"Ecr.image": "DescribeImages"}
"""Where the same code in another call of the method is no answer."""
SHRUGGED = {
    "AfterFunction.call": "whatever goes wrong is part of the reply: the function gave no answer",
    "Ecs.protected": "it only explains a verdict: without it there is less to say",
}
"""Methods that take any failure for no answer."""


def failures(operation: str, few: bool) -> Iterator[Refusal | Exception]:
    """Yield the ways a call may fail: what its model lists, and what any call may meet, of which a few will do."""
    anywhere = SOME if few else {*THROTTLED, *REFUSED, *BROKEN}
    for code in sorted({*LISTED[operation], *anywhere}):
        yield Refusal(code)
    if operation == "PutObject":
        yield Refusal("PreconditionFailed", 412)
        yield Refusal("ConditionalRequestConflict", 409)
    yield from SDK[:: len(SDK) - 1] if few else SDK


def unlawful(method: str, operation: str, failure: Refusal | Exception, came: Any) -> str:
    """Say what is wrong with how a failure came out; nothing where it is as it must be."""
    code = failure.code if isinstance(failure, Refusal) else type(failure).__name__
    if isinstance(failure, ResponseParserError):
        code = UNREADABLE
    if method in SHRUGGED and not isinstance(came, Exception):
        return ""
    if (method, code) in READ and ONLY_IN.get(method, operation) == operation:
        value, _ = READ[method, code]
        return "" if value in (came, type(came).__name__) else f"{code} is read as {came!r}, not as {value!r}"
    if not isinstance(came, AwsCallFailed):
        return f"{code} comes out as {type(came).__name__}: {came}"
    tried, _, words = str(came).partition(": ")
    said = SAID if isinstance(failure, Refusal) else str(failure)
    if came.code != code or not tried or said not in words:
        return f"{code} comes out as {came.code}: {came}"
    return ""


def wrongs(method: str, few: bool) -> Iterator[str]:
    """Yield what comes out of a method that must not."""
    for operation in operations(method):
        for failure in failures(operation, few):
            came = outcome(method, Boundary({**REPLIES, operation: failure}))
            if problem := unlawful(method, operation, failure, came):
                yield f"{operation}: {problem}"


@pytest.mark.parametrize("method", METHODS)
def test_every_error_has_a_name(method: str) -> None:
    """A refusal in AWS's words, with what was being tried: never a success, never a crash without a name."""
    assert list(wrongs(method, few=True)) == []


@pytest.mark.long
@pytest.mark.parametrize("method", METHODS)
def test_every_error_of_anywhere_has_a_name(method: str) -> None:
    """The same under every name that throttling, refusals and trouble have, at any service."""
    assert list(wrongs(method, few=False)) == []


def test_every_method_has_a_contract() -> None:
    """A method that nobody wrote a call for is a call that nobody held against AWS's errors."""
    classes = {method.partition(".")[0] for method in METHODS}
    inherited = {"Indexed", "Chained", "Closing"}  # Ledger is all of them

    assert set(adapters.methods()) - {m for m in adapters.methods() if m.partition(".")[0] in inherited} == set(METHODS)
    assert classes


def test_every_call_of_a_step_has_a_contract() -> None:
    """What tests/steps records of the steps is held here; a new call without a reply and its errors fails."""
    made = {operation for method in METHODS for operation in operations(method)}
    seen = {call.action.partition(":")[2] for call in calls.recorded()}
    known = {"ListObjectsV2": "ListBucket", "ListObjectVersions": "ListBucketVersions", "Invoke": "InvokeFunction"}
    not_calls = {"PassRole", "TagResource"}

    assert seen - not_calls <= {known.get(operation, operation) for operation in made}
    assert made == set(REPLIES)


@pytest.mark.parametrize("codes", [["ConditionalCheckFailed", "None"], ["None", "TransactionConflict"]])
def test_a_race_for_the_head_is_run_again(codes: list[str]) -> None:
    """A closing that lost a race is tried again; one that always loses is an error with a name (DynamoDB API
    reference, TransactWriteItems: the reasons stand in the order of the writes).
    """
    lost = Refusal("TransactionCanceledException", more={"CancellationReasons": [{"Code": code} for code in codes]})
    once = outcome("Ledger.close", Boundary({**REPLIES, "TransactWriteItems": [lost, {}]}))
    never = outcome("Ledger.close", Boundary({**REPLIES, "TransactWriteItems": lost}))

    assert once["outcome"] == "SUCCEEDED"
    assert isinstance(never, AwsCallFailed)
    assert never.code == "HeadMoved"


@pytest.mark.parametrize(
    "reasons", [[], [{"Code": "ThrottlingError"}, {"Code": "None"}], [{"Code": "ValidationError"}]]
)
def test_a_transaction_that_was_cancelled_for_another_reason_is_no_race(reasons: list[Any]) -> None:
    """A throttled closing must not be taken for one that somebody else was faster than."""
    cancelled = Refusal("TransactionCanceledException", more={"CancellationReasons": reasons})

    assert getattr(outcome("Ledger.close", Boundary({**REPLIES, "TransactWriteItems": cancelled})), "code", "") == (
        "TransactionCanceledException"
    )
