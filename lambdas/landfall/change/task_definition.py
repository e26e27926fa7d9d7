"""Makes new task-definition revisions from old ones. Only the image and Landfall's own variables and tags change.

Source: ECS API reference, RegisterTaskDefinition. DescribeTaskDefinition returns more fields than it accepts.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from landfall.images import image_name
from landfall.images.image_name import ImageName
from landfall.model import Release

ACCEPTED = (
    "family",
    "taskRoleArn",
    "executionRoleArn",
    "networkMode",
    "containerDefinitions",
    "volumes",
    "placementConstraints",
    "requiresCompatibilities",
    "cpu",
    "memory",
    "pidMode",
    "ipcMode",
    "proxyConfiguration",
    "inferenceAccelerators",
    "ephemeralStorage",
    "runtimePlatform",
    "enableFaultInjection",
)
BAKED_IN = frozenset({"GIT_SHA", "BUILD_TIME"})
"""Baked into the image at build time: a copy in the task definition would override them, stale or circular."""
TAG_SHA = "landfall:git-sha"
TAG_DIGEST = "landfall:image-digest"
TAG_DEPLOYMENT = "landfall:deployment"
TAG_ROLE = "landfall:role"
ROLE_RELEASE, ROLE_BASELINE = "release", "baseline"

Document = Mapping[str, Any]


def release_revision(
    template: Document,
    tags: Mapping[str, str],
    release: Release,
    container: str,
    deployed_at: str,
    *,
    keep: Collection[str] = (),
) -> dict[str, Any]:
    """Return the RegisterTaskDefinition request that makes `release` the image of `container`.

    Every other container that runs the same image now also gets it, except those named in `keep`.
    """
    request = _copy(template)
    ours = released_containers(template, container, keep)
    request["containerDefinitions"] = [
        _released(c, release, deployed_at) if c.get("name") in ours else c
        for c in template.get("containerDefinitions", [])
    ]
    traces = {
        TAG_SHA: release.git_sha,
        TAG_DIGEST: release.image_digest,
        TAG_DEPLOYMENT: release.deployment_id,
        TAG_ROLE: ROLE_RELEASE,
    }
    return {**request, "tags": _tags({**tags, **traces})}


def released_containers(template: Document, container: str, keep: Collection[str] = ()) -> tuple[str, ...]:
    """Return the containers that a release gives its image: `container`, and those that name the same image."""
    image = _image_of(template, container)
    return tuple(
        name
        for name, named in _images(template)
        if name == container or (image is not None and name not in keep and named.same_image(image))
    )


def health_checked(template: Document, names: Collection[str]) -> tuple[str, ...]:
    """Return the containers that have a health check (ECS API reference, HealthCheck: NONE switches it off)."""
    checks = {
        str(c.get("name")): (c.get("healthCheck") or {}).get("command")
        for c in template.get("containerDefinitions", [])
    }
    return tuple(name for name in names if checks.get(name) and checks[name] != ["NONE"])


def other_images(template: Document, container: str, keep: Collection[str] = ()) -> dict[str, str]:
    """Return the containers of `container`'s repository that name another image of it, with that image's version."""
    image = _image_of(template, container)
    return {
        name: named.digest or named.tag
        for name, named in _images(template)
        if image is not None
        and name not in (container, *keep)
        and named.repository == image.repository
        and not named.same_image(image)
    }


def pinned_copy(
    template: Document, tags: Mapping[str, str], digests: Mapping[str, str], deployment_id: str
) -> dict[str, Any]:
    """Return the RegisterTaskDefinition request for the same revision with its images pinned to `digests`."""
    request = _copy(template)
    request["containerDefinitions"] = [_pinned(c, digests) for c in template.get("containerDefinitions", [])]
    traces = {TAG_DEPLOYMENT: deployment_id, TAG_ROLE: ROLE_BASELINE}
    return {**request, "tags": _tags({**tags, **traces})}


def unpinned(template: Document) -> tuple[str, ...]:
    """Return the containers whose image is named by tag: a new task of them may run other bytes."""
    return tuple(
        str(c.get("name")) for c in template.get("containerDefinitions", []) if "@sha256:" not in str(c.get("image"))
    )


def is_of_repository(template: Document, container: str, repository: str, image: str) -> bool:
    """Say whether a container's image is in `repository`, of the registry that `image` is in."""
    own = _image_of(template, container)
    if own is None or not own.repository.endswith(f"/{repository}"):
        return False
    return own.repository == image_name.read(image).repository


def released_commit(template: Document, tags: Mapping[str, str], container: str) -> str:
    """Return the commit for which Landfall registered this revision; empty if it did not, or if the image differs."""
    named = _image_of(template, container)
    return tags.get(TAG_SHA, "") if named and named.digest and named.digest == tags.get(TAG_DIGEST) else ""


def container_names(template: Document) -> tuple[str, ...]:
    """Return the names of a task definition's containers."""
    return tuple(str(c.get("name")) for c in template.get("containerDefinitions", []))


def family(revision: str) -> str:
    """Return the family of a revision's ARN."""
    return revision.rpartition("/")[2].rpartition(":")[0]


def _copy(template: Document) -> dict[str, Any]:
    return {key: template[key] for key in ACCEPTED if template.get(key) is not None}


def _released(container: Document, release: Release, deployed_at: str) -> dict[str, Any]:
    own = {
        "IMAGE_DIGEST": release.image_digest,
        "DEPLOYED_AT": deployed_at,
        "DEPLOYED_GIT_SHA": release.git_sha,
    }
    kept = [e for e in container.get("environment", []) if e.get("name") not in BAKED_IN | own.keys()]
    added = [{"name": name, "value": value} for name, value in own.items()]
    return {**container, "image": release.image, "environment": [*kept, *added]}


def _pinned(container: Document, digests: Mapping[str, str]) -> Document:
    digest = digests.get(str(container.get("name")))
    return {**container, "image": f"{image_name.without_version(container['image'])}@{digest}"} if digest else container


def _images(template: Document) -> list[tuple[str, ImageName]]:
    containers = template.get("containerDefinitions", [])
    return [(str(c.get("name")), image_name.read(str(c.get("image")))) for c in containers]


def _image_of(template: Document, container: str) -> ImageName | None:
    return next((named for name, named in _images(template) if name == container), None)


def _tags(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """AWS's own tags (`aws:`) are read-only and refused on registration."""
    return [{"key": k, "value": v} for k, v in tags.items() if not k.startswith("aws:")]
