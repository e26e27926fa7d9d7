"""The environment variables of buildspec.yml, the same in CodeBuild and for `landfall` on this machine."""

from __future__ import annotations

from landfall.settings import Build

COMMIT = "CODEBUILD_RESOLVED_SOURCE_VERSION"
"""The commit to build. CodeBuild sets it once it has the source (CodeBuild user guide, environment variables)."""
ARGUMENT = "BUILD_ARGUMENT_"
"""The prefix of a variable that holds a build argument. Each argument has its own variable, so no value is parsed."""
TARGET, ARGUMENTS, SECRETS = "BUILD_TARGET", "BUILD_ARGUMENTS", "BUILD_SECRETS"
OPTIONAL = (TARGET, ARGUMENTS, SECRETS)
"""Variables that a build has only if settings set them. Other variables of the same name are ignored."""


def cache_repository(repository: str) -> str:
    """Return the repository of a service's build cache. It is a separate one, since cache tags are overwritten."""
    return f"{repository}-cache"


def build_environment(build: Build, repository: str, registry: str) -> dict[str, str]:
    """Return the variables of buildspec.yml, except the commit.

    `registry` is the host of the service's `repository`: `ACCOUNT.dkr.ecr.REGION.amazonaws.com`. The variables hold
    only the names of secrets; the command that passes a secret to the builder reads its value.
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
