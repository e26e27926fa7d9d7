"""What is live: one cell for each service and environment, and the sentence above them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from typing import Any

from cli.deployments import aborts, sign_offs
from cli.live_release import Live
from cli.ui.reading.builds import Builds
from cli.ui.reading.live import Column, Seen
from cli.ui.reading.under_way import UnderWay
from cli.ui.views import facts, page_words, sign_off, step_names
from cli.ui.views.behind import behind
from cli.ui.views.facts import Fact
from cli.ui.views.step_names import step
from landfall.images.commit_details import NOTHING
from landfall.ledger import drills
from landfall.model import UNKNOWN, Outcome

FAILED = (Outcome.ROLLBACK_FAILED, Outcome.NO_BASELINE)
"""Outcomes, seen by Landfall itself, after which a service is not proven."""


@dataclass(frozen=True)
class Progress:
    """How far a deployment is: its seconds so far, and the seconds that such a deployment usually takes."""

    seconds: float
    usual: float | None
    says: str


@dataclass(frozen=True)
class Cell:
    """One service in one environment. `state` is a class of the style sheet; `word` says the same in words."""

    environment: str
    service: str
    state: str
    word: str
    when: str = ""
    subject: str = ""
    commit: str = ""
    says: str = ""
    deployment: str = ""
    facts: tuple[Fact, ...] = ()
    back: str = ""
    release: str = ""
    back_to: str = ""
    behind: str = ""
    alarms: str = ""
    progress: Progress | None = None

    @property
    def proven(self) -> bool:
        """Say whether the service is proven live now."""
        return self.state == "proven"


def cell(column: Column, seen: Seen) -> Cell:
    """Return the cell of a service."""
    live, at = seen.live, (column.environment, seen.name)
    if live is None:
        return Cell(*at, "unknown", UNKNOWN.lower(), says=f"It could not be read: {seen.unread}")
    if live.under_way:
        return _moving(at, live, seen.running, column.at)
    common: dict[str, Any] = {
        "alarms": _alarms(column, live),
        "subject": _subject(live),
        "commit": live.git_sha,
        **_back(seen, column.at),
    }
    if live.proven and live.record:
        again = live.record.get("outcome") == Outcome.ROLLED_BACK
        known = facts.of(live.record, live.running)
        where, when = str(live.record["deployment_id"]), page_words.ago(live.record.get("ended_at"), column.at)
        return Cell(*at, "proven", "proven again" if again else "proven", when, deployment=where, facts=known, **common)
    state, word, says = doubt(live)
    last = str((live.last_change or {}).get("deployment_id", ""))
    return Cell(*at, state, word, says=says, deployment=last, **common)


def doubt(live: Live) -> tuple[str, str, str]:
    """Return state, word and reason of a service that is not proven."""
    if live.status == "missing":
        return "unknown", "unknown", "ECS knows no such service."
    if live.status != "ACTIVE":
        return "unknown", "unknown", f"ECS says of the service: {live.status}."
    if live.desired == 0 or live.revision == UNKNOWN:
        return "unknown", "nothing runs", "Nothing runs, so there is nothing to prove."
    if live.record is not None:
        tasks = f"{live.running} of {live.desired} tasks run, rollout {live.rollout}"
        return "warn", "not proven", f"It was proven, but now {tasks}."
    outcome = (live.last_change or {}).get("outcome")
    if outcome in FAILED:
        return "failed", "not proven", f"The last deployment ended {outcome}: look at the service now."
    return "unknown", "unknown", "Runs a revision that no deployment of Landfall left live."


def _moving(at: tuple[str, str], live: Live, running: UnderWay | None, now: datetime) -> Cell:
    where, before = str(live.under_way), page_words.short(live.git_sha)
    if running is None:
        return Cell(*at, "moving", "under way", commit=live.git_sha, deployment=where)
    began, commit = page_words.moment(running.since), str(running.record.get("git_sha", UNKNOWN))
    took = max(0.0, (now - began).total_seconds()) if began else 0.0
    stopped = f"aborted, {aborts.GOES_BACK}" if aborts.of(running.record) else ""
    paused = stopped or step_names.paused(running.code) or step_names.awaits(running.code)
    word = paused or (step(running.state).label.lower() if running.state else "under way")
    usual = running.usual if not step_names.awaits(running.code) else None  # nobody knows how long people will take
    compared = (" of about" if took <= usual else "; usually") if usual else ""
    of_about = f"{compared} {page_words.span(usual)}" if usual else ""
    return Cell(
        *at,
        "warn" if paused or (running.state and step(running.state).back) else "moving",
        f"{word}, {page_words.span(took)}{of_about}",
        subject=str(running.record.get("commit_subject") or ""),
        commit=commit,
        says=f"replaces {before}" if before not in (UNKNOWN, page_words.short(commit)) else "",
        deployment=where,
        progress=Progress(took, usual, _says(running, now)),
    )


def _says(running: UnderWay, now: datetime) -> str:
    """Return the newest reason that the machine gave; for a sign-off, the sentence of the deployment's page."""
    known = sign_offs.sign_off(running.record)
    return sign_off.says(known, now) if known else page_words.reason(running.reason)


