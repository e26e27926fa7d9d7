"""What a build says about its commit: time, author, subject, and the commits that it contains.

buildspec.yml writes it into the image's manifest as annotations. The deployed digest covers the manifest, so nobody can
change it later. But the person who builds an image can write anything into it. So it is shown as the build's statement
and is not proof: the service's own answer proves which commit is live.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from landfall import commit
from landfall.redaction import Redacts, redacted
from landfall.text.lazy_pattern import Later

PREFIX = "landfall.commit"
MOST = 500
"""How many ancestors are listed: 20 kB in a manifest, which may have 4 MB (OCI distribution specification)."""
LONGEST_AUTHOR, LONGEST_SUBJECT = 100, 300
WHOLE, CUT, SHALLOW, UNTOLD = "whole", "cut", "shallow", "unknown"
_HISTORIES = {WHOLE, CUT, SHALLOW}
_TIME = Later(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)

Contains = Literal["yes", "no", "unknown"]


@dataclass(frozen=True)
class Told:
    """What an image says about its commit. Times are in UTC, by the author's clock. Empty means not given.

    `ancestors` are the newest ones that Git lists over all parents, at most 500. `history` is "whole" if there are no
    others, "cut" if there are, "shallow" if the history of the built clone ends there, else "unknown".
    """

    sha: str = ""
    time: str = ""
    author: str = ""
    subject: str = ""
    history: str = UNTOLD
    ancestors: tuple[str, ...] = ()

    def contains(self, wanted: str) -> Contains:
        """Say whether `wanted` (7 hex digits or more) is the commit or one of its ancestors.

        If it is not listed, the answer is "no" only if all ancestors are listed.
        """
        if any(commit.same(each, wanted) for each in (self.sha, *self.ancestors) if each):
            return "yes"
        return "no" if self.sha and self.history == WHOLE else "unknown"

    def fields(self, kinds: Iterable[Redacts] | None = None) -> dict[str, str]:
        """Return the fields for a deployment's record, redacted; none if the image says nothing."""
        found = {
            "commit_time": self.time,
            "commit_author": redacted(self.author, kinds),
            "commit_subject": redacted(self.subject, kinds),
            "commit_history": f"{len(self.ancestors)} before it, {self.history}" if self.sha else "",
        }
        return {name: value for name, value in found.items() if value}


NOTHING = Told()


def read(manifest: Mapping[str, Any], git_sha: str) -> Told:
    """Read a manifest's annotations. They are ignored if they are malformed or name another commit than the image."""
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
    """Return the annotations. This is the inverse of `read`."""
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
