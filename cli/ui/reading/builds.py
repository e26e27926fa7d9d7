"""Reads which commits the live images list: `landfall image` writes the commits before an image's own into the image.

An image never changes, so each is read once. Source: landfall.images.commit_details.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cli import compared
from cli.ui.environments import FAILURES, Environment
from cli.ui.reading.live import Column
from landfall.images import commit_details
from landfall.images.commit_details import NOTHING, Told

KEPT = 1000
"""How many images' commits an environment caches: about 20 kB per image at most."""

Builds = Mapping[tuple[str, str], Told]
"""The commits of the live image, by environment and service."""


def live(environments: Sequence[Environment], columns: Sequence[Column]) -> Builds:
    """Read the live images' commits for each service that runs different commits in two environments."""
    commits: dict[str, set[str]] = {}
    for column in columns:
        for seen in column.seen:
            if seen.live and seen.live.release:
                commits.setdefault(seen.name, set()).add(seen.live.git_sha)
    wanted = {service for service, several in commits.items() if len(several) > 1}
    return {
        (column.environment, seen.name): _told(environment, seen.name, seen.live.image, seen.live.git_sha)
        for environment, column in zip(environments, columns, strict=True)
        for seen in column.seen
        if seen.name in wanted and seen.live and seen.live.release
    }


def _told(environment: Environment, service: str, image: str, git_sha: str) -> Told:
    """Return an image's commits; NOTHING if they could not be read. The next call then reads the image again."""
    digest = image.partition("@")[2]
    if digest in environment.builds:
        return environment.builds[digest]
    try:
        with environment.aside() as cloud:
            manifest = compared.manifests(cloud, cloud.service(service), [digest]).get(digest)
    except FAILURES:
        return NOTHING
    told = commit_details.read(manifest, git_sha) if manifest else NOTHING
    if len(environment.builds) < KEPT:
        environment.builds[digest] = told
    return told
