"""Where a container's commands run: an image's directory, an address, an environment of its own."""

from __future__ import annotations

import shlex
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PYTHONS = frozenset({"python", "python3", "/usr/bin/python3", "/usr/local/bin/python", "/usr/local/bin/python3"})
# -s and -S: the image brings its own packages; those of the emulator's environment must not be seen.
PYTHON = (sys.executable, "-s", "-S")


@dataclass(frozen=True)
class Place:
    """What would be a container's namespaces: here only paths, variables and an address to bind to."""

    root: Path
    workdir: str
    home: Path
    address: str
    environment: dict[str, str] = field(repr=False)

    @property
    def log(self) -> Path:
        """What the container writes."""
        return self.home / "log"

    def prepare(self) -> None:
        """Make its directory, with names for the interpreter so that ``sh -c "python …"`` finds the same one."""
        shims = self.home / "bin"
        shims.mkdir(parents=True, exist_ok=True)
        for name in ("python", "python3"):
            shim = shims / name
            shim.write_text(f'#!/bin/sh\nexec {shlex.join(PYTHON)} "$@"\n')
            shim.chmod(0o755)

    def follow(self, over: Callable[[], bool]) -> Iterator[bytes]:
        """What is written, as it is written, until it is over."""
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
        """Working directory and environment for Popen. ``HOST`` is the address to bind to, whatever the image says."""
        env = {
            **self.environment,
            "PATH": f"{self.home / 'bin'}:/usr/local/bin:/usr/bin:/bin",
            "HOME": str(self.home),
            "TMPDIR": str(self.home),
            "HOST": self.address,
        }
        return {"cwd": self._inside(self.workdir), "env": env}

    def command(self, argv: Sequence[str]) -> list[str]:
        """The command as this machine can run it: our interpreter, the image's files by where they really are."""
        first, *rest = argv
        head = list(PYTHON) if first in PYTHONS else [self._located(first)]
        return head + [self._located(argument) for argument in rest]

    def command_beside(self, argv: Sequence[str]) -> list[str]:
        """A command that is run beside the container's own; what it calls localhost is the container's address."""
        return self.command(
            [part.replace("localhost", self.address).replace("127.0.0.1", self.address) for part in argv]
        )

    def _inside(self, path: str) -> str:
        """The host's path of an absolute path inside the image."""
        return str(self.root / path.lstrip("/"))

    def _located(self, argument: str) -> str:
        """An argument that names a file of the image, as the host's path; any other unchanged."""
        named = argument.startswith("/") and argument != "/" and Path(self._inside(argument)).exists()
        return self._inside(argument) if named else argument
