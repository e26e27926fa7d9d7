"""The sample service as an app for uvicorn's own command, which speaks TLS: tests.smoke.service:app."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from starlette.types import ASGIApp

from sample_service import faults
from sample_service.app import create_app
from sample_service.database import Database
from sample_service.settings import Settings


def app() -> ASGIApp:
    """Make the service as its environment says, faults included."""
    settings = Settings.from_env(os.environ)
    database = Database(Path(tempfile.mkdtemp(dir=os.environ["SCRATCH"])) / "records.db")
    database.create()
    return faults.named(settings.fault)(create_app(settings, database))
