"""How much is leaked, damaged, missed and called wrongly in a corpus: figures of one file.

A file is JSON, a list of entries of one form: `{"kind", "source", "text"}` with ⟦…⟧ round what must go (none in a text
that must stay as it is), `{"kind", "source", "body", "leak"}`, or `{"logger", "source", "line", "error"}`; or it is
text, with one entry for redaction on each line.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from landfall.logs import levels
from landfall.redaction import redacted
from landfall.smoke import leaks

CORPUS = Path(__file__).parent / "corpus"
_MARKED = re.compile("⟦(.*?)⟧", re.S)


class NoCorpus(Exception):
    """A file is not of a form that is known."""


@dataclass(frozen=True)
class Wrong:
    """One entry that does not come out as it should: what is wrong with it, of what kind it is, what comes out."""

    what: str
    kind: str
    text: str
    out: str = ""


@dataclass(frozen=True)
class Figures:
    """What was found in a file: of how many entries of each sort so many are wrong."""

    name: str
    of: dict[str, int]
    wrong: tuple[Wrong, ...]

    def share(self, what: str) -> float:
        """Return the share of entries that are wrong in this way."""
        return sum(each.what == what for each in self.wrong) / max(1, self.of[what])

    @property
    def told(self) -> list[str]:
        """Return the figures of each sort in words."""
        return [
            f"{what} {sum(each.what == what for each in self.wrong)} of {total} ({100 * self.share(what):.1f} %)"
            for what, total in self.of.items()
        ]

    def __str__(self) -> str:
        return f"{self.name}: {', '.join(self.told)}"


def figures(path: Path) -> Figures:
    """Try every entry of a file. Raises NoCorpus."""
    several = entries(path)
    for key, (tried, sorts) in _FORMS.items():
        if several and all(key in entry for entry in several):
            totals = {what: sum(is_of(entry) for entry in several) for what, is_of in sorts.items()}
            return Figures(_name(path), totals, tuple(wrong for entry in several if (wrong := tried(entry))))
    raise NoCorpus(f"{path}: entries have neither 'text', nor 'body', nor 'line'")


def files() -> Sequence[Path]:
    """Return the corpora of the project."""
    return sorted(path for path in CORPUS.rglob("*") if path.suffix in (".json", ".txt"))


def bare(text: str) -> str:
    """Return a text without the marks."""
    return re.sub("[⟦⟧]", "", text)


def marked(text: str) -> list[str]:
    """Return what must go."""
    return _MARKED.findall(text)


def _name(path: Path) -> str:
    return str(path.relative_to(CORPUS)) if path.is_relative_to(CORPUS) else str(path)


def entries(path: Path) -> list[dict[str, Any]]:
    """Return the entries of a file. Raises NoCorpus."""
    try:
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".txt":
            # escapes of terminals are in it: only a newline ends a line
            lines = text.rstrip("\n").split("\n")
            told = [line for line in lines if marked(line)] or lines  # among lines with secrets, the others are context
            return [{"kind": path.stem, "text": line} for line in told]
        return list(json.loads(text))
    except (OSError, ValueError) as error:
        raise NoCorpus(f"{path}: {error}") from error


def _redacted(entry: dict[str, Any]) -> Wrong | None:
    text, parts = bare(entry["text"]), marked(entry["text"])
    out = redacted(text)
    if parts:
        return Wrong("leaked", entry["kind"], entry["text"], out) if any(part in out for part in parts) else None
    return Wrong("damaged", entry["kind"], text, out) if out != text else None


def _leaking(entry: dict[str, Any]) -> Wrong | None:
    kinds = leaks.found(entry["body"])
    if bool(kinds) == entry["leak"]:
        return None
    return Wrong("missed" if entry["leak"] else "called", entry["kind"], entry["body"], ", ".join(kinds))


def _counted(entry: dict[str, Any]) -> Wrong | None:
    if levels.is_error(entry["line"]) == entry["error"]:
        return None
    return Wrong("missed" if entry["error"] else "called", entry["logger"], entry["line"])


_Sorts = dict[str, Callable[[dict[str, Any]], bool]]
_FORMS: dict[str, tuple[Callable[[dict[str, Any]], Wrong | None], _Sorts]] = {
    "text": (_redacted, {"leaked": lambda e: bool(marked(e["text"])), "damaged": lambda e: not marked(e["text"])}),
    "body": (_leaking, {"missed": lambda e: bool(e["leak"]), "called": lambda e: not e["leak"]}),
    "line": (_counted, {"missed": lambda e: bool(e["error"]), "called": lambda e: not e["error"]}),
}


def told(found: Iterable[Wrong]) -> Iterable[str]:
    """Say what is wrong with each, in two lines."""
    for each in found:
        yield f"  {each.what} [{each.kind}] {each.text!r}"
        if each.out:
            yield f"      {each.out!r}"
