"""The story of tests/ui on a server on loopback, and Debian's Chromium before it."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import uvicorn

from cli.ui import server
from tests.ui import story, world

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
SANDBOX = ("--no-sandbox", "--disable-dev-shm-usage")
"""Chromium refuses to start as root with its sandbox; it reads our own pages alone."""


@dataclass(frozen=True)
class Served:
    """Where the pages are, and what they tell of."""

    origin: str
    story: story.Told
    history: dict[str, list[dict[str, Any]]]
    stop: Any

    @property
    def root(self) -> str:
        """Return the address of the first page."""
        return f"{self.origin}{self.story.site.root}"


def browser_path() -> str | None:
    """Return where Chromium is; None where there is none."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


@contextmanager
def served(weeks: int = 0) -> Iterator[Served]:
    """Serve the story while it lasts. `weeks` are those before it."""
    history: dict[str, list[dict[str, Any]]] = {}
    with world.aws(history):
        told = story.told(history, weeks)
        listening = server.bound(0)
        port = int(listening.getsockname()[1])
        listening.listen()
        config = uvicorn.Config(server.application(told.site, port), log_level="warning", lifespan="off")
        running = uvicorn.Server(config)
        thread = threading.Thread(target=running.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()

        def stop() -> None:
            running.should_exit = True
            thread.join()
            listening.close()

        yield Served(f"http://127.0.0.1:{port}", told, history, stop)
        stop()
