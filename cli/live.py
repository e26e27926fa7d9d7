"""What runs now, and whether the ledger knows it as proven."""

from __future__ import annotations

from dataclasses import dataclass

from cli import records
from cli.cloud import Cloud
from landfall.aws.ecs import Ecs
from landfall.aws.ledger import Record
from landfall.model import UNKNOWN
from landfall.settings import Service

TAG_SHA = "landfall:git-sha"


@dataclass(frozen=True)
class Live:
    """What a service runs. `record` is the ledger's newest that proves this very revision; None where none does."""

    service: str
    status: str
    git_sha: str
    image: str
    revision: str
    since: str
    tasks: str
    rollout: str
    record: Record | None
    under_way: str | None

    @property
    def proven(self) -> bool:
        """Say whether what runs was proven live, and ECS is not changing it."""
        return self.record is not None and self.rollout == "COMPLETED" and self.under_way is None


def look(cloud: Cloud, service: Service) -> Live:
    """Look at a service. What nobody knows is UNKNOWN."""
    ecs = Ecs(cloud.client("ecs"), service.cluster, service.service)
    found, known = ecs.service(), records.newest(cloud, service)
    under_way = next((str(r["deployment_id"]) for r in known if "unfinished" in r), None)
    if found is None or found.primary is None:
        status = found.status if found else "missing"
        return Live(service.name, status, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, "none", "none", None, under_way)
    template, tags = ecs.task_definition(found.task_definition)
    record = next((r for r in records.proven(known) if r.get("task_definition") == found.task_definition), None)
    images = {str(c["name"]): str(c["image"]) for c in template["containerDefinitions"]}
    at = found.primary.created_at
    return Live(
        service=service.name,
        status=found.status,
        git_sha=str(record["git_sha"]) if record else tags.get(TAG_SHA, UNKNOWN),
        image=images.get(service.container, UNKNOWN),
        revision=found.task_definition,
        since=at.isoformat(timespec="seconds") if at else UNKNOWN,
        tasks=f"{found.running} of {found.desired}",
        rollout=found.primary.rollout_state or UNKNOWN,
        record=record,
        under_way=under_way,
    )
