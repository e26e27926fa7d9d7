"""boto3's clients over a scenario's cloud: what the adapters of lambdas/landfall/aws call, without a wire between."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from botocore.exceptions import ClientError

from tests.campaigns.torture.cloud import Cloud
from tests.campaigns.torture.surroundings import ApiError

PAGES = {"list_tasks": "nextToken"}


@cache
def error_class(code: str) -> type[ClientError]:
    """Return the class that botocore would make of an error code."""
    return type(code, (ClientError,), {})


class Exceptions:
    """`client.exceptions`."""

    def __getattr__(self, name: str) -> type[ClientError]:
        """Return the class of an error."""
        return error_class(name)


class Client:
    """One service's client."""

    exceptions = Exceptions()

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def __getattr__(self, method: str) -> Any:
        """Return the method of a call: describe_services is DescribeServices."""
        name = "".join(part.capitalize() for part in method.split("_"))

        def call(**request: Any) -> Any:
            try:
                return self._cloud.call(name, request)
            except ApiError as error:
                told = {"Error": {"Code": error.code, "Message": error.message}}
                raise error_class(error.code)(told, name) from error

        return call

    def get_paginator(self, method: str) -> Paginator:
        """Return the pages of a call."""
        return Paginator(getattr(self, method), PAGES.get(method, "nextToken"))


class Paginator:
    """Asks for page after page."""

    def __init__(self, call: Any, token: str) -> None:
        self._call, self._token = call, token

    def paginate(self, **request: Any) -> Iterator[Any]:
        """Yield the pages."""
        page = self._call(**request)
        yield page
        while page.get(self._token):
            page = self._call(**request, **{self._token: page[self._token]})
            yield page
