"""The pauses at which ECS waits for Landfall: set while no deployment is under way, and removed with the stack."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from .setup_change import CONFIGURATION, holds
from .traffic_shift import hooks_of, paused

TRIES, PAUSE_SECONDS = 72, 5
"""How many looks wait for the end of a deployment, and the seconds between them: six minutes in all."""
GOES_ON = ("PENDING", "IN_PROGRESS", "STOP_REQUESTED", "ROLLBACK_REQUESTED", "ROLLBACK_IN_PROGRESS")
"""The states of a service deployment that has not ended (ECS API reference, ServiceDeployment)."""


class Pauses:
    """One service's pauses. UpdateService with `deploymentConfiguration` alone starts none (API reference)."""

    def __init__(self, ecs: Any, sleep: Callable[[float], None], where: Mapping[str, str]) -> None:
        self._ecs, self._sleep, self._where = ecs, sleep, where

    def set(self, found: Mapping[str, Any], hooks: Iterable[Mapping[str, Any]]) -> bool:
        """Set the pauses at which Landfall judges. Return False if a deployment stays under way for too long.

        A deployment that is not Landfall's, such as the one that creates the service, would wait at them for ever.
        """
        if holds(hooks_of(found), paused(found, hooks)):
            return True
        quiet = self.is_quiet()
        if quiet:
            self._change(found, hooks)
        return quiet

    def take_off(self, found: Mapping[str, Any]) -> None:
        """Remove the pauses at which Landfall judges."""
        if paused(found, ()) != hooks_of(found):
            self._change(found, ())

    def _change(self, found: Mapping[str, Any], hooks: Iterable[Mapping[str, Any]]) -> None:
        changed = {**found[CONFIGURATION], "lifecycleHooks": paused(found, hooks)}
        self._ecs.update_service(**self._where, **{CONFIGURATION: changed})

    def is_quiet(self) -> bool:
        """Wait until no deployment is under way. Two looks must agree, since ECS may list a new one late.

        Return False if one stays under way for too long.
        """
        quiet = 0
        for _ in range(TRIES):
            quiet = 0 if self._deployment_goes_on() else quiet + 1
            if quiet > 1:
                return True
            self._sleep(PAUSE_SECONDS)
        return False

    def _deployment_goes_on(self) -> bool:
        return bool(self._ecs.list_service_deployments(**self._where, status=[*GOES_ON])["serviceDeployments"])
