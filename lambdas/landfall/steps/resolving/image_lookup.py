"""Finds the image that a request names in ECR, and the commit that the image is from."""

from __future__ import annotations

from collections.abc import Iterable

from landfall import commit
from landfall.errors import InvalidRequest
from landfall.images import image_tags
from landfall.images.image_tags import TagForm
from landfall.images.stored import Image, Listed
from landfall.intake.request import Request
from landfall.runtime.world import World


def found(wanted: Request, world: World) -> Image:
    """Find the image in ECR. Raises InvalidRequest if there is none, or if tag and digest disagree."""
    tag, digest, repository = wanted.image_tag, wanted.image_digest, wanted.service.repository
    # a tag without a commit may have been moved since the push: the digest names the pushed image
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


def commit_of(image: Image, wanted: Request, world: World) -> str:
    """Return the commit of an image, by its tags, else by its label. Raises InvalidRequest if neither is clear."""
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


def of_commit(images: Iterable[Listed], form: TagForm, git_sha: str) -> tuple[Listed, str] | None:
    """Return the newest image with a tag that names the commit, and that tag; None without one.

    All tags are read in one go. Raises StepError where the service's pattern takes too long.
    """
    listed = [(image, tag) for image in images if not image.artifact for tag in image.tags]
    read = zip(listed, image_tags.read((tag for _, tag in listed), form), strict=True)
    ours = [each for each, tag in read if tag.readable and tag.commit and commit.same(tag.commit, git_sha)]
    return max(ours, key=lambda each: each[0].pushed_at, default=None)


def _under_another_tag(wanted: Request, world: World) -> Image | None:
    """Return the image of a full commit id, by any tag in which the settings find that commit."""
    service, tag = wanted.service, wanted.image_tag
    if wanted.image_digest or service.tag_pattern is None or not tag or not image_tags.is_full(tag):
        return None
    ecr = world.ecr(service.repository)
    found = of_commit(ecr.images(), service.tags, tag)
    return ecr.image({"imageDigest": found[0].digest}) if found else None
