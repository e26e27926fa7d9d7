"""What buildspec.yml is told of a service: the same whether CodeBuild runs it or the `landfall` command does."""

from __future__ import annotations

from landfall.settings import Build

COMMIT = "CODEBUILD_RESOLVED_SOURCE_VERSION"
"""The commit to build. CodeBuild sets it once it has the source (CodeBuild user guide, environment variables)."""


def cache_repository(repository: str) -> str:
    """Return the repository of a service's build cache: apart, since cache tags are written over."""
    return f"{repository}-cache"


def build_environment(build: Build, repository: str, registry: str) -> dict[str, str]:
    """Return the variables of buildspec.yml, but for the commit.

    `registry` is the host that holds the service's `repository`: `ACCOUNT.dkr.ecr.REGION.amazonaws.com`.
    """
    return {
        "REPOSITORY_URI": f"{registry}/{repository}",
        "CACHE_URI": f"{registry}/{cache_repository(repository)}",
        "BUILD_CONTEXT": build.context,
        "DOCKERFILE": build.dockerfile,
        "PLATFORM": build.platform,
        "SOURCE_URL": f"https://github.com/{build.source}",
    }
