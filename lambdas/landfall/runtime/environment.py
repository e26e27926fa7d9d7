"""A step's environment, settings, clock and clients."""

from __future__ import annotations

import os
import threading
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import botocore.session
from botocore.config import Config

from landfall.settings_file import read as settings_file

if TYPE_CHECKING:
    from landfall.settings import Service, Settings

ENV_MACHINES = "LANDFALL_STATE_MACHINES"
"""All state machines, with a space between two."""
ENV_SETTINGS, ENV_LEDGER, ENV_LOCKS, ENV_FREEZES, ENV_MACHINE, ENV_REPORTS, ENV_TOPIC, ENV_BUS, ENV_SIGNING_KEY = (
    "LANDFALL_SETTINGS",
    "LANDFALL_LEDGER_TABLE",
    "LANDFALL_LOCK_TABLE",
    "LANDFALL_FREEZE_TABLE",
    "LANDFALL_STATE_MACHINE_ARN",
    "LANDFALL_REPORT_BUCKET",
    "LANDFALL_TOPIC_ARN",
    "LANDFALL_EVENT_BUS",
    "LANDFALL_SIGNING_KEY",
)
_TIMES = {"connect_timeout": 3, "read_timeout": 8}
_CONFIG = Config(**_TIMES, retries={"mode": "standard", "total_max_attempts": 3})
ONCE = Config(**_TIMES, retries={"mode": "standard", "total_max_attempts": 1})
HURRIED = Config(connect_timeout=3, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 2})


class Given:
    """Settings and clients. There is one for the life of a Lambda, so that warm invocations reuse connections."""

    def now(self) -> datetime:
        """Return the time; the decisions take it as an input."""
        return datetime.now(UTC)

    @cached_property
    def settings(self) -> Settings:
        """Return services.toml, which is part of the Lambda's asset."""
        beside_the_handlers = Path(__file__).parents[2] / "services.toml"
        return settings_file.load(Path(os.environ.get(ENV_SETTINGS, beside_the_handlers)))

    def service(self, name: str) -> Service:
        """Return a service by name. The release was made from its settings, so it exists."""
        service = self.settings.named(name)
        if service is None:
            raise LookupError(f"service {name!r} is not in services.toml any more: it was taken out mid-deployment")
        return service

    @property
    def machine_arn(self) -> str:
        """Return the state machine's ARN; only steps that start executions have it."""
        return os.environ[ENV_MACHINE]

    @property
    def machine_arns(self) -> tuple[str, ...]:
        """Return the ARNs of all state machines; only the step that removes versions has them."""
        return tuple(os.environ[ENV_MACHINES].split())

    def _table(self, variable: str) -> Any:
        """Return the table that an environment variable names. All tables use one client."""
        return self._tables.Table(os.environ[variable])

    @cached_property
    def _tables(self) -> Any:
        import boto3

        return boto3.resource("dynamodb", config=_CONFIG)

    def _client(self, name: str, config: Config = _CONFIG) -> Any:
        if (name, config) not in self._clients:
            with self._making:  # a session makes one client at a time
                if (name, config) not in self._clients:
                    self._clients[name, config] = self._session.create_client(name, config=config)
        return self._clients[name, config]

    def _waiting(self, name: str, seconds: int) -> Any:
        """Return a client that waits this many seconds for an answer, over a connection that is kept alive meanwhile.

        A NAT gateway drops a connection that is idle for 350 s (VPC user guide, NAT gateway basics).
        """
        once = {"mode": "standard", "total_max_attempts": 1}
        config = Config(connect_timeout=3, read_timeout=seconds, retries=once, tcp_keepalive=True)
        return self._session.create_client(name, config=config)

    @cached_property
    def _making(self) -> threading.Lock:
        return threading.Lock()

    @cached_property
    def _session(self) -> Any:
        """Return botocore's session, which makes the clients. boto3 would load more, such as S3's transfers."""
        return botocore.session.get_session()

    @cached_property
    def _clients(self) -> dict[tuple[str, Config], Any]:
        return {}
