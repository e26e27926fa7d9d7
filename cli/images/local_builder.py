"""Builds an image on this machine from the buildspec that CodeBuild would use, with Docker or Podman."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from cli import git
from cli.cloud import Cloud
from cli.command import At
from cli.exits import Refused
from cli.images import buildspec
from landfall.aws.trying import trying
from landfall.builds.build_environment import COMMIT, OPTIONAL, build_environment
from landfall.settings import Build, Service

BUILDSPEC = Path(__file__).parent / "buildspec.yml"
"""A link to the file at the root, so that the wheel contains it."""


def built(at: At, service: Service, build: Build, git_sha: str) -> Mapping[str, str]:
    """Run the buildspec in this checkout, and return the variables that it exports. Raises BuildFailed."""
    with trying(f"looking for repository {service.repository}"):
        found = at.cloud.client("ecr").describe_repositories(repositoryNames=[service.repository])["repositories"][0]
    registry = found["repositoryUri"].partition("/")[0]
    variables = {**build_environment(build, service.repository, registry), COMMIT: git_sha}
    environment = {**_environment(at.cloud), **variables}
    at.reattach[:] = [f"  if the build has pushed the image, a deployment starts: landfall watch {git_sha}"]
    # From the root of the checkout, since paths in a commit are relative to it.
    return buildspec.run(BUILDSPEC.read_text(encoding="utf-8"), environment, git.top(), at.out.say)


def _environment(cloud: Cloud) -> dict[str, str]:
    """Return the environment of a build. It names this AWS, even if the caller's environment names another."""
    credentials = cloud.session.get_credentials()
    if credentials is None:
        raise Refused("NO_CREDENTIALS", "no AWS credentials; sign in first, for instance with `aws sso login`")
    known = credentials.get_frozen_credentials()
    own = {
        "AWS_ACCESS_KEY_ID": known.access_key,
        "AWS_SECRET_ACCESS_KEY": known.secret_key,
        "AWS_SESSION_TOKEN": known.token,
        "AWS_REGION": cloud.region,
        "AWS_DEFAULT_REGION": cloud.region,
        "AWS_ENDPOINT_URL": cloud.endpoint,
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_") and name not in OPTIONAL}
    return {**kept, **{name: value for name, value in own.items() if value}}
