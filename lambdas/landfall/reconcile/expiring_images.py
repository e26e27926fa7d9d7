"""Would the repository's lifecycle policy delete or archive an image that is needed?

The running image is judged a month ahead, since nobody can be sure of a release before then. An image of the way back
is judged a week ahead, since after the next release it is usually no longer needed. There is one finding for each rule.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from landfall.images import lifecycle
from landfall.images.lifecycle import ACTIONS, Doomed
from landfall.images.removable import Standing, Use
from landfall.images.stored import Listed
from landfall.reconcile.findings import Kind, Looked, Seen
from landfall.text.shortened import shortened

KINDS = frozenset({Kind.IMAGE_EXPIRES})
AHEAD = {Standing.WAY_BACK: (timedelta(days=7), 0)}
AHEAD_OF_LIVE = (timedelta(days=30), 3)
"""How long ahead, and how many pushes ahead for a rule that counts images."""
SHOWN = 3


@dataclass(frozen=True)
class Needed:
    """The data of a repository with a policy. `parts` are those of its indexes, as far as they are needed."""

    policy: str
    images: Sequence[Listed]
    parts: Mapping[str, Collection[str]]
    uses: Mapping[str, Use]


def with_indexes(uses: Mapping[str, Use], parts: Mapping[str, Collection[str]]) -> dict[str, Use]:
    """Add the indexes of needed images: a new task pulls the index, and a task reports its platform's image."""
    named = {i: uses[part] for i, names in parts.items() for part in names if part in uses}
    return {**named, **uses}


def takes_any(policy: str, images: Sequence[Listed], now: datetime) -> bool:
    """Say whether the policy takes any image soon, needed or not, or an image is archived. Raises StepError."""
    days, pushes = AHEAD_OF_LIVE
    doomed = lifecycle.doomed(lifecycle.read(policy), images, {})
    soon = any(each.due <= now + days if each.due else (each.pushes or 0) <= pushes for each in doomed)
    return soon or any(image.archived_at for image in images)


def assess(needed: Needed, repository: str, now: datetime) -> Looked:
    """Return the look: a problem for each rule that takes a needed image soon. Raises StepError (lifecycle.read)."""
    uses = with_indexes(needed.uses, needed.parts)
    found: dict[int, list[Doomed]] = {}
    for each in lifecycle.doomed(lifecycle.read(needed.policy), needed.images, needed.parts):
        if each.digest in uses and _soon(each, uses[each.digest], now):
            found.setdefault(each.rule.priority, []).append(each)
    archived = [image for image in needed.images if image.archived_at and image.digest in uses]
    seen = [_seen(each, uses, repository, now) for each in found.values()]
    if archived:
        named = f"{archived[0].digest} ({_use(uses[archived[0].digest])})"
        what = f"{named} in repository {repository} is archived since {archived[0].archived_at}: it can't be pulled"
        seen.append(Seen(Kind.IMAGE_EXPIRES, "archived", f"{what}; restore it in ECR"))
    return Looked(KINDS, tuple(seen))


def _soon(each: Doomed, use: Use, now: datetime) -> bool:
    days, pushes = AHEAD.get(use.standing, AHEAD_OF_LIVE)
    return each.due <= now + days if each.due else each.pushes is not None and each.pushes <= pushes


def _seen(doomed: Iterable[Doomed], uses: Mapping[str, Use], repository: str, now: datetime) -> Seen:
    order = sorted(doomed, key=lambda d: (uses[d.digest].standing == Standing.WAY_BACK, str(d.due), d.pushes or 0))
    rule = order[0].rule
    named = f"lifecycle policy of {repository}, rule {rule.priority}"
    named += f" ({shortened(rule.description, 60)!r})" if rule.description else ""
    images = "; ".join(f"{each.digest} ({_use(uses[each.digest])}) {_when(each, now)}" for each in order[:SHOWN])
    more = f"; and {len(order) - SHOWN} more" if len(order) > SHOWN else ""
    way_out = "let the rule spare the tags of releases, or give it a greater number"
    what = f"{named} {ACTIONS[rule.action]} images that are needed: {images}{more}; {way_out}"
    return Seen(Kind.IMAGE_EXPIRES, f"rule {rule.priority}", what)


def _use(use: Use) -> str:
    return f"{use.standing.value}: {use.why}"


def _when(each: Doomed, now: datetime) -> str:
    if each.due:
        return "already due" if each.due <= now else f"on {each.due:%Y-%m-%d}"
    return f"after {each.pushes} more pushes" if each.pushes else "already due"
