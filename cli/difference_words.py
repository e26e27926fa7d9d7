"""What differs between two deployments, in words: the same in the terminal and on a page."""

from __future__ import annotations

from typing import Literal

from landfall.ledger.deployment_difference import Commits, Difference, Pair
from landfall.model import UNKNOWN


def commits(told: Commits) -> str:
    """Say how the commits of two releases stand to each other."""
    match told.relation:
        case "same":
            return "the same"
        case "ahead":
            return f"{len(told.added)} added"
        case "behind":
            return f"{len(told.removed)} removed: it goes back"
        case "apart":
            return f"{len(told.added)} added, {len(told.removed)} removed: neither contains the other"
        case "unknown":
            return UNKNOWN


def image(told: Difference) -> str:
    """Say how the size and the layers of two images differ."""
    if told.same_image:
        return "the same"
    found = told.image
    if found is None:
        return f"another; its size is {UNKNOWN}"
    grown = found.bytes_after - found.bytes_before
    size = f"{found.bytes_after / 1e6:.1f} MB ({grown / 1e6:+.1f} MB)"
    return f"{size}, {found.new_layers} of {found.layers_after} layers are new ({found.new_bytes / 1e6:.1f} MB)"


def how(pair: Pair) -> Literal["added", "removed", "changed"]:
    """Say whether an item was added, removed or changed between the two deployments."""
    return "added" if pair.before is None else "removed" if pair.after is None else "changed"


def value(told: object) -> str:
    """Return a value as it is shown; `none` where a deployment does not have it."""
    return "none" if told is None else str(told)
