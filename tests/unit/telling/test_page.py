"""The report as a page: whatever the outcome it tells the story, and nobody's words can run, load or link there."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from landfall import chain
from landfall.abort.aborted import Aborted
from landfall.ledger import deployment_record
from landfall.ledger.execution_history import Entry
from landfall.logs.task_logs import Line
from landfall.model import UNKNOWN, Outcome
from landfall.proof.observed import Look
from landfall.smoke.case import Check
from landfall.telling.report import Report, Seen, page, page_picture, report
from tests.support import builders as b
from tests.support.endings import ENDINGS
from tests.unit.telling.reports import SEEN, made

RECORD = {chain.SEQUENCE: 118, chain.HASH: "c" * 64, chain.SIGNATURE: "signature"}
EVIL = (
    '<script>alert(1)</script><img src=x onerror="alert(1)"><a href="javascript:alert(1)">x</a></style></pre></title>'
    "[pay](https://example.org) ![x](https://example.org/p.png) `**bold**` \x1b[31mred\x1b]8;;https://example.org\x07"
    "\u202egnp.exe\u202c\u2066hidden\u2069\u200f {{ 7*7 }} {% raw %} &lt;b&gt; ' \" \\ \x00"
)
ALLOWED = {
    "html", "head", "meta", "title", "style", "body", "header", "main", "footer", "b", "span", "p", "h1", "h2", "bdi",
    "ul", "li", "div", "svg", "rect", "table", "thead", "tbody", "tr", "th", "td", "pre", "a",
}  # fmt: skip
ATTRIBUTES = {
    "lang", "charset", "http-equiv", "content", "name", "class", "role", "aria-label", "aria-hidden", "scope", "href",
    "rel", "x", "y", "width", "height", "rx", "data-label",
}  # fmt: skip


class Read(HTMLParser):
    """Reads a page: its elements, its attributes, its links, and the text that people see."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.text: list[str] = []
        self._in: str = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.elements.append(tag)
        self._in = tag
        self.attributes |= {name for name, _ in attrs}
        self.links += [str(value) for name, value in attrs if name in ("href", "src")]

    def handle_endtag(self, tag: str) -> None:
        """Note that an element ended."""
        self._in = "" if tag == self._in else self._in

    def handle_data(self, data: str) -> None:
        """Note a text."""
        if self._in != "style":
            self.text.append(data)

    @property
    def seen(self) -> str:
        """Return what people see."""
        return " ".join(" ".join(self.text).split())


def shown(told: Report, record: dict[str, Any] | None = None) -> Read:
    """Return the page of a report, read."""
    return Read(page.html(told, RECORD if record is None else record))


def said(text: str, outcome: Outcome = Outcome.ROLLED_BACK) -> Report:
    """Return a report in which everybody says this: the service, its log, AWS, who asked, who aborted, Git."""
    ended = replace(ENDINGS[outcome], checks=(Check(text, "PASS", text, text),))
    asked = b.asked(by=text, via=text, reason=text, build=text)
    release = replace(
        ended.release, reason=text, came=text, requested_by=text, asked=asked, asked_too=(text,), git_sha=text
    )
    failure = replace(ended.failure, reason=text, state=text, code=text) if ended.failure else None
    baseline = replace(ended.baseline, warnings=(text,), restores=text) if ended.baseline else None
    ended = replace(ended, release=release, failure=failure, baseline=baseline, abort=Aborted(text, text, text, text))
    stopped = b.task(2, arn=text, last_status="STOPPED", stopped_reason=text)
    look = Look(b.service(arn=text), (b.task(1), stopped), (b.target(1, state=text, reason=text),))
    entry = Entry(b.NOW, text, 1.5, 2, "FAIL", text, text)
    seen = replace(SEEN, look=look, history=(entry,), unread=(text,))
    seen = replace(seen, logs=replace(SEEN.logs, read=text, last=(Line(b.NOW, text, text),)))
    return report(ended, deployment_record.closed(ended, b.NOW), seen)


@pytest.mark.parametrize("outcome", Outcome)
@pytest.mark.parametrize("seen", [SEEN, Seen(unread=("the service: AWS was too slow",))], ids=["all", "nothing"])
def test_the_story(outcome: Outcome, seen: Seen) -> None:
    """Every outcome tells what happened, why and what next, and what could not be read."""
    told = made(outcome, seen)
    text = shown(told).seen
    for part in (told.what_next, b.SHA[:7], b.DIGEST, b.SHA, "5 of 5 answers", "record 118 of sample", *seen.unread):
        assert part in text
    assert text.index(told.what_next) < text.index("Smoke checks") < text.index("From the commit")


@pytest.mark.parametrize("outcome", Outcome)
def test_it_runs_nothing_and_loads_nothing(outcome: Outcome) -> None:
    """Only known elements, links to AWS's console alone, and a policy that allows the one style sheet by its hash."""
    text = page.html(made(outcome), RECORD)
    read = Read(text)
    assert set(read.elements) <= ALLOWED
    assert read.attributes <= ATTRIBUTES
    assert read.links
    assert all(link.startswith("https://us-east-1.console.aws.amazon.com/") for link in read.links)
    (style,) = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    allowed = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{allowed}'; base-uri 'none'; form-action 'none'" in text
    assert not re.search(r"url\(|@import|expression", style)


def elements(text: str, outcome: Outcome) -> list[str]:
    """Return the elements of the page in which everybody says this."""
    return shown(said(text, outcome)).elements


