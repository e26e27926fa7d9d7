"""Reads when a service's way back was last proven by a drill."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import islice

from cli.cloud import Cloud
from landfall.ledger import drills
from landfall.ledger.drills import Practice
from landfall.settings import Service


def last(cloud: Cloud, service: Service) -> Practice | None:
    """Return the last way back that a drill proved, among the newest records."""
    return drills.last(islice(cloud.ledger.newest_first(service.name, drills.NEWEST), drills.NEWEST))


def told(cloud: Cloud, service: Service) -> str:
    """Return the sentence about the last drill; empty for a service that has no drill table."""
    if service.drill is None:
        return ""
    found = last(cloud, service)
    return found.told(datetime.now(UTC)) if found else drills.NEVER
