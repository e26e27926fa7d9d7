"""The work of a local CodeBuild build: builds and pushes the sample service's image of a commit, once.

It imitates buildspec.yml, with the same phases. PRE_BUILD refuses a text that is not a commit. BUILD builds and pushes
unless the commit's tag exists. POST_BUILD exports GIT_SHA, IMAGE_DIGEST and BUILT. It uses the build arguments of the
settings, and refuses a stage that it can't imitate. It checks that secrets exist, but mounts none, since it executes no
RUN instruction.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime

from botocore.exceptions import ClientError

from cli.clients import session
from landfall.builds.build_environment import ARGUMENT, ARGUMENTS, SECRETS, TARGET
from landfall.images.image_tags import is_full
from local.images import commit_labels
from local.images.dockerfile import DockerfileError, is_last_stage
from local.images.layers import LayerError
from local.images.registry import RegistryError, push_image
from local.images.sample_image import SERVICE, BuildError, build_image
from sample_service.faults import FAULTS

FAILURES = (BuildError, DockerfileError, LayerError, RegistryError)
"""Errors that fail a build's phase with their own message."""


class ImageBuild:
    """One build. `variables` are those of project and build; `digest_of` finds a tag in a repository."""

    def __init__(
        self, source_version: str, variables: dict[str, str], digest_of: Callable[[str, str], str | None]
    ) -> None:
        self._commit = source_version
        self._variables = variables
        self._digest_of = digest_of
        self._digest, self._built = "", False
        self.exported: dict[str, str] = {}

    def phase(self, name: str) -> None:
        """Do the work of a phase; most phases have none. Raises one of FAILURES."""
        work = {"PRE_BUILD": self._check, "BUILD": self._build, "POST_BUILD": self._export}.get(name)
        if work:
            work()

    def _check(self) -> None:
        if not is_full(self._commit):
            raise BuildError(f"source version {self._commit!r} is not a commit: give its 40 hex digits")
        if "/" not in self._variables.get("REPOSITORY_URI", ""):
            raise BuildError("REPOSITORY_URI is not set: the project's environment must say where to push")
        target = self._variables.get(TARGET, "")
        if target and not is_last_stage(SERVICE / "Dockerfile", target):
            why = "without Docker or Podman only the Dockerfile's last stage is imitated; leave build.target out here"
            raise BuildError(f"target stage {target!r} can't be built: {why}")
        if self._fault and self._fault not in FAULTS:
            raise BuildError(f"FAULT is {self._fault!r}; known are {', '.join(sorted(FAULTS))}")

    def _build(self) -> None:
        repository = self._variables["REPOSITORY_URI"].partition("/")[2]
        there = self._digest_of(repository, self._commit)
        if there is None:
            self._look_for_secrets()
            now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
            said = commit_labels.of_commit(self._commit)
            image = build_image(self._commit, now, self._fault, arguments=self._arguments, said=said)
            there = push_image(os.environ["AWS_ENDPOINT_URL"], repository, image, self._commit)
            self._built = True
        self._digest = there

    def _look_for_secrets(self) -> None:
        """Check that each secret of the build exists. Raises BuildError, since the real build would fail without it."""
        secrets = session().client("secretsmanager", endpoint_url=os.environ["AWS_ENDPOINT_URL"])
        for pair in self._variables.get(SECRETS, "").split():
            given, _, name = pair.partition("=")
            try:
                secrets.get_secret_value(SecretId=name)
            except ClientError as error:
                what = f"the secret {name!r} could not be read, which build.secrets gives the build as {given!r}"
                raise BuildError(f"{what}: {error}") from error

    @property
    def _arguments(self) -> dict[str, str]:
        names = self._variables.get(ARGUMENTS, "").split()
        return {name: self._variables.get(f"{ARGUMENT}{name}", "") for name in names}

    def _export(self) -> None:
        built = "yes" if self._built else "no"
        self.exported = {"GIT_SHA": self._commit, "IMAGE_DIGEST": self._digest, "BUILT": built}

    @property
    def _fault(self) -> str:
        return self._variables.get("FAULT", "")
