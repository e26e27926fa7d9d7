"""Reads the deployments of one environment for the figures of delivery: as many as a page may read.

If more deployments began in the requested period, the figures are of a shorter period, of which all are read.
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
    """The records of deployments that began in `window`. `asked` is the requested start: `window` may be shorter.

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
        """Say whether the period is shorter than the requested one."""
        return self.window.since > self.asked


def delivered(environment: Environment, names: Sequence[str], days: int) -> Delivered:
    """Read the deployments of some services in the last days, with the reads of one page."""
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
            since = max(since, min(began))  # there may be more: deployments that began before this were not read
        told += found
    return Delivered(name, Window(min(since, asked.until), asked.until), asked.since, tuple(told), looked)
