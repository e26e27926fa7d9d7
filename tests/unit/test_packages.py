"""The rules of imports: tools/packages.py states the layers, and these tests hold the code to them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tools import packages

ROOT = Path(__file__).resolve().parents[2]
_BLOCKED = ("boto3", "botocore", "aws_lambda_powertools", "httpx", "httpcore")
_NEVER = {
    "lambdas": ("cli", "local", "stacks", "statemachine", "tests", "tools", "sample_service"),
    "cli": ("local", "stacks", "statemachine", "tests", "tools", "sample_service"),
    "stacks": ("cli", "local", "tests", "tools", "sample_service"),
    "statemachine": ("landfall", "cli", "local", "stacks", "tests", "tools", "sample_service"),
    "sample_service": ("landfall", "cli", "local", "stacks", "statemachine", "tests", "tools"),
    "local": ("tests", "tools"),
    "tools": ("tests",),
}
"""Which part of the tree never imports which."""


def test_imports_only_go_down() -> None:
    """Each package of the Lambdas imports from lower layers alone, so that none of them can be in a circle."""
    assert packages.upward() == []


@pytest.mark.parametrize(("part", "never"), _NEVER.items(), ids=_NEVER.keys())
def test_a_part_of_the_tree_never_imports(part: str, never: tuple[str, ...]) -> None:
    """The Lambdas' asset and the command's wheel are whole without the rest; no product code needs a test."""
    wrong = [
        f"{path.relative_to(ROOT)} imports {each}"
        for path in sorted((ROOT / part).rglob("*.py"))
        for each in packages.imported(path)
        if each.split(".")[0] in never
    ]
    assert wrong == []


def test_the_core_needs_neither_aws_nor_http() -> None:
    """Every module that decides is imported with those libraries blocked."""
    core = [name for name in packages.modules() if packages.package(name) not in packages.SHELL]
    code = "\n".join(
        [
            "import importlib, sys",
            f"sys.modules.update(dict.fromkeys({_BLOCKED!r}))",
            f"for name in {core!r}: importlib.import_module(name)",
        ]
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        check=False,
        env={"PYTHONPATH": str(packages.LAMBDAS)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert len(core) > 50


def test_every_package_says_what_it_decides() -> None:
    """A newcomer reads one line to know whether a rule is in it."""
    silent = [
        str(path.relative_to(ROOT))
        for part in ("lambdas/landfall", "cli", "local", "stacks", "tools")
        for path in (ROOT / part).rglob("__init__.py")
        if '"""' not in path.read_text(encoding="utf-8")
    ]
    assert silent == []


def test_the_drawing_is_current() -> None:
    """`make drawing` renews it."""
    assert packages.PAGE.read_text(encoding="utf-8") == packages.page()
