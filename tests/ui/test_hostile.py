"""Whatever people, services and Git say: on each page it changes the text and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import pytest

from cli.ui import rendering
from cli.ui.reading.alarms import Alarm, Alarms
from cli.ui.reading.delivery import Delivered
from cli.ui.reading.difference import Compared
from cli.ui.reading.history import Found, Wanted
from cli.ui.reading.live import Column
from cli.ui.site import PAGES
from cli.ui.views import delivery, difference, history, needs
from landfall.dora.figures import Window
from landfall.images.commit_details import WHOLE, Told
from landfall.ledger.deployment_difference import Known, difference_of
from tests.support import builders as b
from tests.ui.evil import EVIL

Values = dict[str, Any]
UNSEEN = "\x1b\x00\u202e\u202c\u2066\u2069\u200f"
WORDS = "words"


class Read(HTMLParser):
    """Reads a page: its elements with the names of their attributes, and its links."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, tuple[str, ...]]] = []
        self.links: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.elements.append((tag, tuple(name for name, _ in attrs)))
        self.links += [str(value) for name, value in attrs if name in ("href", "src", "action")]


def record(said: str, number: int, **changes: Any) -> Values:
    """Return a record of which everybody's words are these."""
    began = b.NOW + timedelta(minutes=number)
    times = {"started_at": began.isoformat(), "ended_at": (began + timedelta(minutes=2)).isoformat()}
    named = dict.fromkeys(("service", "why", "commit_subject", "asked_by", "code", "git_sha", "task_definition"), said)
    return {"deployment_id": f"{number}{said}", "outcome": "ROLLED_BACK", **named, **times, **changes}


def of_history(said: str) -> Values:
    """Return what the page of the history shows."""
    found = [Found(said, (record(said, 1), record(said, 2)), 2, "", said)]
    values = {"pages_read": found, "wanted": Wanted(*[said] * 6), "services": [said], "outcomes": [said]}
    return {"lines": history.lines(found, ""), "several": True, "said": said, "older": "", **values}


def of_delivery(said: str) -> Values:
    """Return what the page of delivery shows."""
    window = Window(b.NOW - timedelta(days=1), b.NOW + timedelta(days=1))
    found = Delivered(said, window, window.since, (record(said, 1), record(said, 2, outcome="SUCCEEDED")), 2)
    lists = {"environments": [said, "other"], "services": [said], "service": said, "times": ("7",), "days": "7"}
    return {"found": found, "page": delivery.page(found), "options": said, **lists}


def of_difference(said: str) -> Values:
    """Return what the page of a difference shows."""

    def known(number: int) -> Known:
        template = {"containerDefinitions": [{"name": said, "image": f"{said}{number}", "environment": []}]}
        timeline = [{"state": said, "seconds": 1.0}]
        return Known(
            record(said, number),
            Told(f"{number}" * 40, subject=said, history=WHOLE),
            None,
            (template, {}),
            {"timeline": timeline},
        )

    one, other = known(1), known(2)
    differ = difference_of(one, other)
    a, b = str(one.record["deployment_id"]), str(other.record["deployment_id"])
    found = Compared(said, said, a, b, differ, (one.record, other.record))
    return {"found": found, "page": difference.page(found)}


def of_live(said: str) -> Values:
    """Return what the first page shows, as far as alarms say it."""
    fired = Alarms((Alarm(said, b.NOW, said),), {said: (Alarm(said, None, said),)}, said)
    column = Column(said, b.NOW, alarms=fired)
    texts = {"headline": said, "lede": said, "unread": [(said, said)], "columns": [said], "rows": []}
    return {"needs": needs.of([column], [said]), "page": 1, "more": 0, "every": 3, **texts}


MADE: Mapping[str, tuple[str, Callable[[str], Values]]] = {
    "history": ("history.html.j2", of_history),
    "delivery": ("delivery.html.j2", of_delivery),
    "difference": ("difference.html.j2", of_difference),
    "live": ("live.html.j2", of_live),
}


@pytest.mark.parametrize("name", MADE)
def test_a_page_has_the_same_elements_whatever_they_say(name: str) -> None:
    """HTML, control sequences, Markdown and marks of direction add no element, no attribute and no link elsewhere."""
    template, made = MADE[name]

    def page(said: str) -> str:
        common = {"pages": PAGES, "here": "", "at": b.NOW, "seen": ""}
        return rendering.page(template, "/token", {**common, **made(said)})

    text = page(EVIL)
    assert "alert(1)" in text
    assert not set(text) & set(UNSEEN)
    assert Read(text).elements == Read(page(WORDS)).elements
    assert all(link.startswith(("/token/", "#main")) for link in Read(text).links)
