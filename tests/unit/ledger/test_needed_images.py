"""Which images a service needs: a lifecycle policy that expires one of them leaves no tasks, or no way back."""

from __future__ import annotations

from typing import Any

import pytest

from landfall.images.removable import Standing, Use
from landfall.ledger import needed_images
from landfall.proof.observed import TaskView
from tests.support import builders as b

URI = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop"
LIVE = Use(Standing.LIVE, "revision sample:2")
UNDER_WAY, BACK = Use(Standing.UNDER_WAY, "three"), Use(Standing.WAY_BACK, "proven by one")


def revision(*images: str) -> dict[str, Any]:
    """Return the live revision with containers of these images."""
    return {"taskDefinitionArn": b.REVISION, "containerDefinitions": [{"image": each} for each in images]}


def record(name: str, digest: str) -> dict[str, Any]:
    """Return the record of a deployment."""
    return {"deployment_id": name, "image_digest": digest}


BY_DIGEST = revision(f"{URI}@{b.DIGEST}", f"{URI}:agent@{b.OLD_DIGEST}")
TASK = b.task(containers=(b.container(), b.container(name="agent", image_digest=b.OTHER_DIGEST)))
NEEDS: dict[str, tuple[dict[str, Any], tuple[TaskView, ...], list[Any], list[Any], dict[str, Use]]] = {
    "nothing": ({}, (), [], [], {}),
    "what the revision names": (BY_DIGEST, (), [], [], {b.DIGEST: LIVE, b.OLD_DIGEST: LIVE}),
    "a tag says no digest": (revision(f"{URI}:latest"), (), [], [], {}),
    "what its tasks run": (revision(f"{URI}:latest"), (TASK,), [], [], {b.DIGEST: LIVE, b.OTHER_DIGEST: LIVE}),
    "a task that does not say": (revision(), (b.task(containers=(b.container(image_digest=""),)),), [], [], {}),
    "what is under way": (revision(), (), [record("three", b.DIGEST)], [], {b.DIGEST: UNDER_WAY}),
    "what is not resolved yet": (revision(), (), [{"deployment_id": "three"}], [], {}),
    "the way back": (revision(), (), [], [record("one", b.OLD_DIGEST)], {b.OLD_DIGEST: BACK}),
    "live is more than proven": (
        revision(f"{URI}@{b.DIGEST}"),
        (),
        [record("three", b.DIGEST)],
        [record("one", b.DIGEST)],
        {b.DIGEST: LIVE},
    ),
    "under way is more than proven": (
        revision(),
        (),
        [record("three", b.DIGEST)],
        [record("one", b.DIGEST), record("none", b.DIGEST)],
        {b.DIGEST: UNDER_WAY},
    ),
}


@pytest.mark.parametrize(("template", "running", "under_way", "proven", "uses"), NEEDS.values(), ids=NEEDS)
def test_each_image_is_needed_for_the_strongest_reason(
    template: dict[str, Any], running: tuple[TaskView, ...], under_way: list[Any], proven: list[Any], uses: Any
) -> None:
    """An alarm about what runs comes a month ahead, one about the way back a week: the reason must be the right one."""
    assert needed_images.of_service(template, running, under_way, proven) == uses


def test_all_proven_releases_are_kept_while_there_are_few() -> None:
    """Each is a way back; the order, newest first, stays as it is read."""
    records = [record("two", b.DIGEST), record("one", b.OLD_DIGEST)]
    assert needed_images.kept(iter(records), 2) == needed_images.kept(iter(records), 3) == records
    assert needed_images.kept(iter(records), 1) == records[:1]


def test_no_more_proven_releases_are_read_than_are_kept() -> None:
    """The ledger is read page by page, and a history has thousands of records."""
    read = iter([record("three", b.DIGEST), record("two", b.OLD_DIGEST), record("one", b.OTHER_DIGEST)])
    assert len(needed_images.kept(read, 1)) == 1
    assert next(read)["deployment_id"] == "one"