@pytest.mark.parametrize("outcome", [Outcome.ROLLED_BACK, Outcome.REJECTED, Outcome.SUCCEEDED])
def test_nobody_s_words_are_more_than_text(outcome: Outcome) -> None:
    """HTML, Markdown, control sequences, templates and marks of direction change the text and nothing else."""
    text = page.html(said(EVIL, outcome), RECORD)
    read = Read(text)
    assert set(read.elements) <= ALLOWED
    assert read.attributes <= ATTRIBUTES
    assert read.elements == elements("words", outcome)
    assert all(link.startswith("https://us-east-1.console.aws.amazon.com/") for link in read.links)
    assert not set(text) & set("\x00\x1b\x07\u202e\u202c\u2066\u2069\u200f")
    assert "<script>alert(1)</script>" in read.seen
    assert "{{ 7*7 }}" in read.seen


@settings(max_examples=30)
@given(st.text(alphabet=st.sampled_from("<>&\"'/ab={}%`[]()\n\x1b\u202e\u2028\ud83d é"), max_size=30))
def test_whatever_somebody_says(text: str) -> None:
    """No text adds an element, and the page can always be written as UTF-8."""
    told = page.html(said(f"x{text}"), RECORD)
    assert Read(told).elements == elements("words", Outcome.ROLLED_BACK)
    told.encode()


def test_no_link_of_somebody_else() -> None:
    """An ARN or an address that is not AWS's console's is text, even if it looks like one."""
    for address in ("javascript:alert(1)", "https://console.aws.amazon.com.example.org/", "https://x.example/\u202e"):
        told = replace(made(Outcome.SUCCEEDED), links={"execution": address})
        links = shown(told).links
        assert address not in links
    assert all("console.aws.amazon.com/" in link for link in shown(made(Outcome.SUCCEEDED)).links)


def test_a_rejected_one_says_what_was_asked() -> None:
    """By the commit, by the image, or by what came; also in the title of the tab."""
    ended = ENDINGS[Outcome.REJECTED]
    asked = {
        "Release aaaaaaa was refused": {},
        "Release 111111111111 of an unknown commit was refused": {"git_sha": UNKNOWN},
        "A request that can't be read ({'tag': 'x'}) was refused": {
            "git_sha": UNKNOWN,
            "image_digest": UNKNOWN,
            "came": "{'tag': 'x'}",
        },
        "A request to release sample was refused": {"git_sha": UNKNOWN, "image_digest": UNKNOWN},
    }
    for title, changes in asked.items():
        one = replace(ended, release=replace(ended.release, **changes))  # type: ignore[arg-type]
        text = shown(report(one, deployment_record.closed(one, b.NOW), Seen())).seen
        assert text.startswith(f"sample: {title}")
        assert f"{title}. The service was not changed." in text


def test_the_picture_adds_up() -> None:
    """Each state's part of the picture is its part of the time, and the seconds under it are all seconds."""
    history = tuple(
        Entry(b.NOW + timedelta(seconds=at), state, took, answer=answer)
        for at, state, took, answer in (
            (0, "Preflight", 5.0, "PASS"),
            (5, "CheckStability", 20.0, "FAIL"),
            (25, "Rollback", 25.0, "WAIT"),
        )
    )
    text = page.html(made(Outcome.ROLLED_BACK, replace(SEEN, history=history)), RECORD)
    widths = re.findall(r'<rect class="(\w+)" x="([\d.]+)%" y="0" width="([\d.]+)%"', text)
    assert [(kind, float(x), round(float(width))) for kind, x, width in widths] == [
        ("good", 0.0, 10),
        ("bad", 10.0, 40),
        ("back", 50.0, 50),
    ]
    for part in ("forward 5.0 s", "found the failure 20.0 s", "the way back 25.0 s", "Where the 50.0 s before"):
        assert part in text


def test_closing_is_neither_the_way_forward_nor_the_way_back() -> None:
    """A report or a message takes its own time, whatever it tells of; one that fails is a failure."""
    states = (
        ("Preflight", ""),
        ("ReportRolledBack", "PASS"),
        ("NotifyRollback", ""),
        ("Finish", ""),
        ("Report", "ERROR"),
    )
    timeline = [Entry(b.NOW + timedelta(seconds=n), state, 1.0, answer=a) for n, (state, a) in enumerate(states)]
    assert [each.kind for each in page_picture.steps(timeline)] == ["good", "rest", "rest", "rest", "bad"]
    told = dict(page_picture.key(timeline))
    assert told == {"good": "forward 1.0 s", "bad": "found the failure 1.0 s", "rest": "closing 3.0 s"}


def test_short_names_in_the_story_and_whole_ones_behind_it() -> None:
    """A sentence names commits, digests and tasks shortly; the tables have the whole."""
    why = f"task definition arn:aws:ecs:us-east-1:123456789012:task-definition/sample:4 runs {b.DIGEST} of {b.SHA}"
    ended = ENDINGS[Outcome.ROLLED_BACK]
    assert ended.failure
    ended = replace(ended, failure=replace(ended.failure, reason=why))
    text = shown(report(ended, deployment_record.closed(ended, b.NOW), SEEN)).seen
    assert "task definition sample:4 runs sha256:111111111111 of aaaaaaa" in text
    assert b.DIGEST in text


def test_its_name_is_its_hash() -> None:
    """Who is handed the file can see whether a byte of it was changed."""
    text = page.html(made(Outcome.SUCCEEDED), RECORD)
    assert page.name_of(text) == f"report-{hashlib.sha256(text.encode()).hexdigest()}.html"


@pytest.mark.parametrize("record", [{}, {"sequence": "x", "hash": None}, RECORD])
def test_a_record_without_a_place(record: dict[str, Any]) -> None:
    """A record from before there were chains, or one that somebody damaged, has a page too."""
    assert "sample" in shown(made(Outcome.SUCCEEDED), record).seen
