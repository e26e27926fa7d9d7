"""Where a container's commands run: an image's directory, an address, an environment."""

from __future__ import annotations

import shlex
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PYTHONS = frozenset({"python", "python3", "/usr/bin/python3", "/usr/local/bin/python", "/usr/local/bin/python3"})
# -s and -S: the image has its own packages, and must not see those of the emulator's environment.
PYTHON = (sys.executable, "-s", "-S")


@dataclass(frozen=True)
class Place:
    """The substitute for a container's namespaces: paths, variables and an address to bind to."""

    root: Path
    workdir: str
    home: Path
    address: str
    environment: dict[str, str] = field(repr=False)

    @property
    def log(self) -> Path:
        """Return the path of the container's log."""
        return self.home / "log"

    def prepare(self) -> None:
        """Make its directory, with names for the interpreter, so that ``sh -c "python …"`` finds the same one."""
        shims = self.home / "bin"
        shims.mkdir(parents=True, exist_ok=True)
        for name in ("python", "python3"):
            shim = shims / name
            shim.write_text(f'#!/bin/sh\nexec {shlex.join(PYTHON)} "$@"\n')
            shim.chmod(0o755)

    def follow(self, over: Callable[[], bool]) -> Iterator[bytes]:
        """Yield the log as it is written, until `over` says that it has ended."""
        with self.log.open("rb") as log:
            while True:
                last = over()
                if chunk := log.read():
                    yield chunk
                elif last:
                    return
                else:
                    time.sleep(0.2)

    def options(self) -> dict[str, Any]:
        """Return working directory and environment for Popen. ``HOST`` is always the address to bind to."""
        env = {
            **self.environment,
            "PATH": f"{self.home / 'bin'}:/usr/local/bin:/usr/bin:/bin",
            "HOME": str(self.home),
            "TMPDIR": str(self.home),
            "HOST": self.address,
        }
        return {"cwd": self._inside(self.workdir), "env": env}

    def command(self, argv: Sequence[str]) -> list[str]:
        """Return the command for this machine: with our interpreter, and with the real paths of the image's files."""
        first, *rest = argv
        head = list(PYTHON) if first in PYTHONS else [self._located(first)]
        return head + [self._located(argument) for argument in rest]

    def command_beside(self, argv: Sequence[str]) -> list[str]:
        """Return a command to run next to the container's own. Its localhost becomes the container's address."""
        return self.command(
            [part.replace("localhost", self.address).replace("127.0.0.1", self.address) for part in argv]
        )

    def _inside(self, path: str) -> str:
        """Return the host's path for an absolute path in the image."""
        return str(self.root / path.lstrip("/"))

    def _located(self, argument: str) -> str:
        """Return the host's path for an argument that names a file of the image; other arguments unchanged."""
        named = argument.startswith("/") and argument != "/" and Path(self._inside(argument)).exists()
        return self._inside(argument) if named else argument
