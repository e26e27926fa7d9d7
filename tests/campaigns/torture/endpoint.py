"""A scenario over AWS's own wire: ECS (JSON 1.1), ELBv2 (query, XML) and the service's HTTP side, on loopback.

The tool under test is not told that this is no AWS. Its sleeps are: `/_replay` starts a scenario and moves its clock,
so that fifteen minutes of polling take as long as the polling.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlparse
from xml.sax.saxutils import escape

from tests.campaigns.torture import replies
from tests.campaigns.torture.cloud import Cloud
from tests.campaigns.torture.surroundings import ApiError
from tests.campaigns.torture.web import PATHS, Said, Web

ELB = "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/"
SERVER_ERRORS = ("ServerException", "ServiceUnavailableException", "InternalFailure")


@dataclass
class Stage:
    """What the endpoint plays now: scenarios by the name of the service that goes through them."""

    clouds: dict[str, Cloud] = field(default_factory=dict)
    webs: dict[str, Web] = field(default_factory=dict)
    control: Any = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    times: dict[str, Callable[[datetime], datetime]] = field(default_factory=dict)

    def play(self, name: str, cloud: Cloud, real: Callable[[datetime], datetime] = lambda at: at) -> None:
        """Begin a scenario for a service. `real` turns the scenario's times into those that are told."""
        self.clouds[name], self.webs[name], self.times[name] = cloud, Web(cloud), real

    def call(self, operation: str, text: str, query: bool) -> tuple[int, str]:
        """Answer an AWS call, in the words of the service it is about."""
        name = next((n for n in sorted(self.clouds, key=len, reverse=True) if n in text), next(iter(self.clouds)))
        told = text.replace(name, replies.SERVICE)
        request = dict(parse_qsl(told)) if query else json.loads(told or "{}")
        try:
            with self.lock:
                reply = self.clouds[name].call(operation, request)
        except ApiError as error:
            status = 500 if error.code in SERVER_ERRORS else 400
            body = _xml_error(error) if query else json.dumps({"__type": error.code, "message": error.message})
            return status, body
        body = _xml(operation, reply) if query else json.dumps(reply, default=lambda v: _epoch(v, self.times[name]))
        return 200, body.replace(replies.SERVICE, name)

    def page(self, path: str) -> Said:
        """Answer a request to the service: `/api/v1/version`, or `/{name}/api/v1/version`."""
        name = next((n for n in self.webs if path.startswith(f"/{n}/")), next(iter(self.webs)))
        endpoint = next((e for e, at in PATHS.items() if path.endswith(at)), None)
        with self.lock:
            return self.webs[name].answer(endpoint) if endpoint else Said(404, "{}")


@contextmanager
def serving(stage: Stage) -> Iterator[str]:
    """Serve the stage. Yields the URL."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(stage))
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def _handler(stage: Stage) -> type[BaseHTTPRequestHandler]:  # noqa: C901  a class, not a function
    class Handler(BaseHTTPRequestHandler):
        """One request."""

        protocol_version = "HTTP/1.1"
        wbufsize = 1 << 16  # head and body in one packet: else each answer waits 40 ms for the other end's ACK

        def do_POST(self) -> None:  # the name is http.server's
            """Answer an AWS call, or one of the tool's launcher."""
            text = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            target = self.headers.get("X-Amz-Target", "")
            if urlparse(self.path).path == "/_replay":
                self._send(200, json.dumps(stage.control(json.loads(text))), "application/json")
            elif target:
                self._send(*stage.call(target.rpartition(".")[2], text, query=False), "application/x-amz-json-1.1")
            else:
                operation = dict(parse_qsl(text)).get("Action", "")
                self._send(*stage.call(operation, text, query=True), "text/xml")

        def do_GET(self) -> None:  # the name is http.server's
            """Answer as the service would; a lost answer is a connection that is cut."""
            said = stage.page(urlparse(self.path).path)
            if said.error:
                self.close_connection = True
                self.connection.close()
                return
            self._send(said.status, said.body, "application/json", said.headers)

        def _send(self, status: int, body: str, kind: str, headers: Mapping[str, str] | None = None) -> None:
            raw = body.encode()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(raw)))
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(raw)
            self.wfile.flush()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

        def handle(self) -> None:
            """Serve; a client that goes away is no error."""
            try:
                super().handle()
            except (ConnectionError, ValueError):
                self.close_connection = True

        def finish(self) -> None:
            """Close; the connection may be cut already."""
            try:
                super().finish()
            except (OSError, ValueError):
                self.close_connection = True

    return Handler


def _epoch(value: Any, real: Callable[[datetime], datetime]) -> float:
    if isinstance(value, datetime):
        return real(value).timestamp()
    raise TypeError(f"{type(value).__name__} is no JSON")


def _xml(operation: str, reply: Mapping[str, Any]) -> str:
    body = f"<{operation}Result>{_element(reply)}</{operation}Result>"
    told = "<ResponseMetadata><RequestId>0</RequestId></ResponseMetadata>"
    return f'<{operation}Response xmlns="{ELB}">{body}{told}</{operation}Response>'


def _element(value: Any) -> str:
    if isinstance(value, Mapping):
        return "".join(f"<{k}>{_element(v)}</{k}>" for k, v in value.items())
    if isinstance(value, list):
        return "".join(f"<member>{_element(v)}</member>" for v in value)
    return escape(str(value).lower() if isinstance(value, bool) else str(value))


def _xml_error(error: ApiError) -> str:
    detail = f"<Error><Type>Sender</Type><Code>{error.code}</Code><Message>{escape(error.message)}</Message></Error>"
    return f'<ErrorResponse xmlns="{ELB}">{detail}<RequestId>0</RequestId></ErrorResponse>'
