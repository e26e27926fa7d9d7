"""Builds on this machine what CodeBuild would build: the same buildspec, with Docker or Podman."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from cli import buildspec
from cli.verb import At
from landfall.build_environment import build_environment
from landfall.errors import trying
from landfall.settings import Build, Service

BUILDSPEC = Path(__file__).parents[1] / "buildspec.yml"


def built(at: At, service: Service, build: Build, git_sha: str) -> Mapping[str, str]:
    """Run the buildspec in this checkout, and return what it exports. Raises BuildFailed."""
    with trying(f"looking for repository {service.repository}"):
        found = at.cloud.client("ecr").describe_repositories(repositoryNames=[service.repository])["repositories"][0]
    registry = found["repositoryUri"].partition("/")[0]
    environment = {
        **os.environ,
        **build_environment(build, service.repository, registry),
        "CODEBUILD_RESOLVED_SOURCE_VERSION": git_sha,
        "AWS_REGION": at.cloud.region,
        "AWS_DEFAULT_REGION": at.cloud.region,
    }
    return buildspec.run(BUILDSPEC.read_text(encoding="utf-8"), environment, Path.cwd(), at.out.say)
