"""The Makefile's targets that synthesise and deploy: what a person types is what CDK is told."""

from __future__ import annotations

import subprocess

import pytest

from stacks import ROOT


def told(*arguments: str) -> str:
    """Return the commands that make would run, of the target alone."""
    line = ["make", "--dry-run", "--old-file=layer", *arguments]
    return subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=True).stdout


def test_synth_writes_where_it_says() -> None:
    """`python app.py` alone writes to a directory of its own, which nobody finds."""
    said = told("synth")
    assert "CDK_OUTDIR=cdk.out" in said
    assert "written to cdk.out" in said


@pytest.mark.parametrize(
    ("arguments", "approval"), [((), ""), (("APPROVE=never",), "--require-approval never"), (("FIRST=1",), "")]
)
def test_every_deploy_is_the_same_one(arguments: tuple[str, ...], approval: str) -> None:
    """The placeholder is asked first, and what outlived a stack is taken up; nothing says that it is the first time."""
    guard, deploy = [line for line in told("deploy", *arguments).splitlines() if "-m stacks." in line]

    assert "stacks.placeholder" in guard
    assert deploy.partition("cdk ")[2].split() == ["deploy", "--all", "--import-existing-resources", *approval.split()]
    assert "context" not in deploy
