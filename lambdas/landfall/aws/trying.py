"""Calls AWS, and reports a failure in AWS's own words, together with what was being tried."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from landfall.errors import AwsCallFailed

UNREADABLE = "UnreadableReply"
"""The code of an answer that is none of the API's: of a proxy, for instance, or one that lacks what AWS always says."""


@contextmanager
def trying(what: str) -> Iterator[None]:
    """Turn an AWS error inside the block into AwsCallFailed: AWS's own words, and what was being tried.

    The reply is read inside the block, too: one that lacks what it must have has the code UNREADABLE.
    """
    try:
        yield
    except ClientError as error:
        detail = error.response.get("Error", {})
        code = detail.get("Code", "Unknown")
        raise AwsCallFailed(code, f"{what}: {code}: {detail.get('Message', '')}") from error
    except BotoCoreError as error:
        raise AwsCallFailed(type(error).__name__, f"{what}: {error}") from error
    except (ResponseParserError, LookupError, TypeError, ValueError, AttributeError) as error:
        why = f"what came back can't be read: {type(error).__name__}: {error}"
        raise AwsCallFailed(UNREADABLE, f"{what}: {why}") from error
