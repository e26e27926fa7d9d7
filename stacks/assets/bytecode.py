"""Writes byte-code next to the uploaded sources, so that no cold start compiles them.

Python uses this kind of byte-code without checking the source (`unchecked-hash`, PEP 552): the files of an asset have
meaningless times, and never change. Only a Python of the functions' version can write it. If none is found here, only
sources are uploaded, which only makes cold starts slower.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
_FIXED = {"PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"}
"""With this, the same sources give the same bytes: they don't depend on the order of sets or on this machine."""
_ASKED = "import platform, sys; print(platform.python_version(), sys.implementation.name, sys.executable)"


@cache
def interpreter() -> tuple[str, Path] | None:
    """Return the release and the path of a Python of the functions' version; None if none is found.

    It is the Python that runs this, else one on PATH or under pyenv (.ci/find-python), else one that uv installed.
    """
    for candidate in _candidates():
        for line in _printed([candidate, "-c", _ASKED]):
            release, kind, path = line.split(" ", 2)
            if kind == "cpython" and release.startswith(f"{version()}."):
                return release, Path(path)
    return None


def _candidates() -> Iterator[str]:
    """Yield what may be one. To ask pyenv and uv takes a second or two, so they are asked only if they are needed."""
    yield sys.executable
    yield from _printed([str(ROOT / ".ci" / "find-python"), "lambdas"])
    yield from _uv()


def version() -> str:
    """Return the functions' Python version, which stacks/assets/layer.py sets."""
    from stacks.assets.layer import PYTHON  # noqa: PLC0415  the layer is compiled too

    return PYTHON


def compiled_by() -> str:
    """Return the Python that writes the byte-code here in one word: `3.13.0`, or `nothing`."""
    found = interpreter()
    return found[0] if found else "nothing"


def compile_tree(root: Path, at: str) -> bool:
    """Write byte-code next to every source under `root`, with file names under `at`.

    Returns False if there is no Python for it. Raises CalledProcessError if a source can't be compiled.
    """
    found = interpreter()
    if found is None:
        _say_so_once()
        return False
    command = [str(found[1]), "-S", "-s", "-m", "compileall", "-q", "-f", "--invalidation-mode", "unchecked-hash"]
    command += ["-s", str(root), "-p", at, str(root)]
    subprocess.run(command, check=True, env=_environment(), cwd=root)  # noqa: S603
    return True


@cache
def _say_so_once() -> None:
    print(
        f"Python {version()}, which the functions run on, was not found here. The functions have no byte-code, so each "
        f"cold start compiles them. Install it (`uv python install {version()}`) and deploy again.",
        file=sys.stderr,
    )


def _uv() -> tuple[str, ...]:
    """Return a Python that uv knows. It downloads none."""
    uv = Path(sys.executable).with_name("uv")
    return tuple(_printed([str(uv), "python", "find", "--no-python-downloads", version()])) if uv.exists() else ()


def _printed(command: list[str]) -> list[str]:
    """Return the lines that a program prints; none if it fails or does not exist."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=_environment())  # noqa: S603
    except OSError:
        return []
    return done.stdout.splitlines() if done.returncode == 0 else []


def _environment() -> Mapping[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return {**kept, **_FIXED}
