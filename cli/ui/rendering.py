"""Turns a page into HTML. A template inserts every value as text: the value can't run and can't be a link.

Every value goes through landfall.text.foreign and is then escaped. Addresses are made here, from our own parts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from cli.ui.views import page_words
from landfall import console
from landfall.text import foreign

HERE = Path(__file__).parent
_CONSOLE = re.compile(r"https://[a-z0-9-]{1,40}\.console\.aws\.amazon\.com/[^\s\"'<>]*")


def page(template: str, root: str, values: Mapping[str, Any]) -> str:
    """Return a page. `root` is the path that all addresses begin with."""
    return _TEMPLATES.get_template(template).render(root=root, **values)


def _shown(value: Any) -> Any:
    return value if isinstance(value, Markup) else foreign.line(value)


def segment(text: object) -> Markup:
    """Return a foreign name as one part of an address."""
    return Markup(quote(str(text), safe=""))  # noqa: S704 - quote leaves nothing that HTML reads


def _execution(arn: str) -> str:
    """Return the console's address of an execution; empty if the text is not an execution's ARN."""
    found = console.execution(arn)
    return found if _CONSOLE.fullmatch(found) else ""


def _clock(at: datetime | str) -> str:
    return page_words.clock(at)


_TEMPLATES = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    finalize=_shown,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.filters.update(
    segment=segment,
    console=_execution,
    clock=_clock,
    short=page_words.short,
    seconds=page_words.seconds,
    reason=page_words.reason,
    tail=page_words.tail,
)
