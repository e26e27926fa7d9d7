"""The documents serve their readers: each says whom it is for, the index has it, and its commands can be typed."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
GENERATED = ("compliance.md", "iam.md", "transcript.md")
"""Written by commands as a whole."""
WRITTEN = sorted(
    [
        *(page for page in DOCS.glob("*.md") if page.name not in GENERATED),
        *(DOCS / "runbooks").glob("*.md"),
        ROOT / "CONTRIBUTING.md",
        ROOT / "SECURITY.md",
    ]
)
MODULE = re.compile(r"(\S*)\bpython[0-9.]* -m ([\w.]+)")


def name(page: Path) -> str:
    """Return what a page is called among the tests."""
    return page.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", WRITTEN, ids=name)
def test_a_page_says_whom_it_is_for(page: Path) -> None:
    """A reader knows from the first two lines whether to go on."""
    title, _, *rest = page.read_text(encoding="utf-8").splitlines()

    assert title.startswith("# ")
    assert rest[0].startswith("For ")


def test_the_index_has_every_page() -> None:
    """A page that nothing leads to is read by nobody."""
    index = (DOCS / "README.md").read_text(encoding="utf-8")
    pages = [page for page in (*DOCS.glob("*.md"), *(DOCS / "runbooks").glob("*.md")) if page != DOCS / "README.md"]

    assert [name(page) for page in pages if f"({page.relative_to(DOCS).as_posix()})" not in index] == []


def test_the_readme_is_short() -> None:
    """It leads to the documents, and does not take their place."""
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) < 200


@pytest.mark.parametrize("page", [ROOT / "README.md", *WRITTEN], ids=name)
def test_a_module_is_run_as_it_can_be_typed(page: Path) -> None:
    """`python -m …` names a module that exists, by the Python that `make setup` installs into."""
    text = re.sub(r"<!--.*?-->", "", page.read_text(encoding="utf-8"))
    commands = MODULE.findall(text)

    assert [module for python, module in commands if not python.endswith(".venv/bin/")] == []
    assert [module for _, module in commands if importlib.util.find_spec(module) is None] == []
