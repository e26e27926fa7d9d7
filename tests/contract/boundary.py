"""AWS as a table of replies: what a client of botocore is given, call by call, without a network.

A reply is what botocore parsed; an error is one as botocore raises it. Retries of the SDK lie below this and are left
out: a call fails here as it does after the last of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from types import SimpleNamespace
from typing import Any

import boto3
from botocore.config import Config

REGION = "us-east-1"
SAID = "words of AWS"
"""The message of every error."""


@dataclass(frozen=True)
class Refusal:
    """An error by its code, as a service answers it."""

    code: str
    status: int = 400
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def parsed(self) -> dict[str, Any]:
        """Return it as botocore parses it."""
        told = {"Error": {"Code": self.code, "Message": SAID}, **self.more}
        return {**told, "ResponseMetadata": {"HTTPStatusCode": self.status}}


Answer = Mapping[str, Any] | Refusal | Exception | list[Any]
"""A reply, an error, or several of them in turn."""


class Boundary:
    """Answers every call by its operation, and remembers which were made. The one made last is asked."""

    def __init__(self, replies: Mapping[str, Answer]) -> None:
        self.replies = dict(replies)
        self.made: list[str] = []
        self.asked: list[tuple[Any, Mapping[str, Any]]] = []
        _asked.append(self)
        del _asked[:-1]

    def client(self, name: str) -> Any:
        """Return a client of a service."""
        return _client(name)

    def table(self, name: str) -> Any:
        """Return a table of DynamoDB."""
        return _tables().Table(name)

    def answer(self, operation: str) -> tuple[Any, Any]:
        """Return what botocore takes for the parsed answer of a call, or raise an error of the network."""
        self.made.append(operation)
        answer = self.replies[operation]
        if isinstance(answer, list):
            answer = answer.pop(0) if len(answer) > 1 else answer[0]
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, Refusal):
            return SimpleNamespace(status_code=answer.status), answer.parsed
        return SimpleNamespace(status_code=200), {"ResponseMetadata": {"HTTPStatusCode": 200}, **_copied(answer)}


_asked: list[Boundary] = []


@cache
def _session() -> boto3.Session:
    return boto3.Session(
        aws_access_key_id="testing",
        aws_secret_access_key="testing",  # noqa: S106
        region_name=REGION,
    )


@cache
def _client(name: str) -> Any:
    made = _session().client(name, config=Config(retries={"total_max_attempts": 1}))
    _hear(made)
    return made


@cache
def _tables() -> Any:
    made = _session().resource("dynamodb")
    _hear(made.meta.client)
    return made


def _hear(client: Any) -> None:
    client.meta.events.register("before-call", lambda model, **_: _asked[-1].answer(model.name))
    client.meta.events.register(
        "provide-client-params", lambda params, model, **_: _asked[-1].asked.append((model, params))
    )


def _copied(reply: Any) -> Any:
    """Copy what may be changed by who reads it; a moment or a stream stays what it is."""
    if isinstance(reply, Mapping):
        return {k: _copied(v) for k, v in reply.items()}
    return [_copied(each) for each in reply] if isinstance(reply, list) else reply
