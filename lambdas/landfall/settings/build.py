"""The build table of a service: how a commit becomes an image."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

PLACEHOLDER = "example/landfall"
"""The example source in services.toml, which belongs to somebody else. stacks/placeholder.py refuses it."""


@dataclass(frozen=True)
class Build:
    """What is built, how and where. Paths are relative to the root of the source repository.

    `source` is `owner/name` on GitHub. `connection` is the ARN of the CodeConnections connection that may read it.
    `subject` is its name in GitHub's tokens if they contain its ids: `owner@123456/name@456789`. `target` is the stage
    to build (default: the last one). `arguments` are its build arguments. `secrets` maps each id of `RUN
    --mount=type=secret,id=…` to the name of a secret in Secrets Manager. The build may pull from `base_repositories` in
    this account's ECR. `environment_image` is CodeBuild's image, `buildkit_image` BuildKit's.
    `deployment_begins_within_seconds`: if a build's deployment has not begun by then, Landfall reports it and starts
    it.
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
