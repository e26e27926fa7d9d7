"""The pages of `landfall ui` for a local AWS, to watch it while it runs."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from cli.clients import session
from cli.cloud import Cloud
from cli.loopback import require_loopback
from cli.ui import server
from cli.ui.environments import Environment
from cli.ui.site import Site
from landfall.settings_file import read as settings_file
from local.stage.landfall_stage import Stage


@contextmanager
def pages(stage: Stage) -> Iterator[str]:
    """Serve the pages during the block, and return their address. They read only when somebody opens them."""
    cloud = Cloud(session(), settings_file.load(stage.settings), require_loopback(stage.aws.endpoint))
    site = Site([Environment("local", cloud)], f"/{server.token()}", [" --local"])
    with server.bound(0) as listening:
        port = int(listening.getsockname()[1])
        listening.listen()
        config = uvicorn.Config(server.application(site, port), log_level="error", access_log=False, lifespan="off")
        running = uvicorn.Server(config)
        thread = threading.Thread(target=running.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        try:
            yield server.address(site, port)
        finally:
            running.should_exit = True
            thread.join(timeout=5)
