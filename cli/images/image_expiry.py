"""Would the repository's lifecycle policy expire an image that is needed? It uses the reconciler's rule."""

from __future__ import annotations

from datetime import UTC, datetime

from cli.cloud import Cloud
from cli.quotas import Unwell
from landfall.aws.image_care.registry import Registry
from landfall.ledger import needed_images
from landfall.reconcile import expiring_images
from landfall.reconcile.expiring_images import Needed
from landfall.settings import Service


def look(cloud: Cloud, service: Service) -> str:
    """Say that the policy spares every image that is needed. Raises Unwell if it does not."""
    registry = Registry(cloud.client("ecr"), service.repository)
    policy, images = registry.lifecycle_policy() or "", tuple(cloud.ecr(service).images())
    if not policy and not any(image.archived_at for image in images):
        return "no lifecycle policy"
    ecs = cloud.ecs(service)
    view = ecs.service()
    template = ecs.task_definition(view.primary.task_definition)[0] if view and view.primary else {}
    proven = needed_images.kept(cloud.ledger.proven(service.name), service.keep_releases)
    running = ecs.tasks("RUNNING") if view else ()
    uses = needed_images.of_service(template, running, cloud.ledger.unfinished(service.name), proven)
    needed = Needed(policy, images, registry.parts(images), uses)
    if seen := expiring_images.assess(needed, service.repository, datetime.now(UTC)).seen:
        mend = "change the lifecycle policy (docs/images.md), and push each image again that is gone or archived"
        raise Unwell("; ".join(each.what for each in seen), mend)
    return "the lifecycle policy spares every image that is needed"
