"""Unpacks an image's layers into a directory like a container runtime, and never outside of it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path, PurePosixPath

OPAQUE = ".wh..wh..opq"
WHITEOUT = ".wh."


class LayerError(ValueError):
    """A layer can't be unpacked safely. The message names the entry."""


def unpack(layers: list[Path], root: Path, *, below: Path | None = None, compiled: bool = False) -> None:
    """Apply layers (tar files, lowest first) to ``root``, which must not exist yet.

    It unpacks into another directory and renames it at the end, so an incomplete image is never used. `below` holds
    lower layers that are unpacked already: they are copied. With `compiled`, Python's byte-code is added.
    """
    scratch = root.with_name(f"{root.name}.{os.getpid()}.part")
    shutil.rmtree(scratch, ignore_errors=True)
    if below:
        shutil.copytree(below, scratch, symlinks=True)
    scratch.mkdir(parents=True, exist_ok=True)
    for layer in layers:
        with tarfile.open(layer, "r:*") as tar:
            for member in tar:
                _apply(tar, member, scratch.resolve())
    if compiled:
        # an upper layer may replace a module in the same second: only the hash says whether byte-code is of its source
        command = [sys.executable, "-s", "-S", "-m", "compileall", "-q", "--invalidation-mode=checked-hash"]
        subprocess.run([*command, str(scratch)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    scratch.rename(root)


def _apply(tar: tarfile.TarFile, member: tarfile.TarInfo, root: Path) -> None:
    """Apply one entry. A whiteout removes files of lower layers, other entries replace them."""
    relative = _relative(member.name)
    if not relative.parts:
        return
    parent = _inside(root, root / relative.parent, member.name)
    parent.mkdir(parents=True, exist_ok=True)
    if relative.name == OPAQUE:
        for child in parent.iterdir():
            _remove(child)
    elif relative.name.startswith(WHITEOUT):
        _remove(parent / relative.name.removeprefix(WHITEOUT))
    else:
        _place(tar, member, root, parent / relative.name)


def _place(tar: tarfile.TarFile, member: tarfile.TarInfo, root: Path, destination: Path) -> None:
    """Create the entry. Devices and sockets are left out, since an unprivileged process can't use them."""
    if member.isdir():
        if destination.is_symlink() or destination.is_file():
            _remove(destination)
        destination.mkdir(exist_ok=True)
        return
    _remove(destination)
    if member.issym():
        destination.symlink_to(_link_inside(root, destination, member))
    elif member.islnk():
        source = _inside(root, root / _relative(member.linkname), member.name)
        os.link(source, destination)
    elif member.isfile():
        content = tar.extractfile(member)
        with destination.open("wb") as file:
            shutil.copyfileobj(content or _unreadable(member), file)
        destination.chmod((member.mode & 0o755) | 0o600)


def _unreadable(member: tarfile.TarInfo) -> tarfile.ExFileObject:
    """Raise LayerError: a regular entry without content means a broken archive."""
    raise LayerError(f"layer entry {member.name!r} can't be read")


def _relative(name: str) -> PurePosixPath:
    """Return an entry's path below the root, without leading slashes and dots. A path upwards is refused."""
    path = PurePosixPath(name.lstrip("/"))
    if ".." in path.parts:
        raise LayerError(f"layer entry {name!r} leads out of the image")
    return path


def _inside(root: Path, path: Path, name: str) -> Path:
    """Return ``path`` with symbolic links resolved. Raises LayerError if it is not below the root."""
    resolved = path.resolve()
    if not resolved.is_relative_to(root):
        raise LayerError(f"layer entry {name!r} leads out of the image")
    return resolved


def _link_inside(root: Path, link: Path, member: tarfile.TarInfo) -> str:
    """Return a symbolic link's target as a relative path. Without chroot an absolute one would name a host's file."""
    target = member.linkname
    absolute = root / target.lstrip("/") if target.startswith("/") else link.parent / target
    normal = Path(os.path.normpath(absolute))
    if not normal.is_relative_to(root):
        raise LayerError(f"layer entry {member.name!r} links out of the image, to {target!r}")
    return os.path.relpath(normal, link.parent)


def _remove(path: Path) -> None:
    """Remove a file, link or directory, without following links."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
