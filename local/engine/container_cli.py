"""Runs the command line of Docker or Podman, with the subset that both share."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field

TOLD_LINES = 15
"""How many last lines of a failed command an error contains."""


class EngineError(RuntimeError):
    """There is no engine, or one of its commands failed. The message has its output."""


@dataclass(frozen=True)
class ContainerCli:
    """The program `docker` or `podman`, with additional environment variables."""

    program: str
    variables: Mapping[str, str] = field(default_factory=dict)

    def run(self, *arguments: str, stdin: bytes | None = None) -> str:
        """Run a command and return its output. Raises EngineError with the end of the output."""
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
