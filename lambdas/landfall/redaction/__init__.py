"""What looks like personal or secret data is taken out of a text before it is stored or sent.

It errs on the side of taking too much: a log line that lost a harmless word still tells its story, one that kept a
card number is an incident. What it can't know is data without a mark of its own: a bare name, a bare number.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from landfall.redaction.kind import OwnKind
from landfall.redaction.kind import Redacts as Redacts
from landfall.text.later import Later

LONGEST = 4000
"""Characters of a text that are looked at. What is beyond is cut off, unseen."""
CUT = " … (cut)"
_ANSI = Later(r"\x1b\[[\d;]{0,20}[A-Za-z]")
"""Colours, which would stand between a label and its value."""


def standard() -> tuple[Redacts, ...]:
    """Return the standard kinds. Their patterns take longer to compile than all of Landfall to load: at first use."""
    from landfall.redaction.kinds import KINDS  # noqa: PLC0415

    return KINDS


@dataclass(frozen=True)
class Redaction:
    """The redaction part of services.toml: kinds that are left alone, and patterns of one's own, by name.

    It holds for logs, reports and notifications. What the state machine itself keeps of reasons and checks is redacted
    by the standard kinds, always.
    """

    off: tuple[str, ...] = ()
    patterns: Mapping[str, str] = field(default_factory=dict)

    @property
    def kinds(self) -> tuple[Redacts, ...]:
        """Return what is redacted: one's own patterns first, since they know more."""
        left = (kind.without(self.off) for kind in standard())
        return (*self._own, *(kind for kind in left if kind))

    @property
    def strictest(self) -> tuple[Redacts, ...]:
        """Return what an execution's history must not hold: one's own patterns, and every standard kind."""
        return (*self._own, *standard())

    @property
    def _own(self) -> tuple[Redacts, ...]:
        return tuple(OwnKind(name, pattern) for name, pattern in self.patterns.items())


def redacted(text: str, kinds: Iterable[Redacts] | None = None) -> str:
    """Return the text without what looks like personal or secret data, of the standard kinds unless told others.

    What was redacted before stays as it is.
    """
    if len(text) > LONGEST:
        text = text[:LONGEST] + CUT
    text = _ANSI.sub("", text)
    for kind in standard() if kinds is None else kinds:
        text = kind.redact(text)
    return text
