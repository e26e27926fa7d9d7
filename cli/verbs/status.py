"""`landfall status`: what is live: commit, since when, requested by whom, proven or not."""

from __future__ import annotations

from collections import Counter
from typing import Any

from rich.text import Text

from cli import drill_records
from cli.command import At, ServiceName, verb
from cli.deployments import aborts, sign_offs, waits_for_people
from cli.live_release import Live, looks
from cli.timeline import brief
from cli.verbs import freeze
from landfall.after import after_words, inquiry
from landfall.migration import migration, migration_words
from landfall.model import UNKNOWN


@verb
def status(at: At, *, service: ServiceName = None) -> int:
    """Show what is live, and whether it is proven. Exits 0 in both cases."""
    chosen = [at.cloud.service(service)] if service else at.cloud.settings.services
    frozen = freeze.of_each(at.cloud, chosen)
    by_name = {each.name: each for each in chosen}
    found = [
        (
            live,
            tuple(map(str, frozen[live.service])),
            _held(at, live),
            drill_records.told(at.cloud, by_name[live.service]),
        )
        for live in looks(at.cloud, chosen)
    ]
    wrong = Counter(finding.service for finding in at.cloud.findings.all() if finding.open)
    for each in found:
        _show(at, each, wrong[each[0].service])
    services = [{**_document(*each), "open_findings": wrong[each[0].service]} for each in found]
    at.out.document({"region": at.cloud.region, "services": services})
    return 0


def _held(at: At, live: Live) -> dict[str, str]:
    """Say who aborted the deployment under way; else what it waits for; nothing if it just goes on."""
    if said := aborts.said(live):
        return {"abort": said}
    paused = sign_offs.said(live) or waits_for_people.of(at.cloud, live)
    return {"paused": paused} if paused else {}


def _show(at: At, shown: tuple[Live, tuple[str, ...], dict[str, str], str], wrong: int) -> None:
    live, frozen, *_ = shown
    at.out.say(live.service, "bold")
    rows = {**_document(*shown), "proven": _proven(live), "frozen": "; ".join(frozen) or "no"}
    del rows["service"]
    if wrong:
        rows["findings"] = f"{wrong} open: landfall findings {live.service}"
    for name, value in rows.items():
        text = brief(str(value)) if name == "revision" else str(value)
        at.out.say(Text(f"  {name.replace('_', ' '):<13}{text}"))


def _proven(live: Live) -> str:
    if live.proven and live.record:
        return f"yes, by deployment {live.record['deployment_id']}"
    if live.under_way:
        return f"no: deployment {live.under_way} is under way"
    if live.record is None:
        return (
            "no: the last deployment did not leave this revision live; somebody else changed it, or a rollback failed"
        )
    return f"no: it was proven, but now {live.running} of {live.desired} tasks run, rollout {live.rollout}"


def _document(live: Live, frozen: tuple[str, ...], held: dict[str, str], way_back: str) -> dict[str, Any]:
    release, record = live.release or {}, live.record or {}
    return {
        "service": live.service,
        "status": live.status,
        "commit": live.git_sha,
        "image": live.image,
        "revision": live.revision,
        "since": live.since,
        "tasks": f"{live.running} of {live.desired}",
        "rollout": live.rollout,
        "requested_by": release.get("requested_by", UNKNOWN),
        "reason": release.get("reason") or UNKNOWN,
        **{name: release[name] for name in ("asked_by", "asked_at", "asked_via", "asked_why") if release.get(name)},
        "migration": migration_words.short(migration.read(live.release)) if live.release else UNKNOWN,
        "after_check": after_words.short(inquiry.read(live.release)) if live.release else UNKNOWN,
        "proven": live.proven,
        "proven_at": record.get("ended_at", UNKNOWN),
        "under_way": live.under_way,
        **held,
        **({"way_back": way_back} if way_back else {}),
        "frozen": list(frozen),
    }
