"""Searches for a user's pattern in time that is linear in the length of the text.

RE2 builds an automaton and never goes back in the text, so no pattern can make it hang. The price is that it has
neither look-around nor back-references (https://github.com/google/re2/wiki/Syntax). It refuses such a pattern when it
is compiled: at synth, when the settings are read.
"""

from __future__ import annotations

_WAY_OUT = "patterns use RE2, which has no look-around, no back-references and no repetition above 1000"


class PatternRefused(ValueError):
    """RE2 refuses a pattern. The message is RE2's."""


class Linear:
    """One pattern. Raises PatternRefused if RE2 refuses it."""

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
        """Say whether the pattern matches anywhere in a text."""
        return self._compiled.search(_whole(text)) is not None

    def replaced(self, text: str, by: str) -> str:
        """Return the text with every match replaced by `by`."""
        return str(self._compiled.sub(lambda _: by, _whole(text)))


def _whole(text: str) -> str:
    """Replace half of a surrogate pair by a question mark: JSON can hold it, but UTF-8 can't."""
    return text.encode("utf-8", "replace").decode()
