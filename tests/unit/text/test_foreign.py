"""What services, people, Git and AWS say is shown and never obeyed: a table and a property for each place."""

from __future__ import annotations

import ast
import csv
import io
import json
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.text import Text

from cli import junit_xml, output, summary
from cli.output import Output
from landfall.builds.build_watch import Built
from landfall.ledger.execution_history import Entry
from landfall.model import Outcome, failed
from landfall.reconcile.findings import Finding, Kind, State
from landfall.smoke.case import Check
from landfall.telling import build_notice, deployment_notice, finding_notice
from landfall.telling.report import text as report_text
from landfall.text import foreign
from tests.support import builders as b
from tests.unit.telling.reports import SEEN, made

ROOT = Path(__file__).parents[3]
ESC = "\x1b"
ANYTHING = st.text(max_size=80) | st.text(
    st.sampled_from("\x00\x07\x1b[31m]8;;\n\r\t\x7f\x9b\u2028\u202e\u200b|`<&@:/a#")
)
LINES = {
    "a colour": (f"a{ESC}[1;31mred{ESC}[0m b", "ared b"),
    "a colour of eight bits": ("a\x9b31mred", "ared"),
    "a title": (f"{ESC}]0;pwned\x07x", " ]0;pwned x"),
    "a link": (f"{ESC}]8;;http://e{ESC}\\x", " ]8;;http://e \\x"),
    "line breaks": ("a\r\nb\x0bc\x0cd\x85e\u2028f\u2029g", "a  b c d e f g"),
    "what overwrites": ("good\x08\x08\x08\x08bad\x7f", "good    bad "),
    "nothing and bell": ("a\x00b\x07c", "a b c"),
    "what turns round": ("user\u202etxt.exe\u202c \u2066x\u2069 \u200fy", "usertxt.exe x y"),
    "of no width": ("a\u200bb\u2060c\ufeffd\u00ade\u3164f\u115fg", "abcdefg"),
    "tags": ("a\U000e0041\U000e0042b", "ab"),
    "half a pair": ("a\ud800b", "a b"),
    "emoji and accents": ("👩\u200d🚀 café naïve 日本語", "👩\u200d🚀 café naïve 日本語"),
    "markup of Rich": ("[red]x[/red] [link=http://e]y[/link]", "[red]x[/red] [link=http://e]y[/link]"),
}
CELLS = {
    "a link": ("[x](http://evil.example)", "\\[x\\](http&#58;//evil.example)"),
    "a picture": ("![x](https://e/p.png)", "!\\[x\\](https&#58;//e/p.png)"),
    "a bare address": ("see https://e and www.e.example", "see https&#58;//e and www&#46;e.example"),
    "an address of the console": ("at https://r.console.aws.amazon.com/ecs", "at https://r.console.aws.amazon.com/ecs"),
    "one that looks so": ("https://r.console.aws.amazon.com.e/x", "https&#58;//r.console.aws.amazon.com.e/x"),
    "another scheme": ("xhttps://r.console.aws.amazon.com/", "xhttps&#58;//r.console.aws.amazon.com/"),
    "a reference": ("[x]: http://e", "\\[x\\]: http&#58;//e"),
    "a mention": ("@everyone, a@b.example", "@<!-- -->everyone, a@<!-- -->b.example"),
    "HTML": ("<img src=x onerror=y>&lt;", "&lt;img src=x onerror=y&gt;&amp;lt;"),
    "cells": ("a | b\\| c\n| d", "a \\| b\\\\\\| c \\| d"),
    "code": ("`a` ```b```", "'a' '''b'''"),
    "emphasis": ("**a** _b_ ~~c~~ snake_case", "\\*\\*a\\*\\* \\_b\\_ \\~\\~c\\~\\~ snake_case"),
    "mathematics": ("$x$", "\\$x\\$"),
    "a heading": ("  # x", "\\# x"),
    "lists": ("- x", "\\- x"),
    "a numbered list": ("1. x", "1\\. x"),
    "an ARN": ("arn:aws:ecs:us-east-1:1:task/c/1", "arn:aws:ecs:us-east-1:1:task/c/1"),
}
COMMANDS = {
    "GitHub": ("::error::x", ": :error::x"),
    "GitHub, indented": ("  ::add-mask::x", "  : :add-mask::x"),
    "GitHub, of old": ("a ##[group]x", "a ## [group]x"),
    "Azure": ("##vso[task.setvariable]x", "## vso[task.setvariable]x"),
    "TeamCity": ("##teamcity[x]", "## teamcity[x]"),
    "an address": ("at fe80::1", "at fe80::1"),
}


