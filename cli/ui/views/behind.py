"""How far an environment is behind the one before it, by the commits that the builds list."""

from __future__ import annotations

from cli.ui.views import page_words
from landfall.images.commit_details import CUT, WHOLE, Told
from landfall.ledger.deployment_difference import commits

COUNTED = (WHOLE, CUT)
"""Histories of a build that list the newest commits without a gap. A shallow clone's ends too early to count by."""


def behind(here: Told, there: Told, sha_here: str, sha_there: str, name: str) -> str:
    """Say how far what is live here is behind what is live in `name`; empty where both are the same commit.

    What the builds do not list is not guessed.
    """
    told = commits(here, there, sha_here, sha_there)
    more, less = _counted(len(told.added), here), _counted(len(told.removed), there)
    match told.relation:
        case "same":
            return ""
        case "ahead":
            return f"{more} behind {name}"
        case "behind":
            return f"{less} ahead of {name}"
        case "apart":
            return f"{more} behind {name}, and {less} ahead"
        case "unknown":
            return f"how far behind {name}: unknown, the builds do not list their commits"


def _counted(number: int, by: Told) -> str:
    """Return a number of commits that are not among those of a build; without a number where it lists too few."""
    return page_words.count(number, "commit") if by.history in COUNTED else "an unknown number of commits"
