"""Makes new task-definition revisions from old ones: the same in everything, but for the image and its traces.

Source: ECS API reference, RegisterTaskDefinition. DescribeTaskDefinition returns more fields than it accepts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

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
TAG_DEPLOYMENT = "landfall:deployment"
TAG_ROLE = "landfall:role"
ROLE_RELEASE, ROLE_BASELINE = "release", "baseline"

Document = Mapping[str, Any]


def release_revision(
    template: Document, tags: Mapping[str, str], release: Release, container: str, deployed_at: str
) -> dict[str, Any]:
    """Return the RegisterTaskDefinition request that makes `release` the image of `container`."""
    request = _copy(template)
    request["containerDefinitions"] = [
        _released(c, release, deployed_at) if c.get("name") == container else c
        for c in template.get("containerDefinitions", [])
    ]
    traces = {
        TAG_SHA: release.git_sha,
        "landfall:image-digest": release.image_digest,
        TAG_DEPLOYMENT: release.deployment_id,
        TAG_ROLE: ROLE_RELEASE,
    }
    return {**request, "tags": _tags({**tags, **traces})}


def pinned_copy(
    template: Document, tags: Mapping[str, str], digests: Mapping[str, str], deployment_id: str
) -> dict[str, Any]:
    """Return the RegisterTaskDefinition request for the same revision with its images pinned to `digests`."""
    request = _copy(template)
    request["containerDefinitions"] = [
        {**c, "image": f"{_repository(c['image'])}@{digests[c['name']]}"} if c.get("name") in digests else c
        for c in template.get("containerDefinitions", [])
    ]
    traces = {TAG_DEPLOYMENT: deployment_id, TAG_ROLE: ROLE_BASELINE}
    return {**request, "tags": _tags({**tags, **traces})}


def unpinned(template: Document) -> tuple[str, ...]:
    """Return the containers whose image is named by tag: started again, they may run other bytes."""
    return tuple(
        str(c.get("name")) for c in template.get("containerDefinitions", []) if "@sha256:" not in str(c.get("image"))
    )


def repository_of(template: Document, container: str) -> str:
    """Return the repository of a container's image, without its registry."""
    images = (str(c.get("image")) for c in template.get("containerDefinitions", []) if c.get("name") == container)
    return next((_repository(image).partition("/")[2] for image in images), "")


def container_names(template: Document) -> tuple[str, ...]:
    """Return the names of a task definition's containers."""
    return tuple(str(c.get("name")) for c in template.get("containerDefinitions", []))


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


def _repository(image: str) -> str:
    """Return `registry/name` of `registry/name[:tag][@digest]` (a registry's port is not a tag)."""
    bare = image.split("@", 1)[0]
    head, slash, last = bare.rpartition("/")
    return f"{head}{slash}{last.split(':', 1)[0]}"


def _tags(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """AWS's own tags (`aws:`) are read-only and refused on registration."""
    return [{"key": k, "value": v} for k, v in tags.items() if not k.startswith("aws:")]
