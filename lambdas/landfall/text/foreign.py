"""The one place that shows text from elsewhere: what services, people, Git and AWS say, in reports and on terminals.

Such text is shown, never obeyed. What is stored is what was said; these rules hold where it is shown:

line       one line of plain text: a message, a log line
terminal   one line on a terminal or in a CI's log
cell       one line of Markdown: a table's cell, a heading, an item of a list
url        an address of ours in Markdown, with names from elsewhere in it
csv_value  a value for a spreadsheet
xml        the text of an XML document

Sources: GitHub Flavored Markdown Spec ("Backslash escapes", "Autolinks (extension)", "Tables (extension)"); ECMA-48,
control sequences; GitHub Docs, "Workflow commands for GitHub Actions"; XML 1.0, "Characters"; OWASP, "CSV Injection".
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote

from landfall.text import pasted
from landfall.text.later import Later

BLANK = " "
_SEQUENCE = Later(r"\x1b\[[0-?]{0,40}[ -/]{0,4}[@-~]|\x9b[0-?]{0,40}[ -/]{0,4}[@-~]")
"""A control sequence, of which nothing is to be seen: a colour, a movement of the cursor."""
_FILLERS = dict.fromkeys((0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFFA0, *range(0xFFF9, 0xFFFC)))
"""Characters that are letters or marks by their category, and that nobody sees."""
_COMMAND = Later(r"^(\s*):(?=:)|##(?=\w*\[)")
"""What a CI's log takes for a command: `::error::` at the start of a line, `##[group]` and `##vso[…]` anywhere."""
_MARKS = str.maketrans(
    {
        **{each: f"\\{each}" for each in "\\|[]*~$"},
        "<": "&lt;",
        ">": "&gt;",
        "&": "&amp;",
        "`": "'",
        "@": "@<!-- -->",  # neither a person nor a mail address: both are looked for after all escapes are gone
    }
)
_OUTER_UNDERSCORE = Later(r"(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
_SCHEME = Later(r":(?=//)(?!(?<=\bhttps:)//[a-z0-9-]{1,40}\.console\.aws\.amazon\.com/)")
"""What makes an address a link. Those of AWS's console stay: reasons name tasks by them, and they lead nowhere else."""
_WWW = Later(r"(?i)(www)\.")
_BLOCK = Later(r"^\s*(?:([#+=-])|(\d{1,9})([.)]))?")
"""What would begin a heading, a list or an indented block."""
_URL = "%/:?#=&$+,;~!'*-._"
"""Characters that an address keeps. Blanks, brackets, quotation marks and pipes would end it."""
_NO_XML = Later("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_FORMULA = ("=", "+", "-", "@")


def line(text: object) -> str:
    """Return a text as one line of what can be seen. Blanks of any kind and control characters are one blank each."""
    seen = pasted.plain(_SEQUENCE.sub("", str(text))).translate(_FILLERS)
    return "".join(each if pasted.is_text(each) else BLANK for each in seen)


def lines(texts: Iterable[object]) -> str:
    """Return a message of such lines: no text in one of them can begin another."""
    return "\n".join(map(line, texts))


def terminal(text: object) -> str:
    """Return a line for a terminal, or for the log of a CI, which looks for commands in it."""
    return _COMMAND.sub(lambda found: f"{found[0]} ", line(text))


def cell(text: object) -> str:
    """Return a line of Markdown that reads as the text does: no link, picture, emphasis, mention or HTML."""
    told = line(text).translate(_MARKS)
    told = _WWW.sub(r"\1&#46;", _SCHEME.sub("&#58;", _OUTER_UNDERSCORE.sub(r"\\_", told)))
    return _BLOCK.sub(_unblocked, told)


def url(address: str) -> str:
    """Return an address in Markdown; where it is none but a name from elsewhere, that as text."""
    return quote(line(address), safe=_URL) if address.startswith("https://") else cell(address)


def link(words: str, address: str) -> str:
    """Return a link in Markdown to an address of ours; where it is none, that as text."""
    return f"[{cell(words)}]({url(address)})" if address.startswith("https://") else cell(address)


def csv_value(value: object) -> object:
    """Return a value of a table that a spreadsheet may open: a text that begins like a formula gets a `'` before it."""
    if not isinstance(value, str):
        return value
    told = terminal(value)
    return f"'{told}" if told.lstrip().startswith(_FORMULA) else told


def xml(text: object) -> str:
    """Return a text without the characters that no XML document may hold, not even escaped."""
    return _NO_XML.sub("\ufffd", line(text))


def _unblocked(found: re.Match[str]) -> str:
    if found[1]:
        return f"\\{found[1]}"
    return f"{found[2]}\\{found[3]}" if found[2] else ""
