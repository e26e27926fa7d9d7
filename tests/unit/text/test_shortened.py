"""A shortened text fits, and shows that it was shortened."""

from __future__ import annotations

import pytest

from landfall.text.shortened import shortened


@pytest.mark.parametrize(("text", "shown"), [("", ""), ("abc", "abc"), ("abcd", "ab…"), ("abcdefgh", "ab…")])
def test_shortened(text: str, shown: str) -> None:
    """A text that fits is left alone."""
    assert shortened(text, 3) == shown
