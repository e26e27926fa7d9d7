"""`landfall release --dry-run` of a service with an after-check, by somebody who may not use its function."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from cli.caller import SeenByCaller
from landfall.errors import AwsCallFailed


class Lambda:
    """A client of AWS Lambda that answers every call with one error."""

    def __init__(self, code: str) -> None:
        self.code = code

    def get_function_configuration(self, **_: Any) -> Any:
        """Fail."""
        raise ClientError({"Error": {"Code": self.code, "Message": "no"}}, "GetFunctionConfiguration")


def of(code: str) -> SeenByCaller:
    """Return the function of such an AWS."""
    client = Lambda(code)
    return SeenByCaller(client, lambda _: client, "check:live")


def test_what_the_caller_may_not_do_refuses_no_release() -> None:
    """Only Landfall has to be allowed to call it, and the caller can't tell whether it is."""
    function = of("AccessDeniedException")
    assert function.time_limit() == 0
    function.may_be_called()


def test_a_function_that_is_not_there_is_told() -> None:
    """Everybody who may read can see that."""
    with pytest.raises(AwsCallFailed):
        of("ResourceNotFoundException").time_limit()
