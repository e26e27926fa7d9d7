"""How a commit of a service becomes an image: the build table of a service."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

PLACEHOLDER = "example/landfall"
"""The source that services.toml ships with: somebody else's repository. stacks/placeholder.py refuses it."""


@dataclass(frozen=True)
class Build:
    """What is built, how, and where. Paths are relative to the root of the source's repository.

    `source` is `owner/name` on GitHub, `connection` the ARN of the CodeConnections connection that may read it, and
    `subject` how GitHub's tokens name it where they hold its ids: `owner@123456/name@456789`.
    `target` is the stage that is built, else the last one; `arguments` are its build arguments, and `secrets` what
    `RUN --mount=type=secret,id=…` is given: to each id the name of a secret in Secrets Manager. The build may pull
    from `base_repositories` of this account's ECR. `environment_image` is CodeBuild's, `buildkit_image` BuildKit's.
    `deployment_begins_within_seconds`: a build whose deployment has not begun by then is raised, and it is started.
    """

    source: str
    connection: str | None = None
    subject: str | None = None
    branch: str = "main"
    context: str = "."
    dockerfile: str = "Dockerfile"
    target: str | None = None
    arguments: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    paths: tuple[str, ...] = ("**",)
    platform: Literal["linux/amd64", "linux/arm64"] = "linux/amd64"
    builder: Literal["codebuild", "local"] = "codebuild"
    base_repositories: tuple[str, ...] = ()
    environment_image: str | None = None
    buildkit_image: str = "moby/buildkit:buildx-stable-1"
    deployment_begins_within_seconds: int = 120
