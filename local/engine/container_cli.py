"""The command line of Docker or Podman: the same words for both, as far as they are used here."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field

TOLD_LINES = 15
"""Of a command that failed, how many of its last lines are told."""


class EngineError(RuntimeError):
    """There is no engine, or a command of it failed. Carries what it said."""


@dataclass(frozen=True)
class ContainerCli:
    """`docker` or `podman` as a program, with what its environment needs beside ours."""

    program: str
    variables: Mapping[str, str] = field(default_factory=dict)

    def run(self, *arguments: str, stdin: bytes | None = None) -> str:
        """Run a command and return what it printed. Raises EngineError with the end of what it said."""
        environment = {**os.environ, **self.variables}
        done = subprocess.run(
            [self.program, *arguments], input=stdin or b"", capture_output=True, check=False, env=environment
        )
        if done.returncode:
            said = (done.stdout + done.stderr).decode(errors="replace").strip().splitlines()[-TOLD_LINES:]
            raise EngineError(
                f"{self.program} {arguments[0]} failed with exit code {done.returncode}:\n" + "\n".join(said)
            )
        return done.stdout.decode(errors="replace").strip()