def _subject(live: Live) -> str:
    release: Mapping[str, Any] = live.release or {}
    return str(release.get("commit_subject") or "")


def _back(seen: Seen, now: datetime) -> dict[str, str]:
    """Say which release a rollback would restore, when it was proven, and which two deployments to compare first."""
    if seen.live is None or seen.live.release is None:
        return {}
    if seen.way_back is None:
        return {"back": "way back: none is proven"}
    when = page_words.ago(seen.way_back.get("ended_at"), now)
    said = f"way back: {page_words.short(seen.way_back.get('git_sha', UNKNOWN))}, proven {when}"
    if drill := drills.last([seen.way_back]):
        said = f"{said} by a drill, in {drill.seconds} s"
    names = (str(record["deployment_id"]) for record in (seen.live.release, seen.way_back))
    return dict(zip(("back", "release", "back_to"), (said, *names), strict=True))


def _alarms(column: Column, live: Live) -> str:
    """Say how many alarms the service has, and how many are firing."""
    if not live.alarms:
        return ""
    firing = column.alarms.of_services.get(live.service)
    told = "not known" if firing is None else f"{len(firing)} firing" if firing else "none firing"
    return f"{page_words.count(len(live.alarms), 'alarm')}: {told}"


def rows(columns: Sequence[Column], names: Iterable[str], builds: Builds) -> list[tuple[str, list[Cell]]]:
    """Return the matrix: each service with its cells, one for each environment in their order."""
    found = {(column.environment, seen.name): cell(column, seen) for column in columns for seen in column.seen}
    told = [(name, [found.get((c.environment, name)) or _missing(c, name) for c in columns]) for name in names]
    return [(name, [cells[0], *(_followed(a, b, builds) for a, b in pairwise(cells))]) for name, cells in told]


def _followed(before: Cell, here: Cell, builds: Builds) -> Cell:
    """Say how far each environment is behind the previous one, if both run a release and no deployment is under way."""
    both = [builds.get((each.environment, each.service)) for each in (here, before)]
    if None in both or here.progress or before.progress:
        return here
    said = behind(both[0] or NOTHING, both[1] or NOTHING, here.commit, before.commit, _called(before, here))
    return replace(here, behind=said)


def _called(one: Cell, other: Cell) -> str:
    """Return the name of an environment, without its region if the profile alone identifies it."""
    short = one.environment.partition(" · ")[0]
    return short if short != other.environment.partition(" · ")[0] else one.environment


def _missing(column: Column, name: str) -> Cell:
    if column.unread:
        says = f"The environment could not be read: {column.unread}"
        return Cell(column.environment, name, "unknown", "unknown", says=says)
    return Cell(column.environment, name, "absent", "not here", says="This environment does not have the service.")


def headline(cells: Sequence[Cell]) -> str:
    """Return the sentence that sums up all services."""
    here = [each for each in cells if each.state != "absent"]
    if not here:
        return "No service is configured."
    proven = sum(each.proven for each in here)
    what = "service" if len({each.environment for each in here}) == 1 else "place"
    if proven == len(here):
        every = f"All {page_words.spelled(proven)} {what}s are proven live."
        return f"The {what} is proven live." if proven == 1 else every
    if not proven:
        none = f"None of the {page_words.spelled(len(here))} {what}s is proven live."
        return f"The {what} is not proven live." if len(here) == 1 else none
    verb = "is" if proven == 1 else "are"
    return f"{page_words.spelled(proven).capitalize()} of {page_words.spelled(len(here))} {what}s {verb} proven live."


def lede(cells: Sequence[Cell]) -> str:
    """Say in one line which services need attention."""
    counted = (
        (sum(each.progress is not None or each.word == "under way" for each in cells), "is under way", "are under way"),
        (sum(each.word == "not proven" for each in cells), "is not proven", "are not proven"),
        (sum(each.word in ("unknown", "nothing runs") for each in cells), "is unknown", "are unknown"),
        (sum(facts.leaves_out_work(each.facts) for each in cells), "is not proven to work", "are not proven to work"),
    )
    said = [f"{page_words.spelled(n).capitalize()} {one if n == 1 else many}." for n, one, many in counted if n]
    return " ".join(said) or "Every proof holds: the digest, the tasks, the targets and what is served."
