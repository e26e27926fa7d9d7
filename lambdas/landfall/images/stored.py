"""Images in an Amazon ECR repository."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Manifest = Mapping[str, Any]


@dataclass(frozen=True)
class Image:
    """An image in a repository. `accepted` is its digest and, for an index, its platforms' digests.

    `pushed_at` is in whole seconds, as in events.
    """

    uri: str
    digest: str
    accepted: tuple[str, ...]
    tags: tuple[str, ...]
    pushed_at: str
    manifest: Manifest = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Listed:
    """An image in a repository's list. `pushed_at` is in whole seconds, as in events.

    `artifact`: it is not an image that a task could run, but a chart, a build cache, a signature or similar.
    `index`: it names other manifests, one for each platform. `subject`: the digest that a signature or an attestation
    is of. `pulled_at`: when ECR recorded a pull last, empty if never; ECR updates it about once a day (ImageDetail).
    `archived_at`: when it went to the archive, from which nothing can be pulled; empty if it is not there.
    `restored_at`: when it came back from there last; empty if it never did.
    """

    digest: str
    tags: tuple[str, ...]
    pushed_at: str
    artifact: bool = False
    index: bool = False
    subject: str = ""
    pulled_at: str = ""
    archived_at: str = ""
    restored_at: str = ""
