"""Runs the service: `python -m sample_service`."""

import logging
import os
import signal
import sys

import uvicorn
from starlette.types import ASGIApp

from sample_service import faults
from sample_service.app import create_app
from sample_service.database import opened
from sample_service.settings import Settings

GRACE_SECONDS = 25
"""How long requests in flight may take after SIGTERM: within the 30 s that ECS waits before SIGKILL."""

_ACCESS_LOG_FIELDS = 5


def is_worth_logging(record: logging.LogRecord) -> bool:
    """False for the access line of a health check that passed: those would drown all else in the log."""
    if not isinstance(record.args, tuple) or len(record.args) != _ACCESS_LOG_FIELDS:
        return True
    _, _, path, _, status = record.args
    return not (str(path).startswith("/api/v1/health/") and status == 200)  # noqa: PLR2004  the status of a pass


def main() -> None:
    """Serve until told to stop; a setting that makes no sense stops the service before it listens."""
    # uvicorn raises the signal again once it has finished gracefully. A stop that was asked for is no
    # failure, and a container that ended with 143 at every deployment would look like one.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        settings = Settings.from_env(os.environ)
        with_fault = faults.named(settings.fault)
    except ValueError as error:
        sys.exit(f"refusing to start: {error}")
    with opened(settings.database_path) as database:
        serve(with_fault(create_app(settings, database)), settings)


def serve(app: ASGIApp, settings: Settings) -> None:
    """Answer requests until a signal says to stop, then finish those that are in flight."""
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        loop="asyncio",
        http="h11",
        ws="none",
        lifespan="off",
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    logging.getLogger("uvicorn.access").addFilter(is_worth_logging)
    uvicorn.Server(config).run()


if __name__ == "__main__":
    main()
