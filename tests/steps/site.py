"""A service's HTTP side: a real server on loopback that answers as it is told."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Site:
    """What the server answers next, and what it was asked.

    `echo`: it tells whoever asks what they sent. `when_asked` is done at each request.
    """

    url: str = ""
    sha: str = ""
    status: int = 200
    database: str = "connected"
    headers: dict[str, str] = field(default_factory=dict)
    echo: bool = False
    garbled: bool = False
    when_asked: Callable[[], object] = lambda: None
    asked: list[dict[str, str]] = field(default_factory=list)


class Server(ThreadingHTTPServer):
    """A listener whose queue a whole round of requests fits into.

    A connection that does not fit is tried again by TCP after a second: on a busy machine, a service that is slow.
    """

    request_queue_size = 256


@contextmanager
def serving(site: Site) -> Iterator[Site]:
    """Run the server."""

    class Handler(BaseHTTPRequestHandler):
        """Answers every path with the same document."""

        def do_GET(self) -> None:  # the name is http.server's
            """Answer."""
            asked = dict(self.headers)
            site.when_asked()
            site.asked.append({"path": self.path, **asked})
            if site.garbled:
                self.wfile.write(f"{asked.get('Authorization')} {asked}\r\n\r\n".encode())
                self.close_connection = True
                return
            echo = {"echo": asked, "token": asked.get("Authorization", "").removeprefix("Bearer ")} if site.echo else {}
            body = json.dumps({"gitSha": site.sha, "database": site.database, **echo}).encode()
            self.send_response(site.status)
            for name, value in site.headers.items():
                self.send_header(name, value)
            if site.echo:
                self.send_header("X-Echo", str(asked))
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Keep the tests' output clean."""

    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    site.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
