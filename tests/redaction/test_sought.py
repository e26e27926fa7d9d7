"""What is looked for only where certain words stand is found wherever it is."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from landfall.redaction import sought
from landfall.redaction.kind import Kind
from landfall.redaction.standard_kinds import KINDS
from landfall.smoke import leaks
from tests.redaction.measure import bare, entries
from tests.redaction.seen import SEEN

LOOKS = [look for looks in leaks.KINDS.values() for look in looks]
TEXTS = [
    bare(entry.get("text") or entry.get("body") or entry.get("line") or "") for path in SEEN for entry in entries(path)
]


def test_a_look_needs_no_more_than_its_pattern() -> None:
    """Else an error's body would leak, and nobody would see why: the words stand in all that the pattern matches."""
    bodies = [text for path in SEEN for entry in entries(path) if "body" in entry for text in (entry["body"],)]
    for look in LOOKS:
        pattern = re.compile(look.pattern)
        assert [text for text in bodies if pattern.search(text) and not sought.holds(text, look.needs)] == [], look


def test_a_pattern_that_is_nothing_but_words_is_found_in_them() -> None:
    """Where nobody says what a look needs it is the pattern itself, which must be no more than words then."""
    plain = [each for each in LOOKS if sought.look(each.pattern) == each]
    assert [each for each in plain if not re.search(each.pattern, each.needs[0], re.IGNORECASE)] == []


def test_kinds_need_no_more_than_their_patterns() -> None:
    """Words that a kind needs, and where it begins, save time alone: without them it finds the same."""
    # many words stand together in a text of many lines
    texts = ["\n".join(TEXTS[at : at + 12]) for at in range(0, len(TEXTS), 72)]
    for kind in KINDS:
        if isinstance(kind, Kind) and (kind.needs or kind.begins):
            slow = replace(kind, needs=(), begins=frozenset())
            assert [kind.redact(text) for text in texts] == [slow.redact(text) for text in texts], kind.pattern.pattern


@pytest.mark.parametrize("text", ["\u0130D", "\u0131d", "\u017fecret", "\u212aey"])
def test_letters_that_the_matcher_takes_for_others_are_folded(text: str) -> None:
    """A word is found in any case in which the pattern would find it."""
    assert re.search("(?i)id|secret|key", text)
    assert sought.holds(text, ("id", "secret", "key"))
    assert len(sought.folded(text)) == len(text)
