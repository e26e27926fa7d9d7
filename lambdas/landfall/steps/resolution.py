"""Does what is asked for exist, and which commit is it? Looked up in ECR and the ledger; nothing is recorded here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

from landfall import commit
from landfall.errors import AwsCallFailed, InvalidRequest
from landfall.images import commit_details, image_tags
from landfall.images.commit_details import Told
from landfall.images.image_tags import TagForm
from landfall.images.stored import Image, Listed
from landfall.intake import recorded_requests as requests
from landfall.intake.request import Request
from landfall.model import PROVEN, UNKNOWN, Asked, Intent, Release
from landfall.partitions import UNKNOWN_SERVICE
from landfall.runtime.world import World


def unresolved(execution_arn: str, deployment_id: str, started_at: str) -> Release:
    """Return the release of an execution of which nothing is known yet but itself."""
    return Release(UNKNOWN_SERVICE, deployment_id, execution_arn, requested_at=started_at, started_at=started_at)


def asked(release: Release, wanted: Request) -> Release:
    """Return the release that a request asks for, before anything is looked up."""
    return replace(
        release,
        service=wanted.service.name,
        repository=wanted.service.repository,
        intent=wanted.intent,
        reason=wanted.reason,
        requested_by=wanted.requested_by,
        by_push=wanted.by_push,
        # a push can't be later than what it started: a time in the future would overtake every push until then
        requested_at=min(wanted.pushed_at or release.requested_at, release.requested_at),
        limits=wanted.service.limits,
        stability_attempts=wanted.service.limits.stability_attempts,
        bakes=wanted.service.limits.bakes,
    )


class Found(NamedTuple):
    """The release, and what its image says of its commit."""

    release: Release
    said: Told


def found(release: Release, wanted: Request, world: World) -> Found:
    """Return the release with its image, its commit and, going back, its revision. Changes nothing.

    Raises InvalidRequest where one is missing, or what is asked contradicts itself.
    """
    image = _image(wanted, world)
    release = _with_revision(_with_image(release, image, wanted, world), wanted, world)
    return Found(release, commit_details.read(image.manifest, release.git_sha))


def with_requests(release: Release, world: World) -> Release:
    """Return the release with who asked for it before it was built, as far as that was recorded.

    Who asked decides nothing: where CodeBuild can't be asked, a request is open for a time that is the same for all.
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


def _image(wanted: Request, world: World) -> Image:
    """Find the image in ECR. Raises InvalidRequest where there is none, or tag and digest disagree."""
    tag, digest, repository = wanted.image_tag, wanted.image_digest, wanted.service.repository
    # a tag that does not say the commit may have moved on since the push: the digest is what was pushed
    by_tag = tag and (wanted.commit or not digest)
    image = world.ecr(repository).image({"imageTag": str(tag)} if by_tag else {"imageDigest": str(digest)})
    if image is None and not wanted.is_event:
        image = _under_another_tag(wanted, world)
    if image is None:
        raise InvalidRequest("IMAGE_NOT_FOUND", f"{tag or digest} is not in repository {repository!r}; push it first")
    if digest and digest != image.digest:
        raise InvalidRequest(
            "TAG_AND_DIGEST_DISAGREE",
            f"image_tag {tag} is {image.digest}, not image_digest {digest}; give one of them",
        )
    return image


def _with_image(release: Release, image: Image, wanted: Request, world: World) -> Release:
    """Fill in the image and its commit. Raises InvalidRequest where nothing says which commit it is."""
    # what a rollback goes back to was proven as a commit that its record knows
    is_back = wanted.intent == Intent.ROLLBACK
    return replace(
        release,
        git_sha=wanted.commit or UNKNOWN if is_back else _commit(image, wanted, world),
        image=image.uri,
        image_digest=image.digest,
        accepted_digests=image.accepted,
    )


def _under_another_tag(wanted: Request, world: World) -> Image | None:
    """Return the image of a commit that is asked for by all its digits, by any tag that the settings read as it."""
    service, tag = wanted.service, wanted.image_tag
    if wanted.image_digest or service.tag_pattern is None or not tag or not image_tags.is_full(tag):
        return None
    ecr = world.ecr(service.repository)
    found = of_commit(ecr.images(), service.tags, tag)
    return ecr.image({"imageDigest": found[0].digest}) if found else None


def of_commit(images: Iterable[Listed], form: TagForm, git_sha: str) -> tuple[Listed, str] | None:
    """Return the image that was pushed last of those with a tag that says a commit, and that tag; None without one.

    All tags are read in one go. Raises StepError where the service's pattern takes too long.
    """
    listed = [(image, tag) for image in images if not image.artifact for tag in image.tags]
    read = zip(listed, image_tags.read((tag for _, tag in listed), form), strict=True)
    ours = [each for each, tag in read if tag.readable and tag.commit and commit.same(tag.commit, git_sha)]
    return max(ours, key=lambda each: each[0].pushed_at, default=None)


def _commit(image: Image, wanted: Request, world: World) -> str:
    """Return the commit of an image, by its tags, else by its label. Raises InvalidRequest where they leave it open."""
    service = wanted.service
    found = image_tags.of_tags(image_tags.read(image.tags, service.tags))
    if wanted.commit:
        return next((each for each in found if commit.same(each, wanted.commit)), wanted.commit)
    if len(found) == 1:
        return found[0]
    way_out = "Landfall must know which commit it is from"
    if found:
        raise InvalidRequest("NO_COMMIT", f"image {image.digest} is tagged as {len(found)} commits, {found}; {way_out}")
    if not service.commit_label:
        has = f"tags {list(image.tags)}" if image.tags else "no tag"
        raise InvalidRequest(
            "NO_COMMIT", f"image {image.digest} has {has}, and so no commit; {way_out}: tag it by that"
        )
    said = world.ecr(service.repository).label(image, service.commit_label)
    if not image_tags.is_commit(said):
        has = f"its label {service.commit_label} is {said!r}" if said else f"it has no label {service.commit_label}"
        raise InvalidRequest("NO_COMMIT", f"image {image.digest}: {has}, and no tag says its commit; {way_out}")
    return said


def _with_revision(release: Release, wanted: Request, world: World) -> Release:
    """Find the revision a rollback goes back to. Raises InvalidRequest for a release that was never proven."""
    if release.intent != Intent.ROLLBACK:
        return release
    digest, named = release.image_digest, wanted.deployment_id
    proven = (r for r in world.ledger.proven(release.service) if r["image_digest"] == digest)
    record = world.ledger.record(release.service, named) if named else next(proven, None)
    if record is None or record.get("outcome") not in PROVEN or record["image_digest"] != digest:
        what = f"deployment {named} did not prove {digest}" if named else f"{digest} was never proven live"
        raise InvalidRequest("NOT_PROVEN", f"{what} on {release.service}; ask for intent 'release' instead")
    return replace(release, revision=str(record["task_definition"]), git_sha=str(record["git_sha"]))
