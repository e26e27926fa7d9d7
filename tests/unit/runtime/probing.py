"""One probe of the version endpoint."""

from __future__ import annotations

from pathlib import Path

from landfall.runtime import http_probe
from landfall.settings.smoke import Smoke
from landfall.smoke.http_answers import Answer, Request, Round

ONE_REQUEST = Round({Request(Smoke.version_path): 1})


def version(url: str, ca: Path | None = None, patience: float = http_probe.READ_SECONDS) -> Answer:
    """Ask for the version once."""
    return http_probe.ask(url, ONE_REQUEST, ca, read_seconds=patience).of(Request(Smoke.version_path))[0]
