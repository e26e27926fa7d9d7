"""`landfall images`: lists which images of a service's repository are needed, and by whom; deletes the others."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

import typer
from rich.text import Text

from cli.command import At, OneService, verb
from cli.exits import Exit, Refused
from cli.images import deleting, image_world
from cli.images.image_world import World
from landfall.images.removable import NEEDED, Row
from landfall.settings import Service

DAYS = 14
"""The least age of an image, by its push and its last pull, at which it may be deleted."""
FEWEST = 2
"""With fewer proven releases there is no way back: one is live, and one is before it."""
NOT_SEEN = "Lambda functions, other accounts and regions, and scheduled tasks that run one of Landfall's own revisions"
"""Users of an image that Landfall can't see (docs/images.md). Only a recent pull shows them."""

app = typer.Typer(help="List and delete images in ECR.", no_args_is_help=True)
Keep = Annotated[
    int | None,
    typer.Option(min=FEWEST, help="How many proven releases to keep. Default: keep_releases in services.toml."),
]
Days = Annotated[int, typer.Option(min=0, help="Keep every image that was pushed or pulled in the last so many days.")]


@verb
def list_images(at: At, service: OneService = "", *, keep: Keep = None, days: Days = DAYS) -> int:
    """List every image of a service's repository: who needs it, and which deployments used it."""
    chosen = at.cloud.service(service or None)
    world = image_world.read(at.cloud, chosen, keep or chosen.keep_releases, days)
    for row in world.rows:
        _say(at, row)
    at.out.document(_document(chosen, world))
    return Exit.LIVE


@verb
def clean(
    at: At,
    service: OneService = "",
    *,
    keep: Keep = None,
    days: Days = DAYS,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Delete. Without it nothing is changed.")] = False,
) -> int:
    """Delete the images that nobody needs. Without --yes it only says what it would delete.

    It first deregisters Landfall's own task-definition revisions that no kept release needs. It changes nothing if
    it can't read something that it must know. Exits 1 if AWS refused part of it; a second run does the rest.
    """
    chosen = at.cloud.service(service or None)
    world = image_world.read(at.cloud, chosen, keep or chosen.keep_releases, days)
    if not world.known.proven:
        why = f"the ledger has no proven release of {chosen.name}, so it can't say which images are needed"
        raise Refused("NOTHING_PROVEN", f"{why}; nothing was deleted. Release once, or delete images with ECR's tools")
    going = [row for row in world.rows if row.removable]
    for definition in world.obsolete:
        at.out.say(f"deregister  {definition.name}")
    for row in going:
        _say(at, row)
    if going:
        at.out.say(
            f"not seen: {NOT_SEEN}. An image that one of them uses is kept only if it was pulled lately", "yellow"
        )
    if not yes:
        at.out.say(f"would delete {len(going)} of {len(world.rows)} images; --yes deletes them")
        at.out.document(_document(chosen, world) | {"dry_run": True})
        return Exit.LIVE
    done = deleting.clear(at.cloud, chosen, world)
    _tell(at, done, len(going))
    at.out.document(_document(chosen, world) | {"dry_run": False, **done.document()})
    return Exit.FAILED if done.failed or done.left else Exit.LIVE


def _tell(at: At, done: deleting.Cleared, wanted: int) -> None:
    at.out.say(f"{len(done.deregistered)} revisions deregistered, {len(done.deleted)} of {wanted} images deleted")
    for code, count in sorted(done.codes.items()):
        at.out.check(code, False, f"{count} left as they were", "fix the cause, then run the command again")
    if done.why:
        at.out.say(done.why, "yellow")
    elif done.left and not done.failed:
        at.out.say(f"{done.left} images stay: a deployment of them, or of their index, began meanwhile", "yellow")


def _say(at: At, row: Row) -> None:
    pushed = f"{datetime.fromisoformat(row.pushed_at):%Y-%m-%d}"
    style = "bold" if row.standing in NEEDED else "red" if row.removable else "dim"
    text = Text(f"{row.digest.removeprefix('sha256:')[:12]}  {pushed}  ")
    text.append(f"{row.standing.value:<24}", style=style).append(f"{', '.join(row.tags) or '(no tag)'}; {row.why}")
    at.out.say(text)


def _document(service: Service, world: World) -> dict[str, Any]:
    counts = Counter(row.standing.value for row in world.rows)
    return {
        "service": service.name,
        "repository": service.repository,
        "images": [{**asdict(row), "removable": row.removable} for row in world.rows],
        "counts": dict(counts),
        "removable": sum(row.removable for row in world.rows),
        "obsolete_revisions": [definition.arn for definition in world.obsolete],
    }


app.command("list")(list_images)
app.command("clean")(clean)


@app.callback()
def images() -> None:
    """List and delete images in ECR."""
