"""Which deployments that are under way somebody has aborted: they go back, and wait for nobody."""

from __future__ import annotations

from cli.live_release import Live
from landfall.abort import aborted
from landfall.abort.aborted import Aborted
from landfall.chain import Record

GOES_BACK = "goes back"


def of(record: Record) -> Aborted | None:
    """Return who aborted a deployment that has not ended yet; None where nobody did, or it has ended."""
    return None if "outcome" in record else aborted.read(record)


def said(live: Live) -> str:
    """Return who aborted what is under way of a service, and that it goes back; empty where nobody did."""
    found = ((record, known) for record in live.unfinished if (known := of(record)))
    return live.said((record, f"{aborted.told(known)}; {GOES_BACK}") for record, known in found)
