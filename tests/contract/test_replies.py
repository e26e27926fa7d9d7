"""Every adapter under replies that leave out what AWS may leave out, that come in pages, or with failures in them.

Laws: whatever is missing, what comes out is a value or an error of Landfall's with a name, and what was not said is
never taken for a success.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from landfall.errors import AwsCallFailed, InvalidRequest, LandfallError
from tests.contract.adapters import ID, METHODS, REPLIES
from tests.contract.boundary import Boundary
from tests.contract.outcomes import operations, outcome
from tests.support import builders as b

PROMISED = {
    "Ecs.register": "the revision that the release is to run",
    "Ecr.image": "the digest that is deployed",
    "Topic.publish": "a message that nobody was sent is no notice",
    "Events.put": "the same",
    "Signing.sign": "a record without a signature does not count",
    "Signing.public_key": "no key signs nothing",
    "CodeBuild.build": "a build that nobody knows did not succeed",
    "Definitions.of": "what names no version would let all of them be removed",
    "Definitions.of_execution": "the same",
    "Executions.begun": "an execution without a beginning",
}
"""Methods that promise something by returning: from an empty reply they must not."""
POSITIVE = (True, "ACTIVE")


def without(reply: Any) -> Iterator[Any]:
    """Yield the reply with each of its parts left out in turn, each list empty, each text empty."""
    if isinstance(reply, Mapping):
        for key, value in reply.items():
            rest = {k: v for k, v in reply.items() if k != key}
            yield rest
            yield from ({**rest, key: less} for less in without(value))
    elif isinstance(reply, list) and reply:
        yield []
        yield from ([less, *reply[1:]] for less in without(reply[0]))
    elif isinstance(reply, str):
        yield ""


@pytest.mark.parametrize("method", METHODS)
def test_what_is_left_out_is_no_crash(method: str) -> None:
    """A reply with less in it is read as it is, or is an error with a name."""
    wrong = []
    for operation in operations(method):
        of_ours = operation in ("GetItem", "Query")  # what is in an item, Landfall wrote
        for reply in ({}, *(without(REPLIES[operation]) if not of_ours else ({"Items": []},))):
            came = outcome(method, Boundary({**REPLIES, operation: reply}))
            if isinstance(came, Exception) and not isinstance(came, LandfallError):
                wrong.append(f"{operation} {reply}: {type(came).__name__}: {came}")

    assert wrong == []


@pytest.mark.parametrize("method", METHODS)
def test_what_was_not_said_is_no_success(method: str) -> None:
    """An empty reply promises nothing: no revision, no message, no signature; nothing is there that was not named."""
    for operation in operations(method):
        came = outcome(method, Boundary({**REPLIES, operation: {}}))
        if method in PROMISED and operation == operations(method)[-1 if method != "Ecr.image" else 0]:
            assert isinstance(came, AwsCallFailed) or came is None, f"{operation}: {came!r}"
        if method in ("Ecs.is_active", "Reports.has", "Reports.ever_had", "Signing.begun"):
            assert came is False, f"{operation}: {came!r}"


OTHER = {"service": {"S": "sample"}, "deployment_id": {"S": "20260102T030405Z-two"}}
TWO_LEFT_ONE = {
    "Responses": {"ledger": [OTHER]},
    "UnprocessedKeys": {"ledger": {"Keys": [{"service": {"S": "sample"}, "deployment_id": {"S": ID}}]}},
}
"""BatchGetItem of two keys that processed one of them."""
PAGES: list[tuple[str, str, list[Any], Any]] = [
    ("Ecs.tasks", "ListTasks", [{"taskArns": [], "nextToken": "t"}, {"taskArns": ["arn:task/1"]}], 1),
    (
        "ServiceDeployments.since",
        "ListServiceDeployments",
        [{"nextToken": "t"}, REPLIES["ListServiceDeployments"]],
        1,
    ),
    ("Ecs.revisions", "ListTaskDefinitions", [{"nextToken": "t"}, REPLIES["ListTaskDefinitions"]], 4),
    ("Ecr.images", "DescribeImages", [{"nextToken": "t"}, REPLIES["DescribeImages"]], 1),
    ("Executions.events", "GetExecutionHistory", [{"events": [], "nextToken": "t"}, REPLIES["GetExecutionHistory"]], 1),
    ("Ledger.since", "Query", [{"Items": [], "LastEvaluatedKey": {"service": {"S": "s"}}}, REPLIES["Query"]], 1),
    ("Ledger.unfinished", "Query", [{"Items": [], "LastEvaluatedKey": {"service": {"S": "s"}}}, {"Items": []}], 0),
    ("Ledger.records", "BatchGetItem", [TWO_LEFT_ONE, REPLIES["BatchGetItem"]], 2),
]
"""By method and call: pages, of which the first is empty and not the last, and how many things there are."""


@pytest.mark.parametrize(("method", "operation", "pages", "count"), PAGES, ids=[f"{m}" for m, *_ in PAGES])
def test_an_empty_page_is_not_the_end(method: str, operation: str, pages: list[Any], count: int) -> None:
    """AWS may send a page with nothing in it, and a token for the next one: what comes after it counts."""
    assert len(outcome(method, Boundary({**REPLIES, operation: list(pages)}))) == count


def test_delete_markers_hide_no_version() -> None:
    """Somebody who deletes the key that signing began with, again and again, makes nobody forget that it did."""
    hidden = {"IsTruncated": True, "NextKeyMarker": "k", "DeleteMarkers": [{"Key": "k"}]}
    pages = [*({**hidden, "NextVersionIdMarker": str(n)} for n in range(3)), REPLIES["ListObjectVersions"]]

    assert METHODS["Signing.begun"](Boundary({**REPLIES, "ListObjectVersions": list(pages)})) is True


def test_a_page_of_logs_may_be_empty() -> None:
    """FilterLogEvents and GetLogEvents send empty pages before the end; a few are read, then that is not all."""
    filtered = [{"events": [], "nextToken": "1"}, {"events": [{"timestamp": 1, "message": "m"}]}]
    backward = [{"events": [], "nextBackwardToken": "1"}, {"events": [], "nextBackwardToken": "1"}]
    endless = {"events": [], "nextToken": "t"}

    assert len(METHODS["TaskLogs.before"](Boundary({**REPLIES, "FilterLogEvents": filtered})).lines) == 1
    assert METHODS["TaskLogs.of_task"](Boundary({**REPLIES, "GetLogEvents": backward})).whole
    assert not METHODS["TaskLogs.before"](Boundary({**REPLIES, "FilterLogEvents": endless})).whole


def failing(reason: str, **more: Any) -> dict[str, Any]:
    """Return the reply of a Describe call of ECS that left out what was asked for."""
    return {"services": [], "tasks": [], "failures": [{"arn": "arn", "reason": reason, **more}]}


REFUSALS: list[tuple[str, str, Any, str]] = [
    ("Ecs.service", "DescribeServices", failing("ACCESS_DENIED", detail="not yours"), "ACCESS_DENIED"),
    ("Ecs.service", "DescribeServices", failing("ServerException"), "ServerException"),
    ("Ecs.service", "DescribeServices", {"services": [], "failures": []}, "UnreadableReply"),
    ("Ecs.tasks", "DescribeTasks", failing("ServerException"), "ServerException"),
    (
        "ServiceDeployments.described",
        "DescribeServiceDeployments",
        failing("ServerException"),
        "ServerException",
    ),
    (
        "ServiceDeployments.task_definitions",
        "DescribeServiceRevisions",
        failing("ACCESS_DENIED"),
        "ACCESS_DENIED",
    ),
    ("Ledger.records_at", "BatchGetItem", {**TWO_LEFT_ONE, "Responses": {}}, "UnprocessedKeys"),
    ("CodeBuild.build", "BatchGetBuilds", {"builds": [], "buildsNotFound": ["p:1"]}, "BuildMissing"),
    (
        "Events.put",
        "PutEvents",
        {"FailedEntryCount": 1, "Entries": [{"ErrorCode": "ThrottlingException", "ErrorMessage": "m"}]},
        "ThrottlingException",
    ),
    ("Events.put", "PutEvents", {"FailedEntryCount": 1, "Entries": [{}]}, "NotTaken"),
] + [
    (method, "BatchGetImage", {"images": [], "failures": [{"failureCode": code, "failureReason": "r"}]}, code)
    for method in ("Ecr.image", "Ecr.platforms", "image_manifest.read", "image_manifest.label")
    for code in ("KmsError", "UpstreamTooManyRequests", "UpstreamUnavailable", "ImageInaccessible")
]
"""Replies with status 200 that say of what was asked for that it failed, and the code that must come out."""


@pytest.mark.parametrize(("method", "operation", "reply", "code"), REFUSALS)
def test_a_failure_within_a_reply_is_a_failure(method: str, operation: str, reply: Any, code: str) -> None:
    """A call that AWS answers with 200 and a list of failures is no answer about the service, the task, the image."""
    came = outcome(method, Boundary({**REPLIES, operation: reply}))

    assert isinstance(came, AwsCallFailed), came
    assert came.code == code


def test_what_ecs_says_is_missing_is_missing() -> None:
    """MISSING is an answer: no such service, and a task that stopped and was forgotten between two calls."""
    assert METHODS["Ecs.service"](Boundary({**REPLIES, "DescribeServices": failing("MISSING")})) is None
    assert METHODS["Ecs.tasks"](Boundary({**REPLIES, "DescribeTasks": failing("MISSING")})) == ()


@pytest.mark.parametrize("code", ["ImageNotFound", "ImageTagDoesNotMatchDigest"])
def test_what_ecr_says_is_missing_is_missing(code: str) -> None:
    """An image that is not there is a refusal that says what to do, and no reason to ask again."""
    gone = {"images": [], "failures": [{"failureCode": code, "failureReason": "Requested image not found"}]}
    came = outcome("image_manifest.read", Boundary({**REPLIES, "BatchGetImage": gone}))

    assert (type(came), came.code) == (InvalidRequest, "NO_SUCH_IMAGE")
    assert METHODS["Ecr.image"](Boundary({**REPLIES, "BatchGetImage": gone})).accepted == (b.DIGEST,)


def test_another_kind_of_key_signs_nothing() -> None:
    """A key that is none of P-256 is an error with a name, at the step that asked for it."""
    came = outcome("Signing.public_key", Boundary({**REPLIES, "GetPublicKey": {"PublicKey": b"RSA"}}))

    assert isinstance(came, AwsCallFailed)
    assert "P-256" in str(came) or "public key" in str(came)
