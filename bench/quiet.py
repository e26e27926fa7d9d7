"""A world on an account in which nothing happens: real adapters and clients, answered before anything is sent."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import cache, cached_property
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import botocore.session

from bench.quiet_account import BUCKET, LEDGER, LOCKS, Account, Reply
from landfall.runtime.environment import ENV_LEDGER, ENV_LOCKS, ENV_MACHINE, ENV_REPORTS, ENV_SIGNING_KEY
from landfall.runtime.world import World
from landfall.settings import Settings
from tests.support import builders as b

ENVIRONMENT = {
    ENV_LEDGER: LEDGER,
    ENV_LOCKS: LOCKS,
    ENV_REPORTS: BUCKET,
    ENV_SIGNING_KEY: "key",
    ENV_MACHINE: "machine",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "nobody",
    "AWS_SECRET_ACCESS_KEY": "nobody",
}


def services(count: int) -> Settings:
    """Return the settings of so many services, fifty to a cluster."""
    named = (
        b.settings_of(name=f"s{n}", service=f"s{n}", cluster=f"c{n // 50}", repository=f"s{n}") for n in range(count)
    )
    return Settings(tuple(named), Path("/nowhere"))


class QuietWorld(World):
    """A step's world, with the real adapters and clients, on that account."""

    def __init__(self, account: Account, settings: Settings) -> None:
        self.account = account
        self.__dict__["settings"] = settings

    def now(self) -> datetime:
        """Return a time at which nothing happens."""
        return b.NOW

    def _client(self, name: str, _config: Any = None) -> Any:
        with _MAKING:
            return _client(name)

    @cached_property
    def _tables(self) -> Any:
        return _tables()


_MAKING = threading.Lock()
_ACCOUNTS: list[Account] = []
"""Whose turn it is: the last one. Clients are made once, since that takes longer than all else here."""


@cache
def _client(name: str) -> Any:
    return _answered(botocore.session.get_session().create_client(name))


@cache
def _tables() -> Any:
    made = boto3.resource("dynamodb")
    _answered(made.meta.client)
    return made


def _answered(client: Any) -> Any:
    """Let a client be answered by the account, before anything is sent."""
    asked = threading.local()

    def note(params: Mapping[str, Any], **_: Any) -> None:
        asked.params = dict(params)

    def answer(model: Any, **_: Any) -> tuple[Any, Reply]:
        return SimpleNamespace(status_code=200), _ACCOUNTS[-1].answer(model.name, asked.params)

    client.meta.events.register("provide-client-params", note)
    client.meta.events.register("before-call", answer)
    return client


@contextmanager
def quiet(count: int, records: int, images: int = 50) -> Iterator[QuietWorld]:
    """Give a world of so many services of so many records and images. The environment is as it was afterwards."""
    before = {name: os.environ.get(name) for name in ENVIRONMENT}
    os.environ.update(ENVIRONMENT)
    settings = services(count)
    _ACCOUNTS.append(Account(settings, records, images))
    try:
        yield QuietWorld(_ACCOUNTS[-1], settings)
    finally:
        _ACCOUNTS.pop()
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})
