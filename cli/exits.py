"""The command's exit codes, for scripts and CI."""

from __future__ import annotations

from enum import IntEnum

from landfall.errors import LandfallError
from landfall.model import Outcome


class Exit(IntEnum):
    """An exit code. 0 to 5 are outcomes of deployments.

    1 is also a check that found something wrong, for the verbs that check (FAILED is the same code). 2 is also every
    refusal before anything was touched, and every usage error.
    """

    LIVE = 0
    ROLLED_BACK = 1
    FAILED = 1
    REFUSED = 2
    ROLLBACK_FAILED = 3
    SUPERSEDED = 4
    NO_BASELINE = 5
    UNKNOWN = 6
    INTERRUPTED = 130


OF_OUTCOME = {
    Outcome.SUCCEEDED: Exit.LIVE,
    Outcome.NO_CHANGE: Exit.LIVE,
    Outcome.SKIPPED: Exit.LIVE,
    Outcome.ROLLED_BACK: Exit.ROLLED_BACK,
    Outcome.REJECTED: Exit.REFUSED,
    Outcome.ROLLBACK_FAILED: Exit.ROLLBACK_FAILED,
    Outcome.SUPERSEDED: Exit.SUPERSEDED,
    Outcome.NO_BASELINE: Exit.NO_BASELINE,
}


class Refused(LandfallError):
    """The command did nothing. `code` is for programs, the message names what is wrong and the way out."""

    exit = Exit.REFUSED

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class NotKnown(Refused):
    """The command does not know how a deployment ended: its release may be live or not."""

    exit = Exit.UNKNOWN
