"""What buildspec.yml is told of a service: the same whether CodeBuild runs it or the `landfall` command does."""

from __future__ import annotations

from landfall.settings import Build

COMMIT = "CODEBUILD_RESOLVED_SOURCE_VERSION"
"""The commit to build. CodeBuild sets it once it has the source (CodeBuild user guide, environment variables)."""
ARGUMENT = "BUILD_ARGUMENT_"
"""Before a build argument's name: the variable with its value. Each has one, so that no value is taken apart."""
TARGET, ARGUMENTS, SECRETS = "BUILD_TARGET", "BUILD_ARGUMENTS", "BUILD_SECRETS"
OPTIONAL = (TARGET, ARGUMENTS, SECRETS)
"""Variables that a build has only where settings say something. What is called so by chance means nothing."""


def cache_repository(repository: str) -> str:
    """Return the repository of a service's build cache: apart, since cache tags are written over."""
    return f"{repository}-cache"


def build_environment(build: Build, repository: str, registry: str) -> dict[str, str]:
    """Return the variables of buildspec.yml, but for the commit.

    `registry` is the host that holds the service's `repository`: `ACCOUNT.dkr.ecr.REGION.amazonaws.com`. Of a secret
    they hold the name: its value is read by the command that hands it to the builder.
    """
    return {
        "REPOSITORY_URI": f"{registry}/{repository}",
        "CACHE_URI": f"{registry}/{cache_repository(repository)}",
        "BUILD_CONTEXT": build.context,
        "DOCKERFILE": build.dockerfile,
        "PLATFORM": build.platform,
        "SOURCE_URL": f"https://github.com/{build.source}",
        "BUILDKIT_IMAGE": build.buildkit_image,
        **({TARGET: build.target} if build.target else {}),
        **({ARGUMENTS: " ".join(build.arguments)} if build.arguments else {}),
        **{f"{ARGUMENT}{name}": value for name, value in build.arguments.items()},
        **({SECRETS: " ".join(f"{each}={name}" for each, name in build.secrets.items())} if build.secrets else {}),
    }
