"""What differs between two deployments: in one sentence, then part by part. Either may be the older one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from cli import difference_words as said
from cli import records
from cli.ui.reading.difference import Compared
from cli.ui.views import page_words
from cli.ui.views.outcomes import outcome_of
from cli.ui.views.step_names import step
from landfall.chain import Record
from landfall.ledger.deployment_difference import Commits, Difference, Pair, Side
from landfall.model import UNKNOWN

SHOWN = 40
"""How many commits of each kind are listed. Of the rest the page gives the number."""
MARKS = {"added": "+", "removed": "-", "changed": "~"}
CLASSES = {"added": "add", "removed": "del", "changed": "mod"}


@dataclass(frozen=True)
class Changed:
    """One line of a list of changes: its mark, the style sheet's class, and its words."""

    mark: str
    kind: str
    text: str


@dataclass(frozen=True)
class Took:
    """The seconds of a step in both deployments, and each width on a bar of 1000. None if it did not run."""

    name: str
    before: float | None
    after: float | None
    wide_before: float
    wide_after: float


@dataclass(frozen=True)
class Choice:
    """A deployment that can be chosen."""

    deployment: str
    text: str


@dataclass(frozen=True)
class Page:
    """What the page says. If nothing could be compared, it has only the headline, the reason, and the choices."""

    headline: str
    lede: str = ""
    sides: tuple[tuple[str, str, str], ...] = ()
    states: tuple[tuple[str, str], ...] = ()
    commits: tuple[Changed, ...] = ()
    more_commits: int = 0
    commits_said: str = ""
    image: str = ""
    changes: tuple[Changed, ...] = ()
    same_definition: bool = False
    settings: tuple[Changed, ...] = ()
    checks: tuple[Changed, ...] = ()
    durations: tuple[Took, ...] = ()
    unknown: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()
    turned: str = ""


def page(found: Compared) -> Page:
    """Return what the page of a comparison says."""
    choices = tuple(_choice(record) for record in found.offered)
    told = found.told
    if told is None:
        return Page("These can't be compared.", found.why, choices=choices)
    return Page(
        headline=headline(told),
        lede=lede(told),
        sides=_sides(told.before, told.after),
        states=tuple(outcome_of({"outcome": side.outcome} if side.outcome != "OPEN" else {}) for side in _both(told)),
        commits=commits(told.commits, SHOWN),
        more_commits=sum(max(0, len(each) - SHOWN) for each in (told.commits.added, told.commits.removed)),
        commits_said=said.commits(told.commits),
        image=said.image(told),
        changes=fields(told),
        same_definition=not told.task_definition and not any("task definitions" in text for text in told.unknown),
        settings=pairs(told.settings),
        checks=pairs(told.checks),
        durations=_durations(told.durations),
        unknown=told.unknown,
        choices=choices,
        turned=urlencode({"before": found.after, "after": found.before}),
    )


def headline(told: Difference) -> str:
    """Say in one sentence how the second deployment differs from the first."""
    one, other = (page_words.short(side.git_sha) for side in _both(told))
    added, removed = len(told.commits.added), len(told.commits.removed)
    match told.commits.relation:
        case "same":
            return f"Both are of commit {one}."
        case "ahead":
            return f"Going from {one} to {other} adds {page_words.count(added, 'commit')}."
        case "behind":
            return f"Going back from {one} to {other} takes out {page_words.count(removed, 'commit')}."
        case "apart":
            return f"Going from {one} to {other} adds {page_words.count(added, 'commit')} and takes out {removed}."
        case "unknown":
            return f"Going from {one} to {other}: which commits that is, is not known."


def lede(told: Difference) -> str:
    """Say what else differs, in one line."""
    parts = [
        "the same image" if told.same_image else "another image",
        page_words.count(len(told.task_definition), "change") + " of the task definition",
        page_words.count(len(told.settings), "setting"),
        page_words.count(len(told.checks), "check with another result", "checks with other results"),
    ]
    return f"{'; '.join(part for part in parts if not part.startswith('0 '))}.".capitalize()


def commits(told: Commits, most: int) -> tuple[Changed, ...]:
    """Return the added and removed commits, newest first, with a limit for each."""
    kinds = (("added", told.added), ("removed", told.removed))
    return tuple(_changed(how, page_words.short(sha)) for how, listed in kinds for sha in listed[:most])


def fields(told: Difference) -> tuple[Changed, ...]:
    """Return the fields of the task definition that differ, without values that may be secrets."""
    return tuple(
        _changed(
            f.how,
            page_words.reason(f"{f.name}: {said.value(f.before)} → {said.value(f.after)}")
            if f.before or f.after
            else f.name,
        )
        for f in told.task_definition
    )


def values(before: object, after: object) -> str:
    """Return what a value was and what it became."""
    return f"{said.value(before)} → {said.value(after)}"


def _changed(how: str, text: str) -> Changed:
    return Changed(MARKS[how], CLASSES[how], text)


def pairs(told: Iterable[Pair]) -> tuple[Changed, ...]:
    """Return settings or checks that differ."""
    return tuple(_changed(said.how(p), f"{p.name}: {values(p.before, p.after)}") for p in told)


def _both(told: Difference) -> tuple[Side, Side]:
    return told.before, told.after


def _sides(before: Side, after: Side) -> tuple[tuple[str, str, str], ...]:
    """Return the rows of the table that shows both deployments: a name and the two values."""

    def of(side: Side) -> dict[str, str]:
        return {
            "commit": page_words.short(side.git_sha),
            "subject": side.subject,
            "ended": page_words.clock(side.ended_at) if side.ended_at != UNKNOWN else "",
            "took": page_words.seconds(side.seconds),
            "digest": page_words.short(side.image_digest),
            "revision": page_words.tail(side.task_definition) if side.task_definition != UNKNOWN else "",
        }

    one, other = of(before), of(after)
    return tuple((name, one[name], other[name]) for name in one if one[name] or other[name])


def _durations(pairs: Sequence[Pair]) -> tuple[Took, ...]:
    """Return the seconds of each step by the step's name on the pages: several states may form one step."""
    sums: dict[str, list[float | None]] = {}
    for pair in pairs:
        both = sums.setdefault(step(pair.name).label, [None, None])
        for side, value in enumerate((pair.before, pair.after)):
            if isinstance(value, int | float):
                both[side] = (both[side] or 0.0) + value
    longest = max((value for both in sums.values() for value in both if value), default=1.0)
    wide = [[round(1000 * (value or 0.0) / longest, 1) for value in both] for both in sums.values()]
    return tuple(
        Took(name, both[0], both[1], bars[0], bars[1]) for (name, both), bars in zip(sums.items(), wide, strict=True)
    )


def _choice(record: Record) -> Choice:
    _, word = outcome_of(record)
    commit = page_words.short(record.get("git_sha", UNKNOWN))
    return Choice(str(record["deployment_id"]), f"{page_words.clock(records.started(record))}  {commit}  {word}")
