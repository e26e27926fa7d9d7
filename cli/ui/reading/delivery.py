"""Reads the deployments of one environment from which the figures of delivery are computed: as many as a page may read.

Where more deployments began in the time that was asked for, the figures are of a shorter time, which is read whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice

from cli import records
from cli.cloud import Cloud
from cli.ui.environments import FAILURES, Environment
from cli.ui.reads import MOST
from landfall.chain import Record
from landfall.dora.figures import Window


@dataclass(frozen=True)
class Delivered:
    """The records that began in a time. `asked` is since when they were asked for: `window` may be shorter.

    `unread` says why nothing was read.
    """

    environment: str
    window: Window
    asked: datetime
    records: tuple[Record, ...] = ()
    looked_at: int = 0
    unread: str = ""

    @property
    def cut(self) -> bool:
        """Say whether the time is shorter than the one that was asked for."""
        return self.window.since > self.asked


def delivered(environment: Environment, names: Sequence[str], days: int) -> Delivered:
    """Read the deployments of some services in the last so many days, with the reads of one page."""
    until = datetime.now(UTC).replace(microsecond=0)
    window = Window(until - timedelta(days=days), until)
    try:
        with environment.page(MOST) as cloud:
            return _read(environment.name, cloud, names, window)
    except FAILURES as error:
        return Delivered(environment.name, window, window.since, unread=str(error))


def _read(name: str, cloud: Cloud, services: Sequence[str], asked: Window) -> Delivered:
    each = max(1, MOST // max(1, len(services)))
    told, since, looked = list[Record](), asked.since, 0
    for service in services:
        found = list(islice(cloud.ledger.newest_first(service, each), each))
        looked += len(found)
        began = [at for record in found if (at := records.moment(record))]
        if len(found) == each and began:
            since = max(since, min(began))  # there may be more, and what began before this was not read
        told += found
    return Delivered(name, Window(min(since, asked.until), asked.until), asked.since, tuple(told), looked)
