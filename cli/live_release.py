"""What runs now, and whether the ledger knows it as proven."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

from cli import records
from cli.cloud import Cloud
from landfall.aws.dynamodb.ledger_chain import Standing
from landfall.aws.ecs import task_definition
from landfall.aws.services import DESCRIBE_SERVICES_LIMIT, Services
from landfall.chain import Record
from landfall.change.task_definition import TAG_DEPLOYMENT, TAG_SHA
from landfall.errors import AwsCallFailed
from landfall.ledger import service_standing
from landfall.model import PROVEN, UNKNOWN, Outcome
from landfall.proof.observed import ServiceView
from landfall.settings import Service

SIDE_BY_SIDE = 4
"""Calls to ECS at once. Deployments that run share its quota of 20 DescribeServices a second (API reference)."""


@dataclass(frozen=True)
class Live:
    """What a service runs.

    `record` is the last deployment, if it left this revision live and proven, else None. `release` is the proven
    deployment that made this revision. `last_change` is the last deployment that changed the service, however it ended.
    `may_pause`: its owner has hooks that pause a deployment.
    `unfinished` are the records of the deployments under way, in the order in which they began.
    `alarms` are those that the service names in its deployment configuration.
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
    last_change: Record | None = None
    may_pause: bool = False
    alarms: tuple[str, ...] = ()
    unfinished: tuple[Record, ...] = ()

    @property
    def under_way(self) -> str | None:
        """Return the newest deployment that is under way; None if there is none."""
        return str(self.unfinished[-1]["deployment_id"]) if self.unfinished else None

    def said(self, told: Iterable[tuple[Record, str]]) -> str:
        """Return the notes about deployments under way, each with its id unless it is the newest deployment."""
        named = ((str(record["deployment_id"]), text) for record, text in told)
        return "; ".join(text if name == self.under_way else f"{name} {text}" for name, text in named)

    @property
    def proven(self) -> bool:
        """Say whether the service runs the last proven release with all its tasks, and no deployment is under way."""
        whole = 0 < self.desired == self.running and self.rollout == "COMPLETED"
        return self.record is not None and whole and self.under_way is None


def look(cloud: Cloud, service: Service) -> Live:
    """Read what a service runs. What is not known is UNKNOWN."""
    return looks(cloud, [service])[0]


def looks(cloud: Cloud, services: Sequence[Service]) -> list[Live]:
    """Read what services run, from ECS first and then from the ledger, many services in one call.

    The index of deployments under way may lack a deployment that began this moment. Such a deployment has not changed
    the service yet, so the answer still holds.
    """
    ecs = cloud.client("ecs")
    views = _views(ecs, services)
    under_way = _under_way(cloud, services)
    standings = cloud.ledger.standings(each.name for each in services)
    shown = {name: _by_record(view, service, standings[name]) for name, service, view in _primary(services, views)}
    asked = {name: view.task_definition for name, _, view in _primary(services, views) if shown[name] is None}
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        described = dict(zip(asked, pool.map(partial(task_definition, ecs), asked.values()), strict=True))
    found = []
    for service in services:
        name, view = service.name, views[service.name]
        if view is None or view.primary is None:
            status = view.status if view else "missing"
            found.append(_nothing(service, status, under_way.get(name, ()), standings[name].last_change))
            continue
        revision = shown[name] or _by_revision(cloud, service, view.task_definition, *described[name])
        found.append(_live(service, view, revision, standings[name].last_change, under_way.get(name, ())))
    return found


@dataclass(frozen=True)
class _Shown:
    """A running revision: its commit, its image, and the proven deployment that made it."""

    git_sha: str
    image: str
    release: Record | None


def _live(
    service: Service, view: ServiceView, shown: _Shown, last_change: Record | None, unfinished: tuple[Record, ...]
) -> Live:
    primary = view.primary
    at, rollout = (primary.created_at, primary.rollout_state) if primary else (None, "")
    return Live(
        service=service.name,
        status=view.status,
        git_sha=shown.git_sha,
        image=shown.image,
        revision=view.task_definition,
        since=at.isoformat(timespec="seconds") if at else UNKNOWN,
        desired=view.desired,
        running=view.running,
        rollout=rollout or UNKNOWN,
        record=proof(last_change, view.task_definition),
        release=shown.release,
        last_change=last_change,
        may_pause=view.may_pause,
        alarms=view.alarms,
        unfinished=unfinished,
    )


