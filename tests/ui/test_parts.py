"""What the pages are made of: small, vendored with its licence and hash, and no other verb waits for it."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from pathlib import Path

from cli.ui import rendering
from cli.ui.views.step_names import Cause

ROOT = Path(__file__).parents[2]
STATIC = rendering.HERE / "static"
LIMIT = 150_000
HTMX = "22283ef68cb7545914f0a88a1bdedc7256a703d1d580c1d255217d0a50d31313"
"""Of dist/htmx.min.js of htmx.org 2.0.8, as npm has it."""
SERVER = ("starlette", "uvicorn", "jinja2", "cli.ui")


def test_scripts_and_styles_are_small() -> None:
    """A page is there at once, on a slow machine, too."""
    assert sum(path.stat().st_size for path in STATIC.iterdir()) < LIMIT


def test_each_cause_has_its_colour() -> None:
    """A part of a deployment's time that the style sheet does not know would be black, in the dark, too."""
    sheet = (STATIC / "page.css").read_text(encoding="utf-8")
    for cause in Cause:
        name = f"--c-{cause.name.lower()}"
        assert sheet.count(f"{name}: #") == 2, cause  # light and dark
        assert f".c-{cause.name.lower()} {{ fill: var({name}); }}" in sheet, cause


def test_what_is_not_ours_is_what_its_makers_published() -> None:
    """The file is the published one, and its licence lies beside it."""
    assert hashlib.sha256((STATIC / "htmx.min.js").read_bytes()).hexdigest() == HTMX
    assert "Zero-Clause BSD" in (STATIC / "htmx.LICENSE").read_text(encoding="utf-8")


def test_no_page_has_styles_or_scripts_of_its_own() -> None:
    """The browser would refuse them: the policy allows our files alone."""
    for path in (rendering.HERE / "templates").iterdir():
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\bstyle=|<style|\bon[a-z]+=|javascript:|\|\s*safe\b|https?://", text), path.name
        assert all("src=" in each for each in re.findall(r"<script[^>]*>", text)), path.name


def test_no_other_verb_waits_for_the_server() -> None:
    """Starlette, uvicorn and the pages are imported by `ui` when it runs, and by nothing else."""
    code = f"import sys, cli.__main__; print([n for n in {SERVER!r} if n in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": f"{ROOT}:{ROOT / 'lambdas'}"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"


def test_the_layer_has_no_server() -> None:
    """No Lambda carries it."""
    layer = (ROOT / "requirements-lambda.txt").read_text(encoding="utf-8")
    steps = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "lambdas").rglob("*.py"))
    assert not re.search(r"starlette|uvicorn", layer)
    assert not re.search(r"import (starlette|uvicorn)|from (starlette|uvicorn)", steps)
