"""A service's HTTP side: a real server on loopback that answers as it is told."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Site:
    """What the server answers next."""

    url: str = ""
    sha: str = ""
    status: int = 200
    database: str = "connected"
    seconds: float = 0.0


@contextmanager
def serving(site: Site) -> Iterator[Site]:
    """Run the server."""

    class Handler(BaseHTTPRequestHandler):
        """Answers every path with the same document."""

        def do_GET(self) -> None:  # the name is http.server's
            """Answer."""
            body = json.dumps({"gitSha": site.sha, "database": site.database}).encode()
            self.send_response(site.status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Keep the tests' output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    site.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
