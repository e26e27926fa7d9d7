"""Runs a buildspec on this machine as CodeBuild would: for `builder = "local"`, and for the tests of buildspec.yml.

It follows the CodeBuild rules that Landfall's own file needs (CodeBuild user guide, "Build specification reference" and
"Shells and commands in build environments"). Phases and commands run in order, each command by `sh`. Exported variables
and the working directory carry over to the next command. The first command that fails ends its phase, but `finally`
still runs. With `on-failure: ABORT` it also ends the build. Any other key of a buildspec is an error.
"""

from __future__ import annotations

import shlex
import subprocess
import tempfile
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from landfall.errors import LandfallError

PHASES = ("install", "pre_build", "build", "post_build")
TAIL_LINES = 20
"""How many lines of output the error of a failed command contains."""


class BuildspecError(LandfallError):
    """The text is not a buildspec, or has a key that is not supported here."""


class BuildFailed(LandfallError):
    """A command failed. `tail` is the end of the output of its phase."""

    def __init__(self, phase: str, command: str, exit_code: int, tail: Sequence[str]) -> None:
        said = "".join(f"\n    {line}" for line in tail)
        first, *more = command.strip().splitlines()
        shown = f"{first} …" if more else first
        super().__init__(f"the build failed in phase {phase}, with exit code {exit_code} of `{shown}`{said}")
        self.phase = phase
        self.command = command
        self.exit_code = exit_code
        self.tail = tuple(tail)


@dataclass(frozen=True)
class Phase:
    """One phase: its commands, and the `finally` commands, which always run."""

    name: str
    commands: tuple[str, ...]
    finally_: tuple[str, ...]


@dataclass(frozen=True)
class Buildspec:
    """A parsed buildspec."""

    phases: tuple[Phase, ...]
    exported: tuple[str, ...]


def run(
    buildspec_text: str, environment: Mapping[str, str], directory: Path, on_output: Callable[[str], None]
) -> dict[str, str]:
    """Run a buildspec in `directory` and return the variables it exports.

    The commands see only the variables of `environment`. `on_output` gets each line of their output, without its end.
    Raises BuildspecError before anything has run, BuildFailed when a command fails.
    """
    spec = parse(buildspec_text)
    with tempfile.TemporaryDirectory(prefix="landfall-build-") as scratch:
        # Commands make their temporary files below TMPDIR, so they go with it.
        shell = _Shell({**environment, "TMPDIR": scratch}, directory, Path(scratch), on_output)
        for phase in spec.phases:
            try:
                shell.run(phase.name, phase.commands)
            except BaseException:
                with suppress(BuildFailed):  # report the first failure
                    shell.run(phase.name, phase.finally_)
                raise
            shell.run(phase.name, phase.finally_)
        return {name: shell.environment[name] for name in spec.exported if name in shell.environment}


def parse(text: str) -> Buildspec:
    """Read the text of a buildspec. Raises BuildspecError."""
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise BuildspecError(f"the buildspec is not valid YAML: {error}") from error
    root = _table(document, "", {"version", "env", "phases"})
    if root.get("version") != 0.2:  # noqa: PLR2004  the only version whose commands share variables
        raise BuildspecError(f"version: is {root.get('version')!r}; only 0.2 is supported")
    env = _table(root.get("env", {}), "env", {"exported-variables"})
    phases = _table(root.get("phases"), "phases", set(PHASES))
    return Buildspec(
        phases=tuple(_phase(name, phases[name]) for name in PHASES if name in phases),
        exported=_texts(env.get("exported-variables", []), "env.exported-variables"),
    )


def _phase(name: str, value: Any) -> Phase:
    where = f"phases.{name}"
    table = _table(value, where, {"on-failure", "commands", "finally"})
    if table.get("on-failure") != "ABORT":
        raise BuildspecError(f"{where}.on-failure: is {table.get('on-failure')!r}; only ABORT is supported")
    return Phase(name, _texts(table.get("commands"), where), _texts(table.get("finally", []), f"{where}.finally"))


def _table(value: Any, where: str, known: set[str]) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise BuildspecError(f"{where or 'the buildspec'}: must be a mapping")
    for key in value.keys() - known:
        raise BuildspecError(
            f"{where}{'.' if where else ''}{key}: not supported; supported are {', '.join(sorted(known))}"
        )
    return value


def _texts(value: Any, where: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise BuildspecError(f"{where}: must be a list of texts")
    return tuple(value)


class _Shell:
    """The environment and the working directory, which carry over from one command to the next."""

    def __init__(
        self, environment: Mapping[str, str], directory: Path, scratch: Path, on_output: Callable[[str], None]
    ) -> None:
        self.environment = dict(environment)
        self._directory = directory
        self._variables, self._place = scratch / "variables", scratch / "place"
        self._on_output = on_output

    def run(self, phase: str, commands: Sequence[str]) -> None:
        """Run commands until one fails. Raises BuildFailed with the end of their output."""
        tail: deque[str] = deque(maxlen=TAIL_LINES)
        for command in commands:
            exit_code = self._one(command, tail)
            if exit_code:
                raise BuildFailed(phase, command, exit_code, tail)

    def _one(self, command: str, tail: deque[str]) -> int:
        keep = f"env -0 >{shlex.quote(str(self._variables))}; pwd >{shlex.quote(str(self._place))}"
        process = subprocess.Popen(  # noqa: S603  the buildspec's commands: running them is the point
            ["/bin/sh", "-c", f"trap {shlex.quote(keep)} EXIT\n{command}"],
            env=self.environment,
            cwd=self._directory,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        with process:
            for line in process.stdout or ():
                tail.append(line.rstrip("\n"))
                self._on_output(tail[-1])
        self._carry_over()
        return process.returncode

    def _carry_over(self) -> None:
        """Read what the command left. A command that was killed left nothing."""
        if not self._variables.exists():
            return
        pairs = self._variables.read_text(encoding="utf-8", errors="surrogateescape").split("\0")
        self.environment = dict(pair.split("=", 1) for pair in pairs if "=" in pair)
        self._directory = Path(self._place.read_text(encoding="utf-8", errors="surrogateescape").rstrip("\n"))
