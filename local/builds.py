"""What a build of the local CodeBuild does: the sample service's image of a commit, built once and pushed once.

It stands in for buildspec.yml, in the same phases: PRE_BUILD refuses what is no commit, BUILD builds and pushes unless
the commit's tag is there already, POST_BUILD exports GIT_SHA, IMAGE_DIGEST and BUILT.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime

from landfall.image_tags import is_full
from local.dockerfile import DockerfileError
from local.images import BuildError, build_image
from local.layers import LayerError
from local.registry import RegistryError, push_image
from sample_service.faults import FAULTS

FAILURES = (BuildError, DockerfileError, LayerError, RegistryError)
"""What fails a build's phase, with its own words."""


class ImageBuild:
    """One build. `variables` are the project's and the build's own; `digest_of` finds a tag in a repository."""

    def __init__(
        self, source_version: str, variables: dict[str, str], digest_of: Callable[[str, str], str | None]
    ) -> None:
        self._commit = source_version
        self._variables = variables
        self._digest_of = digest_of
        self._digest, self._built = "", False
        self.exported: dict[str, str] = {}

    def phase(self, name: str) -> None:
        """Do the work of a phase; most have none. Raises one of FAILURES."""
        work = {"PRE_BUILD": self._check, "BUILD": self._build, "POST_BUILD": self._export}.get(name)
        if work:
            work()

    def _check(self) -> None:
        if not is_full(self._commit):
            raise BuildError(f"source version {self._commit!r} is no commit: name one by its 40 hex digits")
        if "/" not in self._variables.get("REPOSITORY_URI", ""):
            raise BuildError("REPOSITORY_URI is not set: the project's environment must say where to push")
        if self._fault and self._fault not in FAULTS:
            raise BuildError(f"FAULT is {self._fault!r}; known are {', '.join(sorted(FAULTS))}")

    def _build(self) -> None:
        repository = self._variables["REPOSITORY_URI"].partition("/")[2]
        there = self._digest_of(repository, self._commit)
        if there is None:
            image = build_image(self._commit, f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}", self._fault)
            there = push_image(os.environ["AWS_ENDPOINT_URL"], repository, image, self._commit)
            self._built = True
        self._digest = there

    def _export(self) -> None:
        built = "yes" if self._built else "no"
        self.exported = {"GIT_SHA": self._commit, "IMAGE_DIGEST": self._digest, "BUILT": built}

    @property
    def _fault(self) -> str:
        return self._variables.get("FAULT", "")
