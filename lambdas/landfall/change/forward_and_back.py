"""Plans both ways of a deployment before anything changes: forward to the release, and back to the baseline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from landfall.change import task_definition
from landfall.model import Baseline, Deployment, Kind, Release
from landfall.settings import Service

UNPROVEN = "what ran before, which the ledger does not know as proven"


def forward(
    revision: str,
    registered: Mapping[str, Any],
    accepted: Mapping[str, tuple[str, ...]],
    release: Release,
    desired_count: int,
) -> Deployment:
    """Return the deployment to make. `registered` is the request that made `revision`."""
    return Deployment(
        kind=Kind.RELEASE,
        id="",
        task_definition=revision,
        desired_count=desired_count,
        digests=dict(accepted),
        git_sha=release.git_sha,
        health_checked=task_definition.health_checked(registered, tuple(accepted)),
    )


def accepted(template: Mapping[str, Any], release: Release, settings: Service) -> dict[str, tuple[str, ...]]:
    """Return the digests that each container which runs the release's image may report."""
    ours = task_definition.released_containers(template, settings.container, settings.keep_image)
    return dict.fromkeys(ours, release.accepted_digests)


def to_proven(
    baseline: Baseline, revision: str, template: Mapping[str, Any], proven: Release, settings: Service
) -> Baseline:
    """Return the way back to the last proven release, if another revision ran."""
    return replace(
        baseline,
        restore_to=revision,
        accepted=accepted(template, proven, settings),
        proven_sha=proven.git_sha,
        restores=f"the last proven release, {proven.git_sha}, since what ran was never proven",
    )


def to_unproven(baseline: Baseline, revision: str) -> Baseline:
    """Return the way back to the baseline, by its own revision or by a pinned copy of it."""
    return replace(baseline, restore_to=revision, restores=UNPROVEN)


def named(baseline: Baseline, record: Mapping[str, Any] | None) -> Baseline:
    """Return the way back with the proven release's commit, if the baseline is that release."""
    if record is None or record["task_definition"] != baseline.task_definition:
        return baseline
    return replace(baseline, restores=f"the last proven release, {record['git_sha']}")


def pins(template: Mapping[str, Any], baseline: Baseline) -> dict[str, str] | None:
    """Return the digests for a pinned copy of the baseline; None if a rollback can use its own revision.

    A revision that names an image by tag may start other bytes; one that is INACTIVE can't be deployed.
    """
    by_tag = {name: baseline.digests[name] for name in task_definition.unpinned(template) if name in baseline.digests}
    return by_tag if by_tag or template.get("status") == "INACTIVE" else None
