"""What the command says: for people on a terminal, as plain lines in a pipe, or as one JSON document."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from cli.exits import Refused

MARKS = {True: ("✓", "green"), False: ("✗", "bold red"), None: ("-", "dim")}
"""What a check's line begins with: passed, failed, not done."""


class Output:
    """With `as_json`, stdout holds one JSON document and nothing else; all that is for people goes to stderr.

    Rich leaves colours out where there is no terminal, or where NO_COLOR is set.
    """

    def __init__(self, as_json: bool) -> None:
        self.as_json = as_json
        self.console = _console(stderr=as_json)

    def say(self, text: str | Text = "", style: str = "") -> None:
        """Say something to people."""
        self.console.print(text, style=style or None, soft_wrap=self.console.soft_wrap)

    def check(self, name: str, passed: bool | None, seen: str, way_out: str = "") -> None:
        """Say how one check went, and what to do where it failed."""
        mark, style = MARKS[passed]
        line = Text(f"{mark} ", style=style).append(f"{name:<12} ", style="bold").append(seen, style="")
        self.say(line)
        if way_out and passed is False:
            self.say(f"{'':<15}{way_out}")

    def document(self, document: Any) -> None:
        """Say the result to programs, where they asked for it."""
        if self.as_json:
            json.dump(document, sys.stdout, indent=2 if isinstance(document, dict) else None, default=str)
            sys.stdout.write("\n")

    def table(self, fields: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> None:
        """Say rows as comma-separated values on stdout, which holds nothing else then. Raises Refused with --json."""
        if self.as_json:
            raise Refused("TWO_FORMATS", "--csv and --json both want stdout; give one of them")
        self.console = _console(stderr=True)
        table = csv.DictWriter(sys.stdout, fields, lineterminator="\n")
        table.writeheader()
        table.writerows(rows)

    def error(self, code: str, message: str, exit_code: int) -> None:
        """Say what went wrong: to people on stderr, and to programs in the document."""
        console = Console(stderr=True, highlight=False, markup=False)
        console.print(Text("landfall: ", style="bold red").append(message, style=""), soft_wrap=True)
        self.document({"error": {"code": code, "message": message}, "exit_code": exit_code})


def _console(*, stderr: bool) -> Console:
    console = Console(stderr=stderr, highlight=False, emoji=False, markup=False)
    console.soft_wrap = not console.is_terminal
    return console
