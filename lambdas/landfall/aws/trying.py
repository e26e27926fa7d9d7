"""Calls AWS, and reports a failure in AWS's own words, together with what was being tried."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NoConnection
from botocore.parsers import ResponseParserError

from landfall.errors import AwsBusy, AwsCallFailed

UNREADABLE = "UnreadableReply"
"""The code of an answer that does not come from the API, such as a proxy's, or that lacks a required field."""


BUSY = frozenset(
    {
        "BandwidthLimitExceeded",
        "EC2ThrottledException",
        "InternalError",
        "InternalFailure",
        "InternalServerError",
        "LimitExceededException",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "RequestTimeout",
        "RequestTimeoutException",
        "ServerException",
        "ServiceUnavailable",
        "ServiceUnavailableException",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionInProgressException",
    }
)
"""Codes that say "not now": botocore's lists of throttles and transient errors, and the API references' common ones."""
_CONCURRENT = "too many concurrent attempts"
"""ECS calls this a ClientException: two revisions of one family at once (API reference, RegisterTaskDefinition)."""
SERVER_ERROR = 500


def is_busy(code: str, message: str, status: int) -> bool:
    """Say whether an AWS error is about AWS's own state, and not about the request."""
    return code in BUSY or status >= SERVER_ERROR or _CONCURRENT in message.lower()


@contextmanager
def trying(what: str) -> Iterator[None]:
    """Turn an AWS error inside the block into AwsCallFailed: AWS's own words, and what was being tried.

    The reply is read inside the block, too: a reply that lacks a required field has the code UNREADABLE.
    """
    try:
        yield
    except ClientError as error:
        detail = error.response.get("Error", {})
        code, message = detail.get("Code", "Unknown"), detail.get("Message", "")
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        failed = AwsBusy if is_busy(code, message, status) else AwsCallFailed
        raise failed(code, f"{what}: {code}: {message}") from error
    except (HTTPClientError, NoConnection) as error:
        raise AwsBusy(type(error).__name__, f"{what}: {error}") from error
    except BotoCoreError as error:
        raise AwsCallFailed(type(error).__name__, f"{what}: {error}") from error
    except (ResponseParserError, LookupError, TypeError, ValueError, AttributeError) as error:
        why = f"AWS's answer can't be read: {type(error).__name__}: {error}"
        raise AwsCallFailed(UNREADABLE, f"{what}: {why}") from error
