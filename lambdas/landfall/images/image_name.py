"""Parses an image's name: registry, repository, tag and digest.

Sources: the Distribution project's reference grammar (a first part with a dot or a port, or `localhost`, is a registry,
else the image is from Docker Hub); Amazon ECR user guide, "Amazon ECR registries" (a private registry has separate
names for IPv4, dual-stack and FIPS).
"""

from __future__ import annotations

from dataclasses import dataclass

from landfall.text.lazy_pattern import Later

_ECR = Later(
    r"(\d{12})\.dkr[.-]ecr(?:-fips)?\.([a-z0-9-]+)\.(?:amazonaws\.com(?:\.cn)?|on\.(?:aws|amazonwebservices\.com\.cn))"
)
_HUB = ("docker.io", "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com")
LATEST = "latest"


@dataclass(frozen=True)
class ImageName:
    """A parsed image name. `repository` includes the registry; a name without a tag means `latest`."""

    repository: str
    tag: str
    digest: str

    def same_image(self, other: ImageName) -> bool:
        """Say whether both name the same image: by digest if both have one, else by tag."""
        if self.repository != other.repository:
            return False
        if self.digest and other.digest:
            return self.digest == other.digest
        return self.tag == other.tag


def read(image: str) -> ImageName:
    """Parse `registry/name[:tag][@digest]`. All names of one private ECR registry give the same result."""
    bare, _, digest = image.partition("@")
    name, tag = _split(bare)
    return ImageName(_known_as(name), tag or ("" if digest else LATEST), digest)


def without_version(image: str) -> str:
    """Return `registry/name` of a name, as written."""
    return _split(image.partition("@")[0])[0]


def _split(bare: str) -> tuple[str, str]:
    """Split name and tag. A registry's port is not a tag."""
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
