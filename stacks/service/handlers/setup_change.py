"""Finds which of a service's settings a template changes: the parameters of CreateService and UpdateService.

It sends only settings that the template itself changed and that ECS does not have yet. Changes by hand stay.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from .traffic_shift import ROLLING, TrafficShift, carrying, hooks_of, paused

CONFIGURATION, BALANCED, GRACE = "deploymentConfiguration", "loadBalancers", "healthCheckGracePeriodSeconds"
"""The first and the last start no deployment by themselves (ECS API reference, UpdateService)."""


class Setup:
    """The settings of one service in one template."""

    def __init__(self, elb: Any, properties: Mapping[str, str]) -> None:
        self._elb = elb
        self._plain: dict[str, Any] = json.loads(properties.get("Settings") or "{}")
        self.shift = TrafficShift.of(properties)

    def first(self) -> dict[str, Any]:
        """Return the parameters for creating the service. It has no pauses yet: they would delay its creation.

        With a strategy, both rules of the load balancer are created first.
        """
        if self.shift is None:
            return self._plain
        return {**self._plain, CONFIGURATION: self._configuration, BALANCED: [self._balanced(self.shift, None)]}

    def changes(self, found: Mapping[str, Any], before: Setup) -> dict[str, Any]:
        """Return the parameters that this template changed since `before` and that ECS does not have."""
        plain = {k: v for k, v in self._plain.items() if k not in (CONFIGURATION, BALANCED)}
        changed = {k: v for k, v in plain.items() if before._plain.get(k) != v and not holds(found.get(k), v)}
        balanced = self._moved(found, before)
        changed |= {BALANCED: balanced} if balanced else {}
        wanted = self._configuration | ({"strategy": ROLLING} if before.shift and not self.shift else {})
        differs = before._configuration != wanted and not holds(found.get(CONFIGURATION), wanted)
        starts_deployment = bool((self.shift or before.shift) and changed.keys() - {GRACE})
        if differs or (starts_deployment and hooks_of(found) != paused(found, ())):
            changed[CONFIGURATION] = wanted | self._pauses(found, before, starts_deployment=starts_deployment)
        return changed

    @staticmethod
    def moves_traffic(changes: Mapping[str, Any], found: Mapping[str, Any]) -> bool:
        """Say whether the changes give a rolling service two target groups, or the reverse."""
        wanted, now = ((each.get(BALANCED) or [{}])[0].get("advancedConfiguration") for each in (changes, found))
        return BALANCED in changes and bool(wanted or now)

    @property
    def _configuration(self) -> dict[str, Any]:
        return {**self._plain.get(CONFIGURATION, {}), **(self.shift.configuration if self.shift else {})}

    def _pauses(self, found: Mapping[str, Any], before: Setup, *, starts_deployment: bool) -> dict[str, Any]:
        """Return the pauses that go with a change.

        If the change itself starts a deployment, or the service becomes rolling, Landfall's pauses are removed: nobody
        would continue them. They are set again when no deployment is under way.
        """
        if starts_deployment or (before.shift and not self.shift):
            return {"lifecycleHooks": paused(found, ())}
        return {"lifecycleHooks": hooks_of(found)} if self.shift else {}

    def _moved(self, found: Mapping[str, Any], before: Setup) -> list[dict[str, Any]] | None:
        """Return `loadBalancers` if it changes. A rolling service stays in the target group that has the traffic."""
        if self.shift and self.shift != before.shift:
            wanted = [self._balanced(self.shift, found)]
            return None if holds(found.get(BALANCED), wanted) else wanted
        if self.shift is None and before.shift:
            live = carrying(self._elb, found)
            return [{**self._plain[BALANCED][0], "targetGroupArn": live}] if live else None
        plain = self._plain.get(BALANCED)
        changed = before._plain.get(BALANCED) != plain and not holds(found.get(BALANCED), plain)
        return plain if changed and self.shift is None else None

    def _balanced(self, shift: TrafficShift, found: Mapping[str, Any] | None) -> dict[str, Any]:
        return shift.balanced(self._elb, found, self._plain[BALANCED][0])


def holds(said: Any, wanted: Any) -> bool:
    """Say whether ECS has the wanted settings. It also has defaults, and may list items in another order."""
    if isinstance(wanted, dict):
        return isinstance(said, dict) and all(holds(said.get(key), value) for key, value in wanted.items())
    if isinstance(wanted, list):
        each = isinstance(said, list) and len(said) == len(wanted)
        return each and all(any(holds(one, value) for one in said) for value in wanted)
    return bool(said == wanted)
