"""Runs the `landfall` command as a person would, against the stage."""

from __future__ import annotations

import atexit
import os
import signal
import subprocess
from functools import cache
from pathlib import Path

from cli.deployments.running_execution import Ending
from local.stage.landfall_stage import Stage
from local.up import announced
from tests.e2e.warm import Commands

ROOT = Path(__file__).parents[2]


@cache
def _commands() -> Commands:
    """Return what runs the commands of all these tests."""
    commands = Commands()
    atexit.register(commands.close)
    return commands


def landfall(stage: Stage, *arguments: str, directory: Path = ROOT, interrupt_at: str = "") -> tuple[int, str]:
    """Return exit code and output. With `interrupt_at`, Ctrl-C is pressed once a line holds that text."""
    where = stage.settings.parent / "running.json"
    env = {**os.environ, "LANDFALL_LOCAL": str(where)}
    said: list[str] = []

    def heard(pid: int, line: str) -> None:
        nonlocal interrupt_at
        said.append(line)
        if interrupt_at and interrupt_at in line:
            os.kill(pid, signal.SIGINT)
            interrupt_at = ""

    with announced(stage, where):
        wanted = [*arguments, "--local"]
        code = _commands().run(wanted, directory, env, heard, errors="--json" not in arguments)
    return code, "".join(said)


def watched(stage: Stage, ending: Ending) -> int:
    """Return with which exit code `landfall watch` tells of a deployment that has ended."""
    code, said = landfall(stage, "watch", ending.record["deployment_id"])
    assert ending.outcome in said, said
    return code


def repository(directory: Path) -> Path:
    """Return a Git repository with three commits of this very moment."""
    for command in (
        ["init", "--quiet", "--initial-branch=main"],
        *(["commit", "--allow-empty", "-qm", n] for n in "abc"),
    ):
        git(directory, *command)
    return directory


def git(directory: Path, *arguments: str) -> str:
    """Run git there, as nobody in particular."""
    who = ("-c", "user.name=test", "-c", "user.email=test@localhost")
    done = subprocess.run(["git", *who, *arguments], cwd=directory, check=True, capture_output=True, text=True)
    return done.stdout.strip()
