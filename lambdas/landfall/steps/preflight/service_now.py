"""The present state of a service: each item is read from AWS once, at its first use."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from landfall.change import task_definition
from landfall.model import Release, Verdict, failed
from landfall.preflight_checks import strategy, supported_service
from landfall.preflight_checks.strategy import Weights
from landfall.proof.balanced import GroupView
from landfall.proof.observed import Look, ServiceView, TaskView
from landfall.runtime.world import World
from landfall.secret import Known
from landfall.settings import Service
from landfall.steps.shifting import strategy_before


class ServiceNow:
    """A service, its tasks and its targets before anything is changed."""

    def __init__(self, release: Release, world: World) -> None:
        """Read nothing yet."""
        self.release = release
        self.settings: Service = world.service(release.service)
        self._world = world
        self._ecs = world.ecs(self.settings.name)

    @cached_property
    def found(self) -> ServiceView | None:
        """Return the service, None if ECS knows none."""
        return self._ecs.service()

    @property
    def service(self) -> ServiceView:
        """Return the service. Call it only after `found` returned one."""
        assert self.found is not None  # noqa: S101
        return self.found

    @cached_property
    def template(self) -> Mapping[str, Any]:
        """Return the running revision."""
        return self.described[0]

    @cached_property
    def described(self) -> tuple[Mapping[str, Any], Mapping[str, str]]:
        """Return the running revision and its tags."""
        return self._ecs.task_definition(self.service.task_definition)

    @cached_property
    def look(self) -> Look:
        """Return the service, its tasks and its targets."""
        tasks = self._ecs.tasks("RUNNING")
        return Look(self.serving, tasks, self._world.elb.targets(self.serving.target_groups))

    @cached_property
    def rules(self) -> Weights:
        """Return the live weights of the rules between whose target groups ECS shifts traffic."""
        return strategy_before.rules(self.service.shifting, self._world.elb)

    @cached_property
    def serving(self) -> ServiceView:
        """Return the service with the target groups that have its traffic: ECS shifts it from one to another."""
        rolling = self.service.shifting.is_rolling
        return self.service if rolling else strategy_before.serving(self.service, self.rules)

    @cached_property
    def groups(self) -> tuple[GroupView, ...]:
        """Return the configuration of the service's target groups, those with its traffic first."""
        if self.service.shifting.is_rolling:
            return self._world.elb.groups(self.service.target_groups)
        live = {group.arn for group in self.serving.target_groups}
        found = strategy_before.groups(self.service.shifting, self._world.elb)
        return tuple(sorted(found, key=lambda group: group.arn not in live))

    def shifted_nowhere(self) -> Verdict | None:
        """Return the refusal if rules or target groups are gone, or if not exactly one group has the traffic."""
        return strategy_before.refusal(self.service, self.settings, self._world.elb)

    @cached_property
    def base_url(self) -> str | Verdict:
        """Return the service's base URL, or the refusal if it can't be found."""
        unclear = strategy.no_address(self.service.shifting, self.settings)
        if unclear:
            return unclear
        try:
            return self._world.base_url(self.settings, self.groups)
        except LookupError as error:
            return failed("NO_ADDRESS", str(error))

    @cached_property
    def stopped(self) -> tuple[TaskView, ...]:
        """Return the tasks that stopped or are stopping."""
        return self._ecs.tasks("STOPPED")

    @cached_property
    def known(self) -> Known:
        """Return the secrets of the service's own checks."""
        return self._world.secrets(self.settings)

    @cached_property
    def digests(self) -> dict[str, str]:
        """Return the digest that each container runs."""
        return supported_service.running_digests(self.look.tasks, self.template)

    @cached_property
    def released(self) -> tuple[str, ...]:
        """Return the containers that run the released image."""
        return task_definition.released_containers(self.template, self.settings.container, self.settings.keep_image)
