"""Which errors of AWS are worth waiting for, and which say something about what was asked for."""

from __future__ import annotations

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ReadTimeoutError,
)

from landfall.aws.trying import trying
from landfall.errors import AwsBusy, AwsCallFailed

URL = "https://ecs.us-east-1.amazonaws.com"


def refused(code: str, message: str = "", status: int = 400) -> ClientError:
    """Return an error as botocore raises it."""
    told = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(told, "RegisterTaskDefinition")


BUSY = {
    "ECS throttles": refused("ThrottlingException", "Rate exceeded"),
    "ELB throttles": refused("Throttling", "Rate exceeded"),
    "DynamoDB throttles": refused("ProvisionedThroughputExceededException"),
    "S3 throttles": refused("SlowDown", "Please reduce your request rate.", 503),
    "STS throttles": refused("RequestLimitExceeded"),
    "ECS has trouble of its own": refused("ServerException", "These errors are usually caused by a server issue.", 500),
    "an unknown error of a server": refused("SomethingNew", "", 502),
    "two revisions of one family at once": refused(
        "ClientException", "Too many concurrent attempts to create a new revision of the specified family."
    ),
    "no connection": EndpointConnectionError(endpoint_url=URL),
    "no answer in time": ReadTimeoutError(endpoint_url=URL),
    "no connection in time": ConnectTimeoutError(endpoint_url=URL),
    "a connection that was closed": ConnectionClosedError(endpoint_url=URL),
}
FINAL = {
    "denied": refused("AccessDeniedException", "User is not authorized to perform: ecs:RegisterTaskDefinition"),
    "impossible": refused("ClientException", "No Fargate configuration exists for given values."),
    "not there": refused("ServiceNotFoundException", "Service not found."),
    "a wrong parameter": refused("InvalidParameterException"),
    "no credentials": NoCredentialsError(),
    "a reply that can't be read": KeyError("services"),
}


@pytest.mark.parametrize("error", BUSY.values(), ids=BUSY.keys())
def test_what_says_not_now_is_waited_for(error: Exception) -> None:
    """Such an error is no evidence about a release (law 8)."""
    with pytest.raises(AwsBusy), trying("asking"):
        raise error


@pytest.mark.parametrize("error", FINAL.values(), ids=FINAL.keys())
def test_what_waiting_can_t_change_is_not(error: Exception) -> None:
    """Somebody has to act: an hour of waiting would only hide it."""
    with pytest.raises(AwsCallFailed) as raised, trying("asking"):
        raise error
    assert not isinstance(raised.value, AwsBusy)
    assert str(raised.value).startswith("asking: ")
