"""Writes what the command says: to a terminal, as plain lines to a pipe, or as one JSON document.

Nothing else writes to stdout or stderr, so all text is made safe here by foreign.py.
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.text import Text

from cli.exits import Refused
from landfall.text import foreign

INDENT = " " * 4
ESCAPED = {"\x7f": "\\u007f", "##": "#\\u0023"}
"""What JSON doesn't escape, with its escape: a control character, and text that a CI's log would run as a command."""
MARKS = {True: ("✓", "green"), False: ("✗", "bold red"), None: ("-", "dim")}
"""How a check's line begins: passed, failed, not done."""


class Screen(Console):
    """A console that writes no control characters except those of Rich's own styles."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterator[Segment]:
        """Yield the text to show. Control characters are removed, except line breaks."""
        for text, style, control in super().render(renderable, options):
            yield Segment(text if control else "\n".join(map(foreign.line, text.split("\n"))), style, control)


class Output:
    """Writes for people and for programs.

    With `as_json`, stdout holds one JSON document and nothing else, and text for people goes to stderr. Rich leaves
    colours out if there is no terminal, or if NO_COLOR is set.
    """

    def __init__(self, as_json: bool) -> None:
        self.as_json = as_json
        self.console = _console(stderr=as_json)

    def say(self, text: str | Text = "", style: str = "") -> None:
        """Write one line for people."""
        line = _line(text) if isinstance(text, Text) else foreign.terminal(text)
        self.console.print(line, style=style or None, soft_wrap=self.console.soft_wrap)

    def check(self, name: str, passed: bool | None, seen: str, way_out: str = "") -> None:
        """Write the result of a check, and what to do if it failed."""
        mark, style = MARKS[passed]
        line = Text(f"{mark} ", style=style).append(f"{name:<12} ", style="bold").append(seen, style="")
        self.say(line)
        if way_out and passed is False:
            self.say(f"{'':<15}{way_out}")

    def document(self, document: Any) -> None:
        """Write the result for programs, if --json was given."""
        if self.as_json:
            text = json.dumps(document, indent=2 if isinstance(document, dict) else None, default=str)
            for each, escaped in ESCAPED.items():
                text = text.replace(each, escaped)
            sys.stdout.write(f"{text}\n")

    def table(self, fields: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> None:
        """Write rows as comma-separated values to stdout, which then holds nothing else. Raises Refused with --json."""
        if self.as_json:
            raise Refused("TWO_FORMATS", "--csv and --json both write to stdout; give only one of them")
        self.console = _console(stderr=True)
        table = csv.DictWriter(sys.stdout, fields, lineterminator="\n")
        table.writeheader()
        table.writerows({name: foreign.csv_value(value) for name, value in row.items()} for row in rows)

    def error(self, code: str, message: str, exit_code: int) -> None:
        """Write an error: for people to stderr, for programs into the document. Further lines are indented."""
        screen = _console(stderr=True)
        first, *more = message.split("\n")
        screen.print(Text("landfall: ", style="bold red").append(foreign.terminal(first), style=""), soft_wrap=True)
        for text in more:
            screen.print(foreign.terminal(f"{INDENT}{text.removeprefix(INDENT)}"), soft_wrap=True)
        self.document({"error": {"code": code, "message": message}, "exit_code": exit_code})


def _line(text: Text) -> Text:
    """Return a text on one line with its styles. If a CI would run it as a command, it has no styles."""
    parts = text.divide(sorted({at for span in text.spans for at in (span.start, span.end)}))
    for part in parts:
        part.plain = foreign.line(part.plain)
    line = Text().join(parts)
    told = foreign.terminal(line.plain)
    return line if told == line.plain else Text(told)


def _console(*, stderr: bool) -> Screen:
    console = Screen(stderr=stderr, highlight=False, emoji=False, markup=False)
    console.soft_wrap = not console.is_terminal
    return console
