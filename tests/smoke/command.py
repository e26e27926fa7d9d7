"""The command `landfall smoke`, its settings, and a plain listener."""

from __future__ import annotations

import threading
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import tomli_w
from typer.testing import Result

from local.settings import TEMPLATE

Run = Callable[..., Result]


@contextmanager
def plain_listener(target: str | None) -> Iterator[int]:
    """Answer plain HTTP with a redirect to `target`, or with 200 where there is none; yields the port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response_only(301 if target else 200)
            if target:
                self.send_header("Location", target + self.path)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()


def settings(directory: Path, url: str, plain_port: int, **smoke: Any) -> Path:
    """Write the services.toml that ships, for a service at this URL."""
    table = tomllib.loads(TEMPLATE.read_text(encoding="utf-8"))["services"]["sample"]
    table = {**table, "base_url": url, "ca_bundle": "ca.pem"}
    quick = {"identity_requests": 5, "requests_per_second": 150}
    patient = {"max_response_seconds": 30}  # the service is not slow unless a test says so, but the machine may be
    table["smoke"] = {**table["smoke"], **quick, **patient, "plain_port": plain_port, **smoke}
    path = directory / "services.toml"
    path.write_text(tomli_w.dumps({"services": {"sample": table}}))
    return path
