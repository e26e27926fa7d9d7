"""Removes what looks like personal or secret data from a text before it is stored or sent.

It rather removes too much: a log line without a harmless word is still useful, but a log line with a card number is an
incident. It can't recognise data without a form or label of its own: a bare name, a bare number.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from landfall.redaction.kind import OwnKind, Standard
from landfall.redaction.kind import Redacts as Redacts
from landfall.text.lazy_pattern import Later

LONGEST = 4000
"""How many characters of a text are searched. The rest is cut off."""
CUT = " … (cut)"
_ANSI = Later(r"\x1b\[[\d;]{0,20}[A-Za-z]")
"""Colour codes, which could stand between a label and its value."""


def standard() -> tuple[Standard, ...]:
    """Return the standard kinds.

    They are made at first use, since compiling them takes longer than loading Landfall.
    """
    from landfall.redaction.standard_kinds import KINDS  # noqa: PLC0415

    return KINDS


@dataclass(frozen=True)
class Redaction:
    """The redaction settings of services.toml: kinds that are switched off, and your own patterns, by name.

    They apply to logs, reports and notifications. Reasons and checks in the state machine's history are always redacted
    by the standard kinds.
    """

    off: tuple[str, ...] = ()
    patterns: Mapping[str, str] = field(default_factory=dict)

    @property
    def kinds(self) -> tuple[Redacts, ...]:
        """Return the kinds to redact: your own patterns first, since they are more exact."""
        left = (kind.without(self.off) for kind in standard())
        return (*self._own, *(kind for kind in left if kind))

    @property
    def strictest(self) -> tuple[Redacts, ...]:
        """Return the kinds to redact in an execution's history: your own patterns, and every standard kind."""
        return (*self._own, *standard())

    @property
    def _own(self) -> tuple[Redacts, ...]:
        return tuple(OwnKind(name, pattern) for name, pattern in self.patterns.items())


def redacted(text: str, kinds: Iterable[Redacts] | None = None) -> str:
    """Return the text without what looks like personal or secret data. `kinds` are the standard ones by default.

    Text that was redacted before stays as it is.
    """
    if len(text) > LONGEST:
        text = text[:LONGEST] + CUT
    return _redacted(text, kinds) if kinds is not None else _by_standard(text)


@lru_cache(maxsize=256)
def _by_standard(text: str) -> str:
    """Redact by the standard kinds. Deployments say the same text many times, as it goes from step to step."""
    return _redacted(text, standard())


def _redacted(text: str, kinds: Iterable[Redacts]) -> str:
    text = _ANSI.sub("", text)
    for kind in kinds:
        text = kind.redact(text)
    return text
