"""Writes requirements-lambda.lock: each pinned distribution with the hashes of the files that may stand for it.

`python -m stacks.lock` (`make hashes`), after every change of requirements-lambda.txt; a test says when it is due.
"""

from __future__ import annotations

import re
import subprocess
import sys

from stacks.layer import LOCK, PYTHON, REQUIREMENTS

HEAD = """\
# requirements-lambda.txt with the hash of every file that may stand for it. Made by `make hashes`; the layer is
# installed from this.
"""
_PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)


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


def main() -> None:
    """Ask the package index for the hashes."""
    command = [sys.executable, "-m", "uv", "pip", "compile", str(REQUIREMENTS), "--generate-hashes", "--no-deps"]
    command += ["--no-header", "--no-annotate", "--no-emit-index-url", "--only-binary=:all:", "--quiet"]
    command += [f"--python-version={PYTHON}", "--python-platform=aarch64-manylinux_2_28"]
    told = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
    LOCK.write_text(HEAD + told.stdout, encoding="utf-8")


if __name__ == "__main__":
    main()