def _nothing(service: Service, status: str, unfinished: tuple[Record, ...], last_change: Record | None) -> Live:
    known = (service.name, status, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, 0, 0, "none", None, None)
    return Live(*known, last_change, unfinished=unfinished)


def _views(ecs: Any, services: Sequence[Service]) -> dict[str, ServiceView | None]:
    """Return each service as ECS describes it; None for one that it does not know."""
    of_cluster: dict[str, list[str]] = {}
    for each in services:
        of_cluster.setdefault(each.cluster, []).append(each.service)
    batches = [
        (cluster, names[start : start + DESCRIBE_SERVICES_LIMIT])
        for cluster, names in of_cluster.items()
        for start in range(0, len(names), DESCRIBE_SERVICES_LIMIT)
    ]
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        replies = list(pool.map(lambda batch: _described(ecs, *batch), batches))
    found = {(cluster, n): v for (cluster, _), r in zip(batches, replies, strict=True) for n, v in r.items()}
    return {each.name: found.get((each.cluster, each.service)) for each in services}


def _described(ecs: Any, cluster: str, names: Sequence[str]) -> dict[str, ServiceView | None]:
    """Return the services of a batch. Raises AwsCallFailed where ECS did not describe one of them."""
    found: dict[str, ServiceView | None] = {}
    for name, view in Services(ecs, cluster).described(names).items():
        if isinstance(view, AwsCallFailed):
            raise view
        found[name] = view
    return found


def _primary(
    services: Sequence[Service], views: Mapping[str, ServiceView | None]
) -> Iterator[tuple[str, Service, ServiceView]]:
    for service in services:
        view = views[service.name]
        if view and view.primary:
            yield service.name, service, view


def _under_way(cloud: Cloud, services: Sequence[Service]) -> dict[str, tuple[Record, ...]]:
    """Return the deployments of each service that are under way, in the order in which they began."""
    unfinished = cloud.ledger.unfinished(services[0].name if len(services) == 1 else None)
    found: dict[str, tuple[Record, ...]] = {}
    for record in sorted(unfinished, key=lambda r: (records.started(r), str(r["deployment_id"]))):
        name = str(record["service"])
        found[name] = (*found.get(name, ()), record)
    return found


def _by_record(view: ServiceView, service: Service, standing: Standing) -> _Shown | None:
    """Return the running revision as the last proven release recorded it, if that release made the revision.

    ECS has no call that describes several revisions, and this record is signed. A revision never changes.
    """
    record = standing.last_proven
    if record is None or record.get("task_definition") != view.task_definition:
        return None
    if record.get("outcome") != Outcome.SUCCEEDED:
        return None  # NO_CHANGE: another deployment made the revision, or somebody else did
    try:
        image = str(json.loads(record["release"])["image"])
        ours = service.container in json.loads(record["ended"])["deployment"]["digests"]
    except (LookupError, TypeError, ValueError):
        return None
    whole = ours and image.endswith(f"@{record['image_digest']}")
    return _Shown(str(record["git_sha"]), image, record) if whole else None


def _by_revision(
    cloud: Cloud, service: Service, arn: str, template: Mapping[str, Any], tags: Mapping[str, str]
) -> _Shown:
    """Return the revision as ECS describes it, with the newest deployment that proved it."""
    images = {str(c["name"]): str(c["image"]) for c in template["containerDefinitions"]}
    image = images.get(service.container, UNKNOWN)
    named = tags.get(TAG_DEPLOYMENT)
    of_image = cloud.ledger.of_image(service.name, image.partition("@")[2])
    known = [*of_image, *(cloud.ledger.records(service.name, [named]) if named else [])]
    proven = [r for r in known if service_standing.proven(r) and r["task_definition"] == arn]
    return _Shown(tags.get(TAG_SHA, UNKNOWN), image, max(proven, key=records.started, default=None))


def proof(last: Record | None, revision: str) -> Record | None:
    """Return the last deployment that changed the service, if it left exactly this revision live and proven.

    An earlier proof of the revision doesn't count: a rollback to it may have failed since then.
    """
    if last is None or last["outcome"] not in (*PROVEN, Outcome.ROLLED_BACK):
        return None
    return last if revision in service_standing.left_by(last) else None
