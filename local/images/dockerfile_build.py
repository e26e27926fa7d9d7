"""Builds the sample service's Dockerfile with Docker or Podman and pushes it to the local registry."""

from __future__ import annotations

import ast
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from dockerfile_parse import DockerfileParser

from local.engine import base_image
from local.engine.container_cli import ContainerCli, EngineError

PODMAN = ("--network=host", "--format=docker", "--no-cache")
"""Reasons: its network here has no access to the package index; the OCI format has no health check; its cache treats an
ENV with another build argument as the same (github.com/containers/buildah/issues/5501), so the image of one commit
would have another commit's id.
"""
DOCKER = ("--provenance=false",)
"""Without attestations, since they would make the image an index, with another digest than the one that runs."""
PIP_ADDRESSES = ("index-url", "extra-index-url")


@dataclass(frozen=True)
class DockerfileBuild:
    """A directory with a Dockerfile, and the engine and platform to build it."""

    cli: ContainerCli
    context: Path
    platform: str

    def publish(self, name: str, arguments: Mapping[str, str]) -> None:
        """Build the image with these build arguments and push it under this name, which begins with its registry.

        Raises EngineError with the end of the engine's output.
        """
        given = [word for pair in arguments.items() for word in ("--build-arg", "=".join(pair))]
        own = PODMAN if self.cli.program == "podman" else DOCKER
        with tempfile.TemporaryDirectory() as directory:
            secrets = pip_secrets(Path(directory))
            options = [*own, *given, *self._bases, *(f"--secret={secret}" for secret in secrets)]
            self.cli.run("build", "--platform", self.platform, "--tag", name, *options, str(self.context))
        self.cli.run("push", name)

    @cached_property
    def _bases(self) -> list[str]:
        """Pull the base images. For one that can't be pulled, return the options to use the substitute."""
        options: list[str] = []
        for base in bases(self.context / "Dockerfile"):
            try:
                self.cli.run("pull", "--platform", self.platform, base)
            except EngineError as error:
                stand_in = base_image.make(self.cli)
                why = str(error).splitlines()[-1]
                print(f"{base} can't be pulled ({why}).", file=sys.stderr)
                print(f"A copy of this machine's {base_image.interpreter()} replaces it.", file=sys.stderr)
                self.cli.run("tag", stand_in, f"{base_image.REGISTRY}/{base.rpartition('/')[2]}")
                # Podman 4.3 looks for a base's build context under its name before arguments are replaced
                options = ["--build-arg", f"REGISTRY={base_image.REGISTRY}"]
        return options


def bases(dockerfile: Path) -> list[str]:
    """Return the base images of a Dockerfile, each once."""
    with dockerfile.open("rb") as file:
        return list(dict.fromkeys(DockerfileParser(fileobj=file).parent_images))


def pip_secrets(directory: Path) -> list[str]:
    """Return this machine's pip settings as build secrets, so that no layer and no history contains them."""
    command = [sys.executable, "-m", "pip", "config", "list"]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    pairs = (line.partition("=") for line in told.splitlines())
    settings = {key.rpartition(".")[2]: str(ast.literal_eval(value)) for key, _, value in pairs}
    kept = {key: value for key, value in settings.items() if key in PIP_ADDRESSES and value.startswith("http")}
    secrets = []
    if "cert" in settings:
        kept["cert"] = "/run/secrets/pip.pem"
        secrets.append(f"id=pip.pem,src={settings['cert']}")
    if kept:
        file = directory / "pip.conf"
        file.write_text("[global]\n" + "".join(f"{key} = {value}\n" for key, value in kept.items()), encoding="utf-8")
        secrets.append(f"id=pip.conf,src={file}")
    return secrets
