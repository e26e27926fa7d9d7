"""Somebody's own pattern, searched for in time that grows with the text alone.

RE2 builds an automaton and never goes back in the text, so no pattern can make it hang; the price is that it has no
look-around and no back-references (https://github.com/google/re2/wiki/Syntax). What it can't do it refuses when the
pattern is compiled: at synth, where the settings are read.
"""

from __future__ import annotations

_WAY_OUT = "it is searched for by RE2, which has no look-around, no back-references and no repetition above 1000"


class PatternRefused(ValueError):
    """RE2 does not take a pattern: carries RE2's own words."""


class Linear:
    """One pattern. Raises PatternRefused where RE2 does not take it."""

    def __init__(self, pattern: str) -> None:
        import re2  # noqa: PLC0415  a compiled library is loaded where a service has a pattern of its own, and only there

        options = re2.Options()
        options.log_errors = False  # the error is raised; RE2 would also write it to stderr
        try:
            self._compiled = re2.compile(pattern, options)
        except re2.error as error:
            words = b"".join(error.args).decode("utf-8", "replace")
            raise PatternRefused(f"{words}; {_WAY_OUT}") from error

    def found_in(self, text: str) -> bool:
        """Say whether it is found anywhere in a text."""
        return self._compiled.search(_whole(text)) is not None

    def replaced(self, text: str, by: str) -> str:
        """Return the text with `by` in the place of whatever it finds."""
        return str(self._compiled.sub(lambda _: by, _whole(text)))


def _whole(text: str) -> str:
    """Half a character, which a service's JSON can hold and UTF-8 can't, becomes a question mark."""
    return text.encode("utf-8", "replace").decode()
