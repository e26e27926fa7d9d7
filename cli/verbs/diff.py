"""`landfall diff`: what differs between two deployments of a service."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer
from rich.text import Text

from cli import compared, records
from cli import difference_words as words
from cli.cloud import Cloud
from cli.command import At, ServiceName, verb
from cli.timeline import brief, colour
from landfall.chain import Record
from landfall.dora.figure_words import span
from landfall.ledger.deployment_difference import Difference, Pair, Side, difference_of
from landfall.model import UNKNOWN

Name = typer.Argument(help="A deployment id, a commit, a digest, or an execution's name or ARN.", show_default=False)
MARK = {"added": ("+", "green"), "removed": ("-", "red"), "changed": ("~", "yellow")}
SHOWN = 20
"""Commits that are listed for people; --json has all."""


@verb
def diff(
    at: At,
    before: Annotated[str, Name] = "",
    after: Annotated[str, Name] = "",
    *,
    service: ServiceName = None,
) -> int:
    """Show what differs between two deployments of a service, the earlier one first.

    With one, compare it with the release that was proven before it; with none, the live release. Values of environment
    variables and secrets are never shown.
    """
    old, new = _chosen(at.cloud, before, after, service)
    configured = at.cloud.service(str(new["service"]))
    told = difference_of(*compared.read(at.cloud, configured, old, new))
    _show(at, told)
    at.out.document(asdict(told))
    return 0


def _chosen(cloud: Cloud, before: str, after: str, service: str | None) -> tuple[Record, Record]:
    """Return the two records to compare. Raises Refused."""
    if after:
        new = records.named(cloud, after, service)
        old = records.named(cloud, before, str(new["service"]))
    elif before:
        new = records.named(cloud, before, service)
        old = compared.proven_before(cloud, new)
    else:
        new = compared.live(cloud, cloud.service(service))
        old = compared.proven_before(cloud, new)
    return old, new


def _show(at: At, told: Difference) -> None:
    at.out.say(told.service, "bold")
    for label, side in (("before", told.before), ("after", told.after)):
        at.out.say(_side(label, side))
    _line(at, "commits", words.commits(told.commits))
    for sha in told.commits.added[:SHOWN]:
        _marked(at, "added", sha[:12])
    for sha in told.commits.removed[:SHOWN]:
        _marked(at, "removed", sha[:12])
    _line(at, "image", words.image(told))
    _line(at, "task definition", "" if told.task_definition else "no difference")
    for each in told.task_definition:
        values = f": {words.value(each.before)} → {words.value(each.after)}" if each.before or each.after else ""
        _marked(at, each.how, f"{each.name}{values}")
    _pairs(at, "settings", told.settings)
    _pairs(at, "checks", told.checks)
    took = " → ".join(span(each) if each is not None else UNKNOWN for each in (told.before.seconds, told.after.seconds))
    _line(at, "took", took)
    for pair in told.durations:
        seconds = " → ".join("none" if each is None else f"{each:.1f} s" for each in (pair.before, pair.after))
        at.out.say(f"    {pair.name:<26}{seconds}")
    for what in told.unknown:
        at.out.say(f"  UNKNOWN: {what}", "yellow")


def _side(label: str, side: Side) -> Text:
    text = Text(f"  {label:<8}{side.git_sha[:12]:<13}").append(f"{side.outcome:<16}", style=colour(side.outcome))
    subject = f"  “{side.subject}” (said by its build)" if side.subject else ""
    return text.append(f"{side.ended_at[:19]:<20}{side.deployment_id}{subject}")


def _line(at: At, name: str, value: str) -> None:
    at.out.say(Text(f"  {name:<16}", style="bold").append(value, style=""))


def _marked(at: At, how: str, text: str) -> None:
    mark, style = MARK[how]
    at.out.say(Text(f"    {mark} ", style=style).append(brief(text), style=""))


def _pairs(at: At, name: str, pairs: tuple[Pair, ...]) -> None:
    _line(at, name, "" if pairs else "no difference")
    for pair in pairs:
        _marked(at, words.how(pair), f"{pair.name}: {words.value(pair.before)} → {words.value(pair.after)}")
