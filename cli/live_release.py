"""What runs now, and whether the ledger knows it as proven."""

from __future__ import annotations

from dataclasses import dataclass

from cli import records
from cli.cloud import Cloud
from landfall.chain import Record
from landfall.change.task_definition import TAG_SHA
from landfall.ledger import service_standing
from landfall.model import PROVEN, UNKNOWN, Outcome
from landfall.settings import Service


@dataclass(frozen=True)
class Live:
    """What a service runs.

    `record` is the last deployment, if it left this revision live and proven, else None. `release` is the proven
    deployment that made this revision.
    """

    service: str
    status: str
    git_sha: str
    image: str
    revision: str
    since: str
    desired: int
    running: int
    rollout: str
    record: Record | None
    release: Record | None
    under_way: str | None

    @property
    def proven(self) -> bool:
        """Say whether the service runs what was proven last, with all tasks, while nobody changes it."""
        whole = 0 < self.desired == self.running and self.rollout == "COMPLETED"
        return self.record is not None and whole and self.under_way is None


def look(cloud: Cloud, service: Service) -> Live:
    """Read what a service runs. What is not known is UNKNOWN."""
    ecs = cloud.ecs(service)
    found, known = ecs.service(), records.newest(cloud, service)
    under_way = next((str(r["deployment_id"]) for r in known if "unfinished" in r), None)
    if found is None or found.primary is None:
        status = found.status if found else "missing"
        return Live(service.name, status, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, 0, 0, "none", None, None, under_way)
    template, tags = ecs.task_definition(found.task_definition)
    images = {str(c["name"]): str(c["image"]) for c in template["containerDefinitions"]}
    at = found.primary.created_at
    return Live(
        service=service.name,
        status=found.status,
        git_sha=tags.get(TAG_SHA, UNKNOWN),
        image=images.get(service.container, UNKNOWN),
        revision=found.task_definition,
        since=at.isoformat(timespec="seconds") if at else UNKNOWN,
        desired=found.desired,
        running=found.running,
        rollout=found.primary.rollout_state or UNKNOWN,
        record=proof(cloud.ledger.last_change(service.name), found.task_definition),
        release=next(
            (r for r in known if service_standing.proven(r) and r["task_definition"] == found.task_definition), None
        ),
        under_way=under_way,
    )


def proof(last: Record | None, revision: str) -> Record | None:
    """Return the last deployment that touched the service, if it left exactly this revision live and proven.

    An earlier proof of the revision doesn't count: a rollback to it may have failed since then.
    """
    if last is None or last["outcome"] not in (*PROVEN, Outcome.ROLLED_BACK):
        return None
    return last if revision in service_standing.left_by(last) else None