@pytest.mark.parametrize(("text", "shown"), LINES.values(), ids=LINES.keys())
def test_a_line(text: str, shown: str) -> None:
    """Nothing in a text moves the cursor, begins a line, hides or turns round what stands beside it."""
    assert foreign.line(text) == foreign.line(foreign.line(text)) == shown


@pytest.mark.parametrize(("text", "shown"), CELLS.values(), ids=CELLS.keys())
def test_a_cell(text: str, shown: str) -> None:
    """Nothing in a foreign text is read as Markdown: it is shown as it is, and has no links."""
    assert foreign.cell(text) == shown


@pytest.mark.parametrize(("text", "shown"), COMMANDS.values(), ids=COMMANDS.keys())
def test_the_log_of_a_ci(text: str, shown: str) -> None:
    """Nothing in a foreign text is a command for the CI that shows it in its log."""
    assert foreign.terminal(text) == shown


def obeyed(text: str, but: str = "") -> set[str]:
    """Return the control characters and invisible characters of a text, except joiners of emoji."""
    kinds = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    return {c for c in text if unicodedata.category(c) in kinds and c not in but} - set("\u200c\u200d") - signs(text)


def signs(text: str) -> set[str]:
    """Return format characters that are signs to be seen, and those of flags."""
    return {c for c in text if "\u0600" <= c <= "\u08e2" or c in "\U000110bd\U000110cd" or c > "\U000e001f"}


@pytest.mark.parametrize("show", [foreign.line, foreign.terminal, foreign.cell, foreign.url, foreign.xml])
@given(text=ANYTHING)
def test_no_control_character_survives(show: Callable[[str], str], text: str) -> None:
    """In any text, in any place."""
    assert obeyed(show(text)) == set()


@given(ANYTHING)
def test_no_markdown_survives(text: str) -> None:
    """In any text: what is left of its marks is escaped."""
    told = foreign.cell(text)
    bare = re.sub(r"\\.|&\w+;|&#\d+;|@<!-- -->", "", told)
    assert not set("[]<>|`*~@$\\&") & set(bare)
    assert "://" not in told


def said(capsys: pytest.CaptureFixture[str], text: str, *, as_json: bool = False) -> str:
    """Return what the command writes of a text, in every way it has, to a terminal and to programs."""
    out = Output(as_json)
    out.say(text)
    out.say(Text(text))
    out.say(Text("mark ", style="red").append(text, style="bold").append(text))
    out.check(text, False, text, text)
    out.error("CODE", text, 2)
    out.document({text: text})
    if not as_json:
        out.table(["a"], [{"a": text}])
    captured = capsys.readouterr()
    return captured.out + captured.err


@pytest.mark.parametrize("as_json", [False, True], ids=["people", "programs"])
@pytest.mark.parametrize(("text", "_"), [*LINES.values(), *COMMANDS.values()], ids=[*LINES, *COMMANDS])
def test_what_the_command_says(capsys: pytest.CaptureFixture[str], text: str, _: str, as_json: bool) -> None:
    """Whichever way a text takes to stdout or stderr, no control character of it arrives, and no line of its own."""
    told = said(capsys, text, as_json=as_json)
    assert obeyed(told, but="\n") == set()
    assert not [line for line in told.split("\n") if line.lstrip().startswith("::")]
    assert not re.search(r"##\w*\[", told)


@pytest.mark.parametrize("terminal", [True, False])
def test_colours_are_our_own(monkeypatch: pytest.MonkeyPatch, terminal: bool) -> None:
    """On a terminal there are control sequences: those of styles, and none of a text's."""
    file = io.StringIO()
    screen = output.Screen(file=file, force_terminal=terminal, color_system="standard" if terminal else None)
    screen.print(Text(f"{ESC}[31ma{ESC}]0;x\x07", style="green"), f"{ESC}[2Jb{ESC}[H")
    assert set(re.findall(rf"{ESC}\[[\d;]*\w", file.getvalue())) == (
        {f"{ESC}[{style}m" for style in (32, 1, 0)} if terminal else set()
    )
    assert "\x07" not in file.getvalue()


def test_programs_get_what_was_said(capsys: pytest.CaptureFixture[str]) -> None:
    """A document holds the text itself, escaped as JSON escapes."""
    text = f"a{ESC}[31m\x7f\u202e\n"
    Output(as_json=True).document({"why": text})
    assert json.loads(capsys.readouterr().out) == {"why": text}


