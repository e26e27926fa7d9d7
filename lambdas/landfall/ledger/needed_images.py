"""Which images one service needs itself: what runs, what is under way, and where a rollback may go. Pure.

`image_uses` has the whole of it, which takes a look at the whole account.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from landfall.images import image_name
from landfall.images.removable import Standing, Use
from landfall.proof.observed import TaskView

Record = Mapping[str, Any]


def kept(proven: Iterable[Record], keep: int) -> list[Record]:
    """Return the proven releases to keep, the newest first: those of the last `keep` different images."""
    found, digests = list[Record](), set[str]()
    for record in proven:
        digests.add(str(record["image_digest"]))
        if len(digests) > keep:
            break
        found.append(record)
    return found


def of_service(
    template: Mapping[str, Any], running: Iterable[TaskView], under_way: Iterable[Record], proven: Iterable[Record]
) -> dict[str, Use]:
    """Return the use of each digest, the strongest one. `template` is the live revision."""
    found: dict[str, Use] = {}
    for digest, use in _all(template, running, under_way, proven):
        if digest:
            found.setdefault(digest, use)
    return found


def _all(
    template: Mapping[str, Any], running: Iterable[TaskView], under_way: Iterable[Record], proven: Iterable[Record]
) -> Iterator[tuple[str, Use]]:
    name = str(template.get("taskDefinitionArn", "")).rpartition("/")[2]
    live = Use(Standing.LIVE, f"revision {name}")
    for container in template.get("containerDefinitions", []):
        yield image_name.read(str(container.get("image"))).digest, live
    for task in running:
        yield from ((str(container.image_digest or ""), live) for container in task.containers)
    for record in under_way:
        yield str(record.get("image_digest", "")), Use(Standing.UNDER_WAY, str(record["deployment_id"]))
    for record in proven:
        yield str(record["image_digest"]), Use(Standing.WAY_BACK, f"proven by {record['deployment_id']}")
