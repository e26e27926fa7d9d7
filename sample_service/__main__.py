"""Runs the service: `python -m sample_service`."""

import logging
import os
import signal
import sys

import uvicorn
from starlette.types import ASGIApp

from sample_service import faults, worker
from sample_service.access import AccessRecord
from sample_service.app import create_app
from sample_service.database import opened
from sample_service.settings import Settings

WORKER = "worker"
GRACE_SECONDS = 25
"""How long requests in flight may take after SIGTERM: within the 30 s that ECS waits before SIGKILL."""

_ACCESS_LOG_FIELDS = 5


def is_worth_logging(record: logging.LogRecord) -> bool:
    """Say whether a line is worth logging. Access lines of passed health checks are not, since there are too many."""
    if not isinstance(record.args, tuple) or len(record.args) != _ACCESS_LOG_FIELDS:
        return True
    _, _, path, _, status = record.args
    return not (str(path).startswith("/api/v1/health/") and status == 200)  # noqa: PLR2004  the status of a pass


def main() -> None:
    """Serve, or work, until a signal to stop. With a wrong setting the service exits before it listens."""
    # uvicorn raises the signal again after a graceful end. An exit code of 143 at every deployment would look like
    # a failure, but a requested stop is not one.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        settings = Settings.from_env(os.environ)
        if settings.mode == WORKER:
            worker.run(settings)
        with_fault = faults.named(settings.fault)
    except ValueError as error:
        sys.exit(f"refusing to start: {error}")
    with opened(settings.database_path) as database:
        app = with_fault(create_app(settings, database))
        if settings.access_record:
            app = AccessRecord(app, settings.access_record, settings.git_sha)
        serve(app, settings)


def serve(app: ASGIApp, settings: Settings) -> None:
    """Answer requests until a signal to stop, then finish the requests in flight."""
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
