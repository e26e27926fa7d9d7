"""An image as its repository in Amazon ECR holds it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Manifest = Mapping[str, Any]


@dataclass(frozen=True)
class Image:
    """An image in a repository. `accepted` is its digest and, for an index, its platforms' digests.

    `pushed_at` is in whole seconds, as events tell time.
    """

    uri: str
    digest: str
    accepted: tuple[str, ...]
    tags: tuple[str, ...]
    pushed_at: str
    manifest: Manifest = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Listed:
    """An image as a repository's list has it. `pushed_at` is in whole seconds, as events tell time.

    `artifact`: it is no image that a task could run, but a chart, a build cache, a signature or the like.
    """

    digest: str
    tags: tuple[str, ...]
    pushed_at: str
    artifact: bool = False
