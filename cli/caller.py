"""Gives the decisions of a step what they read, with the caller's own credentials."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from botocore.config import Config

from cli.cloud import Cloud
from landfall.aws.cloudwatch.logs import TaskLogs
from landfall.aws.freezes import Freezes
from landfall.aws.ledger import Ledger
from landfall.runtime.world import World
from landfall.settings import Settings


class Caller(World):
    """What the caller may reach. HTTP requests to a service come from the caller's machine."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    @cached_property
    def settings(self) -> Settings:
        """Return the services.toml that the command was given."""
        return self._cloud.settings

    @cached_property
    def ledger(self) -> Ledger:
        """Return the ledger."""
        return self._cloud.ledger

    @cached_property
    def freezes(self) -> Freezes:
        """Return the freezes."""
        return self._cloud.freezes

    @cached_property
    def logs(self) -> TaskLogs:
        """Return the tasks' logs."""
        return TaskLogs(self._client("logs"))

    def _client(self, name: str, config: Config | None = None) -> Any:  # noqa: ARG002  the command has its own
        return self._cloud.client(name)
