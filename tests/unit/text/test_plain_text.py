"""What people paste into a reason: made plain, kept readable, and never something that looks like another text."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landfall.errors import InvalidRequest
from landfall.intake import request
from landfall.intake.request import Request
from landfall.text import plain_text
from tests.support import builders as b

SETTINGS = b.settings()
FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
ENGLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"
PASTED = {
    "a no-break space": ("hot\u00a0fix", "hot fix"),
    "a narrow no-break space, as French has it": ("vite\u202f!", "vite !"),
    "thin and ideographic spaces": ("a\u2009b\u3000c\u2003d", "a b c d"),
    "a joined emoji": (f"done {FAMILY}", f"done {FAMILY}"),
    "a skin tone and a job": ("\U0001f469\U0001f3fd\u200d\U0001f4bb", "\U0001f469\U0001f3fd\u200d\U0001f4bb"),
    "a heart on fire": ("\u2764\ufe0f\u200d\U0001f525", "\u2764\ufe0f\u200d\U0001f525"),
    "a variation selector": ("\u26a0\ufe0f hot", "\u26a0\ufe0f hot"),
    "a keycap": ("1\ufe0f\u20e3", "1\ufe0f\u20e3"),
    "a flag made of tags": (f"for {ENGLAND}", f"for {ENGLAND}"),
    "tags that can't be seen": ("go\U000e0068\U000e0069", "go"),
    "Persian, which needs a non-joiner": ("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",) * 2,
    "Hindi, which needs a joiner": ("\u0915\u094d\u200d\u0937",) * 2,
    "joiners at both ends": ("\u200dhot fix\u200d", "hot fix"),
    "a joiner between letters": ("pass\u200dword", "password"),
    "a soft hyphen and zero-width blanks": ("ro\u00adll\u200bba\u2060ck\ufeff", "rollback"),
    "overrides": ("\u202egnp.exe\u202c", "gnp.exe"),
    "isolates, as a chat copies a name": ("by \u2068ann\u2069", "by ann"),
    "direction marks": ("\u200fabc\u200e", "abc"),
    "a non-breaking hyphen": ("e\u2011mail", "e\u2011mail"),
    "a sign of Arabic that is seen": ("\u06001", "\u06001"),
    "an emoji newer than this Python": ("\U0001fadf ok", "\U0001fadf ok"),
    "a sign of a font's own": ("\uf8ff ok", "\uf8ff ok"),
    "a tab, out of a table": ("JIRA-1\thot fix", "JIRA-1 hot fix"),
    "a line break at the end, out of a file": ("\ufeffhot fix\r\n", "hot fix"),
    "quotes and dashes": ("\u201cit\u2019s\u201d \u2013 fine\u2026",) * 2,
}


@pytest.mark.parametrize(("given_text", "expected"), PASTED.values(), ids=PASTED)
def test_what_people_paste_is_taken(given_text: str, expected: str) -> None:
    """A reason is for people: it is never refused for what a chat or a page put into it."""
    asked = {"service": "sample", "image_tag": b.SHA, "reason": given_text, "requested_by": given_text}
    wanted = request.read(asked, SETTINGS)
    assert isinstance(wanted, Request)
    assert (wanted.reason, wanted.requested_by) == (expected, expected)


@pytest.mark.parametrize("text", ["a\nb", "a\r\nb", "a\x00b", "a\x1b[31mb", "a\x85b", "a\u2028b", "a\u2029b"])
def test_what_breaks_a_line_is_refused(text: str) -> None:
    """A control character or a line break could forge a line of a report."""
    with pytest.raises(InvalidRequest, match="reason"):
        request.read({"service": "sample", "image_tag": b.SHA, "reason": text}, SETTINGS)


def test_length_counts_what_is_kept() -> None:
    """200 characters after what can't be seen is gone."""
    good = {"service": "sample", "image_tag": b.SHA}
    assert isinstance(request.read({**good, "reason": "a\u200b" * 200}, SETTINGS), Request)
    with pytest.raises(InvalidRequest, match="201"):
        request.read({**good, "reason": "a\u200b" * 201}, SETTINGS)


@pytest.mark.parametrize("field", ["service", "image_tag", "deployment_id"])
def test_names_are_not_made_plain(field: str) -> None:
    """A service that is called almost the same is another."""
    with pytest.raises(InvalidRequest):
        request.read({"service": "sample", "image_tag": b.SHA, field: "sam\u200bple"}, SETTINGS)


@given(st.text())
def test_nothing_is_left_that_turns_a_text_round(text: str) -> None:
    """No direction control survives, and what is plain stays as it is."""
    once = plain_text.plain(text)
    assert not any(unicodedata.bidirectional(each) in ("RLO", "LRO", "RLE", "LRE", "PDF") for each in once)
    assert not any("\u2066" <= each <= "\u2069" for each in once)
    assert plain_text.plain(once) == once
