"""Reads what the images that are live say of their commits: `landfall image` writes the commits before them into them.

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
"""Images that an environment keeps what they say of: about 20 kB each at most."""

Builds = Mapping[tuple[str, str], Told]
"""By environment and service, what the live image says."""


def live(environments: Sequence[Environment], columns: Sequence[Column]) -> Builds:
    """Read what the live images say, where a service runs different commits in two environments."""
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
    """Return what an image says; NOTHING where it could not be read, and then it is asked for again."""
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
