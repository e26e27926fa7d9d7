"""What a build says of its commit: when it was made, by whom, what for, and which commits it contains.

buildspec.yml writes it into the image's manifest, as annotations, and the digest that is deployed is that of the
manifest. So nobody can change it later; but who builds an image can say what they like in it. It is shown as told, and
proves nothing: which commit is live is what the service itself answers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from landfall import commit
from landfall.redaction import Redacts, redacted
from landfall.text.later import Later

PREFIX = "landfall.commit"
MOST = 500
"""Ancestors that are told of: 20 kB in a manifest, which may have 4 MB (OCI distribution specification)."""
LONGEST_AUTHOR, LONGEST_SUBJECT = 100, 300
WHOLE, CUT, SHALLOW, UNTOLD = "whole", "cut", "shallow", "unknown"
_HISTORIES = {WHOLE, CUT, SHALLOW}
_TIME = Later(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)

Contains = Literal["yes", "no", "unknown"]


@dataclass(frozen=True)
class Told:
    """What an image says of its commit. Times are in UTC, by the clock of who made the commit; empty is not told.

    `ancestors` are those that Git lists first, over all parents: the youngest, 500 at most. `history` is "whole" where
    there are no others, "cut" where there are, "shallow" where the clone that was built ended there, else "unknown".
    """

    sha: str = ""
    time: str = ""
    author: str = ""
    subject: str = ""
    history: str = UNTOLD
    ancestors: tuple[str, ...] = ()

    def contains(self, wanted: str) -> Contains:
        """Say whether the commit, or one before it, is the one that is named, by 7 hex digits or more.

        What is not listed is not there only where all are listed.
        """
        if any(commit.same(each, wanted) for each in (self.sha, *self.ancestors) if each):
            return "yes"
        return "no" if self.sha and self.history == WHOLE else "unknown"

    def fields(self, kinds: Iterable[Redacts] | None = None) -> dict[str, str]:
        """Return what a deployment's record keeps of it, redacted: nothing where nothing was told."""
        found = {
            "commit_time": self.time,
            "commit_author": redacted(self.author, kinds),
            "commit_subject": redacted(self.subject, kinds),
            "commit_history": f"{len(self.ancestors)} before it, {self.history}" if self.sha else "",
        }
        return {name: value for name, value in found.items() if value}


NOTHING = Told()


def read(manifest: Mapping[str, Any], git_sha: str) -> Told:
    """Read a manifest's annotations; nothing is told by one that tells of another commit than the image's, or oddly."""
    said = manifest.get("annotations")
    if not isinstance(said, Mapping):
        return NOTHING
    sha = str(said.get(PREFIX, ""))
    if not (commit.FULL.fullmatch(sha) and commit.same(sha, git_sha)):
        return NOTHING
    time, history = _of(said, "time"), _of(said, "history")
    ancestors = tuple(_of(said, "ancestors").split())
    if history not in _HISTORIES or not all(map(commit.FULL.fullmatch, ancestors)):
        history, ancestors = UNTOLD, ()
    if len(ancestors) > MOST:
        history, ancestors = CUT, ancestors[:MOST]
    return Told(
        sha=sha,
        time=time if _TIME.fullmatch(time) else "",
        author=_of(said, "author")[:LONGEST_AUTHOR],
        subject=_of(said, "subject")[:LONGEST_SUBJECT],
        history=history,
        ancestors=ancestors,
    )


def as_annotations(told: Told) -> dict[str, str]:
    """Return the annotations that say it: the inverse of `read`."""
    return {
        PREFIX: told.sha,
        f"{PREFIX}.time": told.time,
        f"{PREFIX}.author": told.author,
        f"{PREFIX}.subject": told.subject,
        f"{PREFIX}.history": told.history,
        f"{PREFIX}.ancestors": " ".join(told.ancestors),
    }


def _of(said: Mapping[str, Any], name: str) -> str:
    return str(said.get(f"{PREFIX}.{name}", "")).strip()
