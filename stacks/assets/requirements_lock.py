"""Writes the lock files: each pinned distribution with the hashes of its files.

The layer is installed from requirements-lambda.lock. A CI installs the command and its build tools from
requirements-cli.lock. Run `make hashes` after every change of the requirements; a test fails if you forget it.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

from stacks import ROOT
from stacks.assets.layer import LOCK, PYTHON, REQUIREMENTS

_PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)


@dataclass(frozen=True)
class Lock:
    """A lock file: its requirements, what is installed from it, and on which platform."""

    path: Path
    requirements: tuple[Path, ...]
    platform: str
    head: str
    build: bool = False

    def text(self) -> str:
        """Return the requirements to lock, in pip's form. `build`: include Landfall's own build tools."""
        told = "\n".join(path.read_text(encoding="utf-8") for path in self.requirements)
        project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
        return "\n".join([told, *(project["build-system"]["requires"] if self.build else [])]) + "\n"


LAMBDA = Lock(
    path=LOCK,
    requirements=(REQUIREMENTS,),
    platform="aarch64-manylinux_2_28",
    head="""\
# requirements-lambda.txt with the hash of every file that may stand for it. Made by `make hashes`; the layer is
# installed from this.
""",
)
COMMAND = Lock(
    path=ROOT / "requirements-cli.lock",
    requirements=(REQUIREMENTS, ROOT / "requirements-cli.txt"),
    platform="x86_64-manylinux_2_28",
    head="""\
# What the `landfall` command takes, and what builds it, with the hash of every file that may stand for it. Made by
# `make hashes`; the workflow for GitHub Actions installs it from this.
""",
    build=True,
)
LOCKS = (LAMBDA, COMMAND)


def pins(text: str) -> dict[str, str]:
    """Return the versions that a requirements file pins, by normalised name."""
    return {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in _PIN.findall(text)}


def hashes(text: str) -> dict[str, list[str]]:
    """Return the SHA-256 hashes of each distribution, by normalised name."""
    found: dict[str, list[str]] = {}
    name = ""
    for line in text.splitlines():
        name = next(iter(pins(line)), name)
        found.setdefault(name, []).extend(re.findall(r"--hash=sha256:([0-9a-f]{64})", line))
    return {name: each for name, each in found.items() if name}


def write(lock: Lock) -> None:
    """Get the hashes from the package index and write the lock file."""
    command = [sys.executable, "-m", "uv", "pip", "compile", "-", "--generate-hashes", "--no-deps"]
    command += ["--no-header", "--no-annotate", "--no-emit-index-url", "--only-binary=:all:", "--quiet"]
    command += [f"--python-version={PYTHON}", f"--python-platform={lock.platform}"]
    told = subprocess.run(command, input=lock.text(), check=True, capture_output=True, text=True)  # noqa: S603
    lock.path.write_text(lock.head + told.stdout, encoding="utf-8")


if __name__ == "__main__":
    for each in LOCKS:
        write(each)
