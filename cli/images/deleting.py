"""Deletes the images that nobody needs, and first deregisters the revisions that name them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cli.cloud import Cloud
from cli.images import image_world
from cli.images.image_world import World
from landfall.aws.image_care.registry import MOST, Registry
from landfall.errors import AwsCallFailed
from landfall.images import removable
from landfall.settings import Service


@dataclass
class Cleared:
    """What was done. `failed` has the code of each revision and image that AWS left as it was."""

    deregistered: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    left: int = 0
    why: str = ""

    @property
    def codes(self) -> Mapping[str, int]:
        """Return how often each code came."""
        return Counter(self.failed.values())

    def document(self) -> dict[str, Any]:
        """Return it for programs."""
        counts = {"deregistered": len(self.deregistered), "deleted": len(self.deleted), "left": self.left}
        return {**counts, "failed": dict(self.codes), "why": self.why}


def clear(cloud: Cloud, service: Service, world: World) -> Cleared:
    """Deregister, then delete. What fails is counted; a second run does the rest.

    Nothing is deleted if a revision could not be deregistered. An index goes before its parts, and the parts of an
    index that ECR kept stay. Before each call the open deployments are read again.
    """
    done = Cleared()
    _deregister(cloud, service, world, done)
    removable = [row.digest for row in world.rows if row.removable]
    if not done.failed:
        _delete(cloud, service, world, done)
    done.left = len(removable) - len(done.deleted)
    return done


def _deregister(cloud: Cloud, service: Service, world: World, done: Cleared) -> None:
    ecs = cloud.ecs(service)
    for definition in world.obsolete:
        try:
            ecs.deregister(definition.arn)
            done.deregistered.append(definition.arn)
        except AwsCallFailed as error:
            done.failed[definition.arn], done.why = error.code, str(error)
            return


def _delete(cloud: Cloud, service: Service, world: World, done: Cleared) -> None:
    registry = Registry(cloud.client("ecr"), service.repository)
    attached = world.repository.attached
    stay = set[str]()
    for batch in removable.batches(world.rows, attached, MOST):
        try:
            begun = image_world.under_way(cloud, service) - stay
            stay |= begun | removable.parts_of(begun, attached)
            going = [digest for digest in batch if digest not in stay]
            failed = registry.delete(going) if going else {}
        except AwsCallFailed as error:
            done.failed |= dict.fromkeys(batch, error.code)
            done.why = str(error)
            return
        done.failed |= failed
        stay |= failed.keys() | removable.parts_of(failed.keys(), attached)
        done.deleted += [digest for digest in going if digest not in failed]
