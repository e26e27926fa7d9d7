"""The after-check settings of services.toml: [services.<name>.after], a Lambda function that decides last."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

SHARE = 20
"""The next call comes after a twentieth of the time since the first one."""
LONGEST_WAIT = 30
LONGEST_ASKED_WAIT = 300
"""Seconds that the function itself may ask Landfall to wait before the next call."""
CALL_SECONDS = 840
"""How long Landfall waits for one answer. Lambda ends a function after 900 s at most (Lambda quotas). The step is a
function itself, and records the answer after it has come."""
MOST_SECONDS = 6 * 3600
"""An execution has at most 25,000 events (Step Functions quotas), and a call takes nine."""
SPARE_LOOKS = 5
"""Looks that make no call, because an answer was lost or the end is near."""

Undecided = Literal["rollback", "accept"]


@dataclass(frozen=True)
class AfterCheck:
    """The function that is called after all proofs have passed, and what to do if it does not answer.

    `function`: its name or ARN, with an alias or a version. `seconds`: how long it may take to give an answer, every
    call counted. `undecided`: what to do with the release if there is no answer by then.
    """

    function: str
    seconds: int = 300
    undecided: Undecided = "rollback"

    @property
    def longest_seconds(self) -> int:
        """Return how long the after-check can take: the last call may begin right before its end."""
        return self.seconds + 60


def pause(lasted: int, poll: int) -> int:
    """Return how many seconds to wait for the next call, by how long ago the first call was."""
    return max(poll, min(lasted // SHARE, LONGEST_WAIT))


def looks(seconds: int, poll: int) -> int:
    """Return how many looks an after-check of this many seconds takes; 0 without an after-check."""
    if not seconds:
        return 0
    lasted = count = 0
    while lasted < seconds:
        lasted += pause(lasted, poll)
        count += 1
    return count + SPARE_LOOKS


def function_and_qualifier(name: str) -> tuple[str, str]:
    """Split a function's name or ARN from its alias or version, which may be empty."""
    parts = name.split(":")
    at = 7 if name.startswith("arn:") else 1
    return ":".join(parts[:at]), "".join(parts[at:])
