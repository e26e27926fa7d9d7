"""AWS Lambda: the one function that a service's settings name as its after-check."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
)
from botocore.exceptions import ConnectionError as NoConnection
from botocore.parsers import ResponseParserError

from landfall.after.function_answers import MOST_BYTES, Reply
from landfall.aws.trying import SERVER_ERROR, trying
from landfall.settings.after import function_and_qualifier

NOT_SENT = (ConnectTimeoutError, EndpointConnectionError)
"""Errors after which the function has not been called."""
NOT_RUN = frozenset(
    {
        "EC2AccessDeniedException",
        "EC2ThrottledException",
        "EC2UnexpectedException",
        "EFSMountFailureException",
        "ENILimitReachedException",
        "InvalidSubnetIDException",
        "KMSAccessDeniedException",
        "KMSDisabledException",
        "KMSNotFoundException",
        "ResourceNotReadyException",
        "SubnetIPAddressLimitReachedException",
    }
)
"""Errors with status 502 after which the function has not run (Lambda API reference, Invoke)."""


class AfterFunction:
    """The function. `waiting` makes a client that waits this many seconds for an answer, and sends a request once."""

    def __init__(self, client: Any, waiting: Callable[[int], Any], function: str) -> None:
        self._client = client
        self._waiting = waiting
        self._function = function
        name, qualifier = function_and_qualifier(function)
        self._named = {"FunctionName": name, **({"Qualifier": qualifier} if qualifier else {})}

    def time_limit(self) -> int:
        """Return the function's own time limit in seconds. Raises AwsCallFailed if it is missing or denied."""
        with trying(f"reading the configuration of function {self._function!r}"):
            return int(self._client.get_function_configuration(**self._named)["Timeout"])

    def may_be_called(self) -> None:
        """Ask Lambda whether we may call it; nothing runs (Invoke, InvocationType DryRun). Raises AwsCallFailed."""
        with trying(f"asking whether function {self._function!r} may be invoked"):
            self._client.invoke(**self._named, InvocationType="DryRun", Payload=b"{}")

    def call(self, document: Mapping[str, Any], seconds: int) -> Reply:
        """Call the function once, and wait this many seconds for its answer. The reply contains any error."""
        payload = json.dumps(document).encode()
        try:
            reply = self._waiting(seconds).invoke(**self._named, InvocationType="RequestResponse", Payload=payload)
            return Reply(reply["Payload"].read(MOST_BYTES + 1), failed=bool(reply.get("FunctionError")))
        except ClientError as error:
            detail = error.response.get("Error", {})
            code, status = (
                detail.get("Code", "Unknown"),
                error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0),
            )
            told = f"Lambda said {code}: {detail.get('Message', '')}"
            return Reply(missing=told, may_run=status >= SERVER_ERROR and code not in NOT_RUN)
        except NOT_SENT as error:
            return Reply(missing=f"it could not be called: {error}")
        except (HTTPClientError, NoConnection, BotoCoreError, OSError) as error:
            return Reply(missing=f"no answer came within {seconds} s: {type(error).__name__}", may_run=True)
        except (ResponseParserError, LookupError, TypeError, ValueError, AttributeError) as error:
            return Reply(missing=f"the function's answer can't be read: {type(error).__name__}")
