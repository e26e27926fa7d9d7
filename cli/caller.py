"""Reads what the decisions of a step need, with the caller's own credentials."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from botocore.config import Config

from cli.cloud import Cloud
from landfall.aws.cloudwatch.logs import TaskLogs
from landfall.aws.dynamodb.freezes import Freezes
from landfall.aws.dynamodb.ledger import Ledger
from landfall.aws.functions.after_function import AfterFunction
from landfall.errors import AwsCallFailed
from landfall.preflight_checks.after_function import REFUSED
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

    def after_function(self, function: str) -> AfterFunction:
        """Return the function of the after-check, as the caller sees it."""
        return SeenByCaller(self._client("lambda"), lambda _: self._client("lambda"), function)

    def _client(self, name: str, config: Config | None = None) -> Any:  # noqa: ARG002  the command has its own
        return self._cloud.client(name)


class SeenByCaller(AfterFunction):
    """The function of an after-check. The caller need not be allowed to use it, and can't tell whether Landfall is."""

    def time_limit(self) -> int:
        """Return the function's own time limit in seconds, 0 where the caller may not read it. Raises AwsCallFailed."""
        try:
            return super().time_limit()
        except AwsCallFailed as error:
            if error.code not in REFUSED:
                raise
            return 0

    def may_be_called(self) -> None:
        """Do nothing: Preflight checks this with Landfall's own role."""
