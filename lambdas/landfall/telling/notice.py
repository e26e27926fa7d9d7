"""A notice: a message to people, with attributes that subscribers can filter by. The topic (SNS) sends it.

deployment_notice, build_notice and finding_notice each make one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from landfall.naming import SUBJECT_LIMIT
from landfall.text import foreign


class Severity(StrEnum):
    """Whether somebody must come at once, should read it, or merely may."""

    PAGE = "page"
    NOTICE = "notice"
    INFO = "info"


@dataclass(frozen=True)
class Notice:
    """A message. `outcome` and `code` are for programs; `more` are further attributes."""

    title: str
    lines: tuple[str, ...]
    outcome: str
    service: str
    severity: Severity
    code: str
    more: Mapping[str, str] = field(default_factory=dict)

    @property
    def subject(self) -> str:
        """Return the subject in the form for SNS: less than 100 printable ASCII characters (API reference, Publish)."""
        return foreign.line(f"Landfall: {self.title}").encode("ascii", "replace").decode()[:SUBJECT_LIMIT]

    @property
    def text(self) -> str:
        """Return the text. Text from outside can't break a line in it."""
        return foreign.lines(self.lines)

    @property
    def attributes(self) -> dict[str, str]:
        """Return the attributes that subscribers can filter by: the same names in every notice, and `more`."""
        own = {"outcome": self.outcome, "service": self.service, "severity": self.severity.value, "code": self.code}
        return {**own, **self.more}
