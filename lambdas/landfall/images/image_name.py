"""What an image's name says: in which registry and repository it is, and under which tag or digest.

Sources: the Distribution project's reference grammar (a first part with a dot or a port, or `localhost`, is a
registry, else it is Docker Hub's); Amazon ECR user guide, "Amazon ECR registries" (one private registry has a name for
IPv4, for dual-stack and for FIPS).
"""

from __future__ import annotations

from dataclasses import dataclass

from landfall.text.later import Later

_ECR = Later(
    r"(\d{12})\.dkr[.-]ecr(?:-fips)?\.([a-z0-9-]+)\.(?:amazonaws\.com(?:\.cn)?|on\.(?:aws|amazonwebservices\.com\.cn))"
)
_HUB = ("docker.io", "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com")
LATEST = "latest"


@dataclass(frozen=True)
class ImageName:
    """An image's name, taken apart. `repository` has the registry before it; a name without a tag means `latest`."""

    repository: str
    tag: str
    digest: str

    def same_image(self, other: ImageName) -> bool:
        """Say whether both name one image: by digest where both have one, else by tag."""
        if self.repository != other.repository:
            return False
        if self.digest and other.digest:
            return self.digest == other.digest
        return self.tag == other.tag


def read(image: str) -> ImageName:
    """Take `registry/name[:tag][@digest]` apart. Two names of one private ECR registry come out alike."""
    bare, _, digest = image.partition("@")
    name, tag = _split(bare)
    return ImageName(_known_as(name), tag or ("" if digest else LATEST), digest)


def without_version(image: str) -> str:
    """Return `registry/name` of a name, as it is written there."""
    return _split(image.partition("@")[0])[0]


def _split(bare: str) -> tuple[str, str]:
    """Part the tag from the name; a registry's port is no tag."""
    head, slash, last = bare.rpartition("/")
    name, _, tag = last.partition(":")
    return f"{head}{slash}{name}", tag


def _known_as(name: str) -> str:
    first, slash, rest = name.partition("/")
    is_registry = bool(slash) and (any(c in first for c in ".:") or first == "localhost")
    registry, path = (first.lower(), rest) if is_registry else (_HUB[0], name)
    private = _ECR.fullmatch(registry)
    if private:
        registry = ".".join(private.groups())
    elif registry in _HUB:
        registry, path = _HUB[0], path if "/" in path else f"library/{path}"
    return f"{registry}/{path}"
