"""Does the requested release exist, and which commit is it? Looked up in ECR and the ledger; it records nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from landfall.errors import AwsCallFailed, InvalidRequest
from landfall.images import commit_details, image_tags
from landfall.images.commit_details import Told
from landfall.images.stored import Image
from landfall.intake import recorded_requests as requests
from landfall.intake.request import Request
from landfall.ledger import migrations_between
from landfall.model import PROVEN, UNKNOWN, Asked, Intent, Release
from landfall.partitions import UNKNOWN_SERVICE
from landfall.runtime.world import World
from landfall.steps.resolving import image_lookup

LONGEST_SCHEMA_VERSION = 200
"""The most characters of a schema version: it is part of the release."""


def unresolved(execution_arn: str, deployment_id: str, started_at: str) -> Release:
    """Return the release of an execution before anything else is known."""
    return Release(UNKNOWN_SERVICE, deployment_id, execution_arn, requested_at=started_at, started_at=started_at)


def asked(release: Release, wanted: Request) -> Release:
    """Return the requested release, before anything is looked up."""
    # a rollback's release was signed off when it was proven, and must not wait for people
    approval = wanted.service.approval if wanted.intent == Intent.RELEASE else None
    return replace(
        release,
        service=wanted.service.name,
        repository=wanted.service.repository,
        intent=wanted.intent,
        reason=wanted.reason,
        requested_by=wanted.requested_by,
        by_push=wanted.by_push,
        # a push can't be later than its execution: a time in the future would overtake every push until then
        requested_at=min(wanted.pushed_at or release.requested_at, release.requested_at),
        limits=wanted.service.limits,
        stability_attempts=wanted.service.limits.stability_attempts,
        bakes=wanted.service.limits.bakes,
        worker_attempts=wanted.service.limits.worker_attempts,
        # a rollback runs no migration: an older release's migration does not know a newer one's changes
        migration_attempts=wanted.service.limits.migration_attempts if wanted.intent == Intent.RELEASE else 0,
        # a rollback has no after-check: a no would restore the release that somebody wants to remove
        after_attempts=wanted.service.limits.after_attempts if wanted.intent == Intent.RELEASE else 0,
        cross_migration=wanted.cross_migration,
        drill=wanted.drill,
        approval=approval.when if approval else "",
        approval_attempts=approval.attempts if approval else 0,
    )


class Found(NamedTuple):
    """The release, and the commit details in its image."""

    release: Release
    said: Told


def found(release: Release, wanted: Request, world: World) -> Found:
    """Return the release with its image, its commit and, for a rollback, its revision. Changes nothing.

    Raises InvalidRequest if one is missing, or if the request contradicts itself.
    """
    image = image_lookup.found(wanted, world)
    release = _with_revision(_with_image(release, image, wanted, world), wanted, world)
    return Found(release, commit_details.read(image.manifest, release.git_sha))


def with_requests(release: Release, world: World) -> Release:
    """Return the release with its recorded requesters.

    Requesters decide nothing. If CodeBuild does not answer, a request counts as open for a fixed time.
    """
    if release.intent != Intent.RELEASE or not image_tags.is_commit(release.git_sha):
        return release
    found = world.requests.of_commit(release.service, release.git_sha)
    if not release.by_push:
        return requests.joined(release, requests.of_execution(found, release.execution_arn))
    earlier = requests.before(found, release.requested_at)
    return requests.joined(release, requests.answered(earlier, release.requested_at, _ends(earlier, world)))


def _ends(found: list[Asked], world: World) -> dict[str, str]:
    built = [each.build for each in found if each.build]
    try:
        return world.codebuild.ends(built) if built else {}
    except AwsCallFailed:
        return {}


def _with_image(release: Release, image: Image, wanted: Request, world: World) -> Release:
    """Fill in the image and its commit. Raises InvalidRequest if the commit can't be found."""
    # the record of the release to go back to knows its commit
    is_back = wanted.intent == Intent.ROLLBACK
    return replace(
        release,
        git_sha=wanted.commit or UNKNOWN if is_back else image_lookup.commit_of(image, wanted, world),
        image=image.uri,
        image_digest=image.digest,
        accepted_digests=image.accepted,
        schema_version=_schema_version(image, wanted, world),
    )


def _schema_version(image: Image, wanted: Request, world: World) -> str:
    """Return the schema version that the image needs; empty if it is not compared."""
    migration = wanted.service.migration
    if wanted.intent != Intent.RELEASE or migration is None or migration.schema_version is None:
        return ""
    return world.ecr(wanted.service.repository).label(image, migration.schema_version.label)[:LONGEST_SCHEMA_VERSION]


def _with_revision(release: Release, wanted: Request, world: World) -> Release:
    """Find the revision for a rollback. Raises InvalidRequest for a release that was never proven."""
    if release.intent != Intent.ROLLBACK:
        return release
    digest, named, ledger = release.image_digest, wanted.deployment_id, world.ledger
    record = ledger.record(release.service, named) if named else ledger.proven_image(release.service, digest)
    if record is None or record.get("outcome") not in PROVEN or record["image_digest"] != digest:
        what = f"deployment {named} did not prove {digest}" if named else f"{digest} was never proven live"
        raise InvalidRequest("NOT_PROVEN", f"{what} on {release.service}; ask for intent 'release' instead")
    if not release.cross_migration:
        migrations_between.must_not_cross(ledger.newest_first(release.service), record)
    return replace(release, revision=str(record["task_definition"]), git_sha=str(record["git_sha"]))
