"""A container engine for machines without Docker: real images, real processes, no privileges.

It has the part of the Docker SDK's client that the emulator's ECS uses, and runs in the emulator's process. It pulls an
image from the local ECR by digest, unpacks it, and runs its command as a process with its own loopback address. It
isolates nothing, so use it only for your own images.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from docker.errors import ImageNotFound, NotFound

from local.addresses import Addresses
from local.engine.containers import Containers
from local.engine.pull import Pulled, PullError, Registry


@dataclass(frozen=True)
class Image:
    """An image with the interface of the Docker SDK."""

    pulled: Pulled

    @property
    def id(self) -> str:
        """Return the manifest's digest. (Docker's id is the configuration's, but the emulator only compares it.)"""
        return self.pulled.digest

    @property
    def attrs(self) -> dict[str, Any]:
        """Return the part of ``docker image inspect`` that is read here."""
        repository = self.pulled.reference.partition("@")[0]
        head, _, last = repository.rpartition("/")
        return {"RepoDigests": [f"{head}/{last.partition(':')[0]}@{self.pulled.digest}"]}

    def tag(self, *_: Any, **__: Any) -> bool:
        """Do nothing and report success: the registry resolves references each time, so local names have no meaning."""
        return True


@dataclass(frozen=True)
class RegistryData:
    """A manifest's descriptor; ``id`` is its digest."""

    id: str


class Images:
    """``client.images``."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._pulled: dict[str, Image] = {}

    def pull(self, repository: str, *_: Any, **__: Any) -> Image:
        """Pull by digest or tag."""
        image = Image(self._registry.pull(repository))
        self._pulled[repository] = image
        return image

    def get(self, name: str) -> Image:
        """Return an image that has been pulled."""
        if name not in self._pulled:
            raise ImageNotFound(f"No such image: {name}")
        return self._pulled[name]

    def get_registry_data(self, name: str, **_: Any) -> RegistryData:
        """Return the manifest that a reference names, from the registry."""
        try:
            return RegistryData(self._registry.digest(name))
        except PullError as error:
            raise NotFound(str(error)) from error


class ProcessEngine:
    """The client object."""

    def __init__(self, endpoint: str, state: Path, port: int) -> None:
        self.images = Images(Registry(endpoint, state / "images"))
        self.containers = Containers(self.images, state / "containers", Addresses(port))

    def ping(self) -> bool:
        """Return True, since it is always available."""
        return True

    def close(self) -> None:
        """Kill every container that still runs."""
        for container in self.containers.list():
            container.kill()
