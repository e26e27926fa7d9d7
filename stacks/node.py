"""Runs Node.js programs on a machine without Node.js.

`python -m stacks.node npm ci` installs what package-lock.json pins; `python -m stacks.node cdk …` and
`python -m stacks.node asl-validator …` run the installed programs.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from stacks import ROOT, nodejs

_INSTALLED = ROOT / "node_modules" / ".bin"
CACHE = ROOT / "build" / "npm-cache"
"""npm's cache. By default npm uses the home directory, and hangs if it can't write there."""
_NPM_CACHE = "npm_config_cache"
_QUIET = ("--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error")


def command(tool: str, *arguments: str) -> list[str]:
    """Return the command line that runs a tool."""
    if tool == "npm":
        return [*nodejs.npm(), *arguments, *_QUIET]
    script = _INSTALLED / tool
    if not script.exists():
        raise FileNotFoundError(f"{tool} is not in {_INSTALLED}: run `make setup` (or `python -m stacks.node npm ci`)")
    return [nodejs.program(), str(script.resolve()), *arguments]


def environment(base: Mapping[str, str]) -> dict[str, str]:
    """Return `base` with this interpreter and jsii's node first on PATH, since cdk.json says `python3`.

    npm's cache is in the project, unless `base` names another.
    """
    path = base.get("PATH", os.defpath)
    first = [str(Path(sys.executable).parent), *([str(found)] if (found := nodejs.directory()) else [])]
    cache = {} if any(name.lower() == _NPM_CACHE for name in base) else {_NPM_CACHE: str(CACHE)}
    return {**cache, **base, "PATH": os.pathsep.join((*first, path))}


def main(tool: str, *arguments: str) -> int:
    """Run a tool in the repository's root and return its exit code."""
    try:
        line = command(tool, *arguments)
    except FileNotFoundError as error:
        sys.exit(str(error))
    return subprocess.run(line, cwd=ROOT, env=environment(os.environ), check=False).returncode  # noqa: S603


if __name__ == "__main__":
    sys.exit(main(*(sys.argv[1:] or ("npm", "ci"))))
