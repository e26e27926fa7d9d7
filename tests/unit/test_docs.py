"""The docs hold together: each decision has its form and its line in the index, and each local link leads somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DECISIONS = sorted((ROOT / "docs/decisions").glob("[0-9]*.md"))
INDEX = ROOT / "docs/decisions/README.md"
PAGES = sorted([*(ROOT / "docs").rglob("*.md"), *ROOT.glob("*.md"), ROOT / "tests/campaigns/torture/README.md"])
SECTIONS = ["Context", "Decision", "Price", "Rejected"]
LINK = re.compile(r"\[[^\]\[]*\]\((?P<path>[^)#\s]*)(?:#(?P<heading>[^)\s]*))?\)")
ROW = re.compile(r"^\| (\d{4}) \| \[(.+)\]\((\d{4}-[a-z0-9-]+\.md)\) \| .+ \|$", re.MULTILINE)
CODE = re.compile(r"`((?:lambdas|stacks|cli|local|statemachine|tests)/[\w./-]+)`")
REQUIREMENTS = ("requirements.txt", "requirements-lambda.txt", "requirements-cli.txt", "requirements-dev.txt")


def name(path: Path) -> str:
    """Return what a page is called among the tests."""
    return path.relative_to(ROOT).as_posix()


def prose(path: Path) -> str:
    """Return a page without its blocks and spans of code."""
    return re.sub(r"^```.*?^```$|`[^`\n]*`", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)


def places(path: Path) -> set[str]:
    """Return the places on a page that a link can name: its headings, as GitHub names them, and anchors of its own."""
    text = path.read_text(encoding="utf-8")
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    slugs = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
    return slugs | set(re.findall(r'<a id="([^"]+)">', text))


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_has_its_form(path: Path) -> None:
    """A numbered title, then why, what, at what price and instead of what, in this order; nothing is empty."""
    title, *sections = re.split(r"^## ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    headings = [section.partition("\n")[0] for section in sections]

    assert re.fullmatch(rf"# {path.name[:4]}\. \S.*\n\n", title)
    assert headings == [each for each in SECTIONS if each in headings]
    assert headings[:2] == ["Context", "Decision"]
    assert all(section.partition("\n")[2].strip() for section in sections)


def test_the_index_has_every_decision_once() -> None:
    """Number, title and file of each line are those of a decision, and every decision has its line."""
    titles = {path.name: path.read_text(encoding="utf-8").partition("\n")[0] for path in DECISIONS}
    rows = ROW.findall(INDEX.read_text(encoding="utf-8"))

    assert {file: f"# {number}. {title}" for number, title, file in rows} == titles
    assert len(rows) == len(titles) == len({number for number, _, _ in rows})


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_the_code_that_a_decision_names_is_there(path: Path) -> None:
    """A decision is read beside its code: a module that moved is named by its new place."""
    named = CODE.findall(path.read_text(encoding="utf-8"))

    assert [each for each in named if not (ROOT / each).exists()] == []


def test_every_dependency_has_a_reason() -> None:
    """Whatever is pinned for itself, and not because something else needs it, has a line that says why."""
    (table,) = (path for path in DECISIONS if path.stem.endswith("-dependencies"))
    rows = re.findall(r"^\| (.+?) \| .+ \|$", table.read_text(encoding="utf-8"), re.MULTILINE)
    explained = {word.lower() for row in rows for word in re.findall(r"[\w.-]+", row)}
    files = [*(ROOT / file for file in REQUIREMENTS), ROOT / "sample_service/requirements.txt"]
    files += [ROOT / "requirements-tests.txt", ROOT / "requirements-torture.txt"]
    own = [line for file in files for line in _for_itself(file.read_text(encoding="utf-8"))]

    assert len(own) > 30
    assert [each for each in own if each.lower() not in explained] == []


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_every_local_link_leads_somewhere(path: Path) -> None:
    """To a file that exists, and to a heading that it has."""
    dead = []
    for link in LINK.finditer(prose(path)):
        if re.match(r"[a-z]+:", link["path"]):
            continue
        to = (path.parent / link["path"]).resolve() if link["path"] else path
        if not to.exists() or (link["heading"] and to.suffix == ".md" and link["heading"] not in places(to)):
            dead.append(link[0])

    assert dead == []


def _for_itself(requirements: str) -> list[str]:
    blocks = re.split(r"^# (?=needed by)", requirements, flags=re.MULTILINE)
    kept = [blocks[0], *(block.partition("\n# ")[2] for block in blocks[1:])]
    return [line for block in kept for line in re.findall(r"^([\w.-]+)==", block, re.MULTILINE)]
