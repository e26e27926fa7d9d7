"""Makes a substitute for a Python base image from this interpreter, for machines that can't pull the real one.

It contains this interpreter with its library and shared objects, pip, a shell and grep. That is enough to build and run
a pure Python service. It contains byte-code too: the service's user can't write any, and would compile the library at
each start and each health check. A label says what it is, and it never gets the real image's name.
"""

from __future__ import annotations

import importlib.util
import io
import re
import subprocess
import sys
import sysconfig
import tarfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from local.engine.container_cli import ContainerCli, EngineError

STAND_IN = "localhost/landfall/python-stand-in"
REGISTRY = "localhost/landfall/stand-in"
"""The value for a Dockerfile's ARG REGISTRY. The substitute has the last part of the base image's name there."""
PROGRAMS = (Path("/bin/sh"), Path("/bin/grep"))
LEFT_OUT = re.compile(
    r"(^|/)((site|dist)-packages|test|tests|idlelib|tkinter|lib2to3|ensurepip|turtledemo|config-[^/]*)/|[.]opt-[12][.]pyc$"
)
BIN = "/usr/local/bin"
TEXTS = {
    "/etc/passwd": (0o644, "root:x:0:0:root:/root:/bin/sh\n"),
    "/etc/group": (0o644, "root:x:0:\n"),
    f"{BIN}/pip": (0o755, f"#!{BIN}/python3\nimport sys\nfrom pip._internal.cli.main import main\nsys.exit(main())\n"),
}
_LOADED = re.compile(r"(/\S+) \(0x")


def make(cli: ContainerCli) -> str:
    """Make the substitute in the engine's store and return its name. Raises EngineError if that is not possible."""
    if sys.platform != "linux":
        raise EngineError(
            "the base image can't be pulled, and a substitute from this machine's Python can be made only on Linux"
        )
    changes = (f"ENV PATH={BIN}:/usr/bin:/bin", f"LABEL landfall.stand-in={interpreter()}", 'CMD ["python3"]')
    options = [word for change in changes for word in ("--change", change)]
    cli.run("import", *options, "-", STAND_IN, stdin=archive())
    return STAND_IN


def interpreter() -> str:
    """Return a name of the substitute's interpreter, for people."""
    return f"{sys.implementation.name}-{sys.version.partition(' ')[0]}"


def archive() -> bytes:
    """Return the substitute's file system as a tar archive. Files have the same paths as on this machine."""
    files = dict(_files())
    python = Path(sys.base_prefix) / "bin" / f"python{sys.version_info[0]}.{sys.version_info[1]}"
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", dereference=True) as tar:
        for name in sorted({str(parent) for path in (*files, *TEXTS) for parent in Path(path).parents}):
            tar.addfile(_entry(name, tarfile.DIRTYPE, 0o755))
        tar.addfile(_entry("/tmp", tarfile.DIRTYPE, 0o1777))  # noqa: S108 - the image's own
        for name, path in files.items():
            tar.add(path, name, recursive=False, filter=_of_root)
        for name, (mode, text) in TEXTS.items():
            entry = _entry(name, tarfile.REGTYPE, mode)
            entry.size = len(text)
            tar.addfile(entry, io.BytesIO(text.encode()))
        for name in ("python", "python3"):
            link = _entry(f"{BIN}/{name}", tarfile.SYMTYPE, 0o777)
            link.linkname = str(python)
            tar.addfile(link)
    return buffer.getvalue()


def _files() -> Iterator[tuple[str, Path]]:
    """Yield the image's files: each name in the image, and its path here."""
    library = Path(sysconfig.get_path("stdlib"))
    modules = [path for path in _tree(library) if not LEFT_OUT.search(str(path.relative_to(library)))]
    python = Path(sys.base_prefix) / "bin" / f"python{sys.version_info[0]}.{sys.version_info[1]}"
    found = importlib.util.find_spec("pip")
    if found is None or found.origin is None:
        raise EngineError("the base image can't be pulled, and a substitute needs pip in this Python; run `make setup`")
    pip = Path(found.origin).parent
    binaries = [python, *PROGRAMS, *(path for path in modules if path.suffix == ".so")]
    yield from ((str(path), path) for path in (*modules, *binaries, *_loaded(binaries)))
    # In the library's directory, which every interpreter searches; the place of packages differs by distribution.
    yield from ((str(library / "pip" / path.relative_to(pip)), path) for path in _tree(pip) if path.suffix != ".pyc")


def _tree(root: Path) -> list[Path]:
    return [path for path in sorted(root.rglob("*")) if path.is_file()]


def _loaded(binaries: Iterable[Path]) -> set[Path]:
    """Return the shared objects that these programs and modules load, with the loader."""
    told = subprocess.run(["ldd", *map(str, binaries)], capture_output=True, text=True, check=False).stdout
    return {Path(found) for found in _LOADED.findall(told)} | _loaded_by_name()


def _loaded_by_name() -> set[Path]:
    """Return the library that glibc loads by name when a thread ends, since pip uses threads."""
    told = subprocess.run(["/sbin/ldconfig", "-p"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"libgcc_s\.so\.1 .*=> (\S+)", told)
    return {Path(found[1])} if found else set()


def _entry(name: str, kind: bytes, mode: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name.lstrip("/") or ".")
    entry.type, entry.mode = kind, mode
    return entry


def _of_root(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    """Make root the owner of a file in the image."""
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    return entry