@pytest.mark.parametrize("formula", ["=HYPERLINK(1)", "+1", "-1", "@x", "\t=1"])
def test_a_table_computes_nothing(capsys: pytest.CaptureFixture[str], formula: str) -> None:
    """What a spreadsheet would take for a formula is a text in it."""
    Output(as_json=False).table(["a", "n"], [{"a": formula, "n": -1}])
    (row,) = csv.DictReader(io.StringIO(capsys.readouterr().out))
    assert (row["a"][0], row["n"]) == ("'", "-1")


EVIL = f"@all [x](http://evil.example/p) <b> `c` | {ESC}[31m\u202e\n# h"
TOLD = {"service", "commit", "digest", "revision", "why", "report", "execution_arn"}


def test_the_summary() -> None:
    """Whatever field of a record holds it, a text breaks neither the table nor out of it."""
    text = summary.markdown({**dict.fromkeys(TOLD, EVIL), "outcome": "ROLLED_BACK", "took": 1.0})
    assert obeyed(text, but="\n") == set()
    assert not re.search(r"://|(?<!\\)\]\(|@a|<b|`", text)
    assert len(text.splitlines()) == 4 + 8
    good = {**dict.fromkeys(TOLD, "x"), "outcome": "SUCCEEDED", "took": 1.0, "execution_arn": b.EXECUTION}
    assert re.search(r"\| Execution \| \[console\]\(https://\S+\) \|", summary.markdown(good))


def test_the_report() -> None:
    """Whatever the template puts in is escaped, unless a filter made it: links of ours still lead to the console."""
    seen = SEEN.__class__(SEEN.look, (Entry(b.NOW, EVIL, 1, 1, EVIL, EVIL, EVIL),), SEEN.logs, SEEN.place, (EVIL,))
    text = report_text.markdown(made(Outcome.ROLLED_BACK, seen))
    assert obeyed(text, but="\n") == set()
    assert set(re.findall(r"https?://[^/]*", text)) == {"https://us-east-1.console.aws.amazon.com"}
    assert not re.search(r"(?<!\\)\[|@a|<b", text)


def test_messages() -> None:
    """A text in a message begins no line of its own, and a subject is one that SNS takes."""
    ended = b.crashed(Outcome.ROLLED_BACK, release=b.release(service=EVIL, reason=EVIL, git_sha=EVIL))
    told = deployment_notice.notice(ended, f"s3://b/{EVIL}")
    finding = Finding(EVIL, Kind.PUSH_NOT_READ, EVIL, EVIL, State.RAISED, b.NOW.isoformat(), b.NOW.isoformat())
    found = finding_notice.notice(finding, EVIL)
    built = Built(EVIL, EVIL, EVIL, EVIL, EVIL)
    watched = build_notice.notice(built, failed("X", EVIL))
    for notice in (told, found, watched):
        assert obeyed(notice.text, but="\n") | obeyed(notice.subject) == set()
        assert "\n# h" not in notice.text


@given(ANYTHING)
def test_results_for_a_ci_are_xml(text: str) -> None:
    """XML may not hold most control characters in any form: a document with one could not be read at all."""
    ElementTree.fromstring(junit_xml.document(text, [Check(text, "FAIL", text, text)]))  # noqa: S314  our own


WRITES = {"print", "echo", "secho", "Console", "from_markup", "from_ansi"}


def test_nothing_of_the_command_writes_past_it() -> None:
    """Only output.py writes to stdout or stderr, so that no verb can forget the rules."""
    for path in sorted((ROOT / "cli").rglob("*.py")):
        if path.name == "output.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            said = ast.unparse(node) if isinstance(node, ast.Call | ast.Attribute) else ""
            place = f"{path.name}:{getattr(node, 'lineno', 0)}: {said}"
            assert said not in ("sys.stdout", "sys.stderr"), place
            if isinstance(node, ast.Call) and "metadata.version" not in said:
                assert ast.unparse(node.func).rpartition(".")[2] not in WRITES, place


def test_nothing_is_sent_past_it() -> None:
    """Messages and Markdown are put together by foreign.py and the template alone: no other module joins lines.

    But for what reads foreign text and sends none of it: what is hashed, what is searched.
    """
    known = {"cli/summary.py", "cli/output.py", "lambdas/landfall/text/foreign.py"}
    known |= {
        f"lambdas/landfall/{each}.py" for each in ("chain/__init__", "runtime/safe_errors", "smoke/leaks/spelled")
    }
    paths = [*(ROOT / "cli").rglob("*.py"), *(ROOT / "lambdas").rglob("*.py")]
    joining = {str(p.relative_to(ROOT)) for p in paths if '"\\n".join' in p.read_text(encoding="utf-8")}
    assert joining <= known
