"""Makes text of services, people, Git and AWS safe to show in reports and on terminals.

Landfall stores such text as it is. These functions make it harmless where it is shown:

line       one line of plain text: a message, a log line
terminal   one line on a terminal or in a CI's log
cell       one line of Markdown: a table's cell, a heading, an item of a list
url        one of our addresses in Markdown, with foreign names in it
csv_value  a value for a spreadsheet
xml        the text of an XML document

Sources: GitHub Flavored Markdown Spec ("Backslash escapes", "Autolinks (extension)", "Tables (extension)"); ECMA-48,
control sequences; GitHub Docs, "Workflow commands for GitHub Actions"; XML 1.0, "Characters"; OWASP, "CSV Injection".
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote

from landfall.text import plain_text
from landfall.text.lazy_pattern import Later

BLANK = " "
_SEQUENCE = Later(r"\x1b\[[0-?]{0,40}[ -/]{0,4}[@-~]|\x9b[0-?]{0,40}[ -/]{0,4}[@-~]")
"""An invisible control sequence: a colour, a movement of the cursor."""
_FILLERS = dict.fromkeys((0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFFA0, *range(0xFFF9, 0xFFFC)))
"""Invisible characters that Unicode counts as letters or marks."""
_COMMAND = Later(r"^(\s*):(?=:)|##(?=\w*\[)")
"""Commands in a CI's log: `::error::` at the start of a line, `##[group]` and `##vso[…]` anywhere."""
_MARKS = str.maketrans(
    {
        **{each: f"\\{each}" for each in "\\|[]*~$"},
        "<": "&lt;",
        ">": "&gt;",
        "&": "&amp;",
        "`": "'",
        "@": "@<!-- -->",  # renderers find mentions and mail addresses only after they have removed the escapes
    }
)
_OUTER_UNDERSCORE = Later(r"(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
_SCHEME = Later(r":(?=//)(?!(?<=\bhttps:)//[a-z0-9-]{1,40}\.console\.aws\.amazon\.com/)")
"""The start of a link. Links to AWS's console stay, since reasons name tasks by them, and they are safe."""
_WWW = Later(r"(?i)(www)\.")
_BLOCK = Later(r"^\s*(?:([#+=-])|(\d{1,9})([.)]))?")
"""Characters that begin a heading, a list or an indented block."""
_URL = "%/:?#=&$+,;~!'*-._"
"""Characters that an address may contain. Blanks, brackets, quotation marks and pipes would end it."""
_NO_XML = Later("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_FORMULA = ("=", "+", "-", "@")


def line(text: object) -> str:
    """Return the visible text on one line. Each blank of any kind and each control character becomes one blank."""
    seen = plain_text.plain(_SEQUENCE.sub("", str(text))).translate(_FILLERS)
    return "".join(each if plain_text.is_text(each) else BLANK for each in seen)


def lines(texts: Iterable[object]) -> str:
    """Return a message of such lines. No text in a line can begin a new line."""
    return "\n".join(map(line, texts))


def terminal(text: object) -> str:
    """Return a line for a terminal or for the log of a CI, without commands that the CI would run."""
    return _COMMAND.sub(lambda found: f"{found[0]} ", line(text))


def cell(text: object) -> str:
    """Return a line of Markdown that shows exactly the text, without links, pictures, emphasis, mentions or HTML."""
    told = line(text).translate(_MARKS)
    told = _WWW.sub(r"\1&#46;", _SCHEME.sub("&#58;", _OUTER_UNDERSCORE.sub(r"\\_", told)))
    return _BLOCK.sub(_unblocked, told)


def url(address: str) -> str:
    """Return an address in Markdown. A foreign text that is not an address is returned as plain text."""
    return quote(line(address), safe=_URL) if address.startswith("https://") else cell(address)


def link(words: str, address: str) -> str:
    """Return a Markdown link to one of our addresses. A text that is not an address is returned as plain text."""
    return f"[{cell(words)}]({url(address)})" if address.startswith("https://") else cell(address)


def csv_value(value: object) -> object:
    """Return a value that is safe in a spreadsheet: a text that begins like a formula gets a `'` in front."""
    if not isinstance(value, str):
        return value
    told = terminal(value)
    return f"'{told}" if told.lstrip().startswith(_FORMULA) else told


def xml(text: object) -> str:
    """Return a text without the characters that XML forbids even when escaped."""
    return _NO_XML.sub("\ufffd", line(text))


def _unblocked(found: re.Match[str]) -> str:
    if found[1]:
        return f"\\{found[1]}"
    return f"{found[2]}\\{found[3]}" if found[2] else ""
