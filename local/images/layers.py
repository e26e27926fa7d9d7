"""Makes the layers of the sample service's image. Their bytes depend only on their contents."""

import functools
import gzip
import hashlib
import importlib.metadata
import io
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from packaging.requirements import InvalidRequirement, Requirement

# The installer writes these for this machine, so the digest would differ between machines.
_INSTALLER_NOTES = frozenset({"RECORD", "INSTALLER", "REQUESTED", "direct_url.json"})
_COMPILED = frozenset({".so", ".pyd", ".dylib"})


class LayerError(Exception):
    """A layer can't be made from the packages that are installed here."""


@dataclass(frozen=True)
class Layer:
    """One layer: the compressed bytes, and the digests of both forms."""

    data: bytes
    digest: str
    diff_id: str

    @classmethod
    def of(cls, files: Mapping[PurePosixPath, bytes]) -> "Layer":
        """Pack the files, sorted by path, without times, owners or modes of this machine."""
        archive = _tar(files)
        # The level is explicit since the default may change; the header's time is zero.
        data = gzip.compress(archive, compresslevel=6, mtime=0)
        return cls(data=data, digest=sha256(data), diff_id=sha256(archive))


def sha256(data: bytes) -> str:
    """Return the digest of the bytes, in a registry's form."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def _tar(files: Mapping[PurePosixPath, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        directories = {parent for path in files for parent in path.parents} - {PurePosixPath()}
        for path in sorted({*directories, *files}):
            entry = tarfile.TarInfo(str(path))
            if path in files:
                entry.size, entry.mode = len(files[path]), 0o644
                archive.addfile(entry, io.BytesIO(files[path]))
            else:
                entry.type, entry.mode = tarfile.DIRTYPE, 0o755
                archive.addfile(entry)
    return buffer.getvalue()


def app_layer(package: Path, root: PurePosixPath) -> Layer:
    """Return the layer of the service's modules, as the Dockerfile copies them."""
    return Layer.of({root / package.name / path.name: path.read_bytes() for path in package.glob("*.py")})


def dependencies_layer(requirements: Path, root: PurePosixPath) -> Layer:
    """Return the layer of the pinned distributions, from this Python environment."""
    return _dependencies_layer(requirements.read_text(encoding="utf-8"), root)


@functools.cache  # the same for every image of a demo, and by far its largest part
def _dependencies_layer(requirements: str, root: PurePosixPath) -> Layer:
    files: dict[PurePosixPath, bytes] = {}
    for line in requirements.splitlines():
        pin = line.partition("#")[0].strip()
        if pin:
            files |= {root / path: data for path, data in _distribution_files(pin).items()}
    return Layer.of(files)


def _distribution_files(pin: str) -> dict[PurePosixPath, bytes]:
    """Return the files of an installed distribution, if it has the pinned version."""
    distribution = _installed(pin)
    files: dict[PurePosixPath, bytes] = {}
    for path in distribution.files or []:
        # Commands (../../bin) contain this machine's interpreter, and compiled files the times of their sources.
        if ".." in path.parts or path.suffix == ".pyc" or path.name in _INSTALLER_NOTES:
            continue
        if path.suffix in _COMPILED:
            raise LayerError(f"{pin} holds {path}, which runs only on this kind of machine")
        files[PurePosixPath(path)] = Path(str(path.locate())).read_bytes()
    if not files:
        raise LayerError(f"{pin} is installed without a list of its files; reinstall it with pip")
    return files


def _installed(pin: str) -> importlib.metadata.Distribution:
    """Return the distribution of the pin, in the pinned version."""
    try:
        requirement = Requirement(pin)
    except InvalidRequirement as error:
        raise LayerError(f"not a requirement: {pin!r}") from error
    specifiers = list(requirement.specifier)
    if len(specifiers) != 1 or specifiers[0].operator != "==" or "*" in specifiers[0].version:
        raise LayerError(f"{pin!r} is not an exact pin; write {requirement.name}==VERSION")
    try:
        distribution = importlib.metadata.distribution(requirement.name)
    except importlib.metadata.PackageNotFoundError as error:
        raise LayerError(f"{pin} is not installed here: pip install '{pin}'") from error
    if distribution.version != specifiers[0].version:
        raise LayerError(f"{pin} is pinned, but {distribution.version} is installed: pip install '{pin}'")
    return distribution
