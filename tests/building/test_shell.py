"""ShellCheck over each command of buildspec.yml, as the plain `sh` that CodeBuild gives it to."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from cli.images.buildspec import parse
from tests.building.clone import buildspec_text

SHELLCHECK = Path(sys.executable).with_name("shellcheck")
LENIENT = {
    "SC2016": "a command that is kept in a variable, to be run by eval, is quoted so that it expands then",
    "SC2034": "a command's variables are for the commands after it",
}
COMMANDS = [
    pytest.param(command, id=f"{phase.name}-{number}")
    for phase in parse(buildspec_text()).phases
    for number, command in enumerate((*phase.commands, *phase.finally_), start=1)
]


def check(command: str) -> str:
    """Return what ShellCheck has to say."""
    line = [str(SHELLCHECK), "--shell=sh", "--severity=style", f"--exclude={','.join(LENIENT)}", "-"]
    done = subprocess.run(line, input=command, capture_output=True, text=True, check=False)
    return done.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_passes_shellcheck(command: str) -> None:
    """Portable, quoted, no status lost."""
    assert check(command) == ""


def test_shellcheck_does_find_fault() -> None:
    """Or the test above would say nothing."""
    assert "SC2086" in check("echo $HOME")
