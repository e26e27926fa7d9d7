"""The commands in the runbooks exist."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import botocore.session
import pytest
import typer.main
from botocore import xform_name

from cli.__main__ import app

ROOT = Path(__file__).resolve().parents[3]
BEYOND_THE_API = {("logs", "tail"): {"since", "filter-pattern"}}
"""Commands that the AWS CLI has of its own (AWS CLI command reference)."""
OF_THE_CLI = {"query", "cli-binary-format", "output"}


def commands() -> Iterator[tuple[str, list[str]]]:
    """Return every line of a runbook's code blocks, and every piece of code in its text, that is a command."""
    for path in sorted((ROOT / "docs/runbooks").glob("*.md")):
        text = path.read_text(encoding="utf-8")
        blocks = re.findall(r"^```\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
        lines = [line for block in blocks for line in block.splitlines()]
        lines += re.findall(r"`((?:aws|landfall) [^`]+)`", re.sub(r"^```\n.*?^```", "", text, flags=re.M | re.S))
        for line in lines:
            if line.startswith(("aws ", "landfall ")):
                yield path.name, shlex.split(line.replace("…", "x"), comments=True)


def of(program: str) -> list[Any]:
    """Return the commands of a program, as parameters."""
    told = ((name, words) for name, words in commands() if words[0] == program)
    return [pytest.param(words, id=f"{name}: {' '.join(words[:3])}") for name, words in told]


def options(words: list[str]) -> set[str]:
    """Return the long options of a command line."""
    return {word.removeprefix("--").partition("=")[0] for word in words if word.startswith("--")}


@pytest.mark.parametrize("words", of("landfall"))
def test_landfall_has_it(words: list[str]) -> None:
    """A verb of ours with options that it takes."""
    verbs = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    known = {name.lstrip("-") for p in verbs[words[1]].params for name in (*p.opts, *p.secondary_opts)}
    assert options(words) <= known


@pytest.mark.parametrize("words", of("aws"))
def test_aws_has_it(words: list[str]) -> None:
    """An operation of AWS's API with parameters that it takes, as botocore's models have them."""
    _, service, operation, *rest = words
    if (service, operation) in BEYOND_THE_API:
        assert options(rest) <= BEYOND_THE_API[service, operation]
        return
    model = botocore.session.get_session().get_service_model(service)
    operations = {xform_name(name, "-"): name for name in model.operation_names}
    shape = model.operation_model(operations[operation]).input_shape
    assert shape is not None
    assert options(rest) - OF_THE_CLI <= {xform_name(name, "-") for name in shape.members}
    missing = {xform_name(name, "-") for name in shape.required_members} - options(rest)
    assert missing == set() or (service, operation) == ("lambda", "invoke")


def test_there_are_some() -> None:
    """So that a change of format does not leave this file without anything to look at."""
    assert (len(of("landfall")) >= 10, len(of("aws")) >= 15) == (True, True)
