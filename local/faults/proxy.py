"""The endpoint for the Lambdas of a local AWS with faults. It is in front of the emulator, in the same process.

Each worker has its own endpoint, which identifies the caller and the process to kill. Other clients call the emulator
itself and get no faults. Plans are written and read at `/_faults/{about}`.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cli.loopback import LOOPBACK
from local.faults.pictures import DESCRIBE, LACKING, UPDATE, half
from local.faults.planned import ASKED, Book, Kind, Rule
from local.faults.wire import Answer, Request

CONTROL = "/_faults/"
_HOP = frozenset({"connection", "transfer-encoding", "content-length", "host", "keep-alive", "expect"})
_LONGEST = 70.0
_ASKS = ("landfall-preflight", "landfall-smoke-test")
"""The steps that send requests to a service, which don't identify the step."""


@dataclass
class Caller:
    """A worker: its step, what it was invoked about, and its process."""

    step: str
    process: Any = None
    about: str = ""
    busy: bool = False

    def kill(self) -> None:
        """Kill its process, like a failing host."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.process.pid, signal.SIGKILL)


class Faults:
    """The plans, the workers, and the connection to the emulator."""

    def __init__(self, emulator: int, stop: Callable[[str], None]) -> None:
        """`stop` stops the executions about a subject."""
        self.book = Book()
        self.callers: dict[str, Caller] = {}
        self._emulator, self._stop = emulator, stop

    def forward(self, request: Request) -> Answer:
        """Forward a request to the emulator."""
        connection = http.client.HTTPConnection(LOOPBACK, self._emulator, timeout=_LONGEST)
        try:
            headers = {k: v for k, v in request.headers.items() if k not in _HOP}
            connection.request(request.method, request.path, body=request.body, headers=headers)
            reply = connection.getresponse()
            told = {k: v for k, v in reply.getheaders() if k.lower() not in _HOP}
            return Answer(reply.status, told, reply.read())
        finally:
            connection.close()

    def answer(self, caller: Caller, request: Request) -> Answer | None:
        """Answer a call according to its plan; None if the connection must be cut."""
        about = self.book.about(f"{caller.about} {request.body.decode(errors='replace')}")
        rule = self.book.fault(about, caller.step, request.operation) if about else None
        if rule is None:
            if about and (old := self._from_before(about, request)):
                return old
            reply = self.forward(request)
            if about and request.may_be_stale:
                self.book.last_answer(about, request.operation, request.body, reply)
            return reply
        return self._before(rule, request, caller) or self._after(rule, request, caller, about)

    def _from_before(self, about: str, request: Request) -> Answer | None:
        if request.operation != DESCRIBE:
            return None
        old: Answer | None = self.book.from_before(about, request.operation, request.body)
        return old

    def is_lost(self, load_balancer: str) -> bool:
        """Say whether the answer to a step's request to a service is lost on the way."""
        about = self.book.about(load_balancer)
        busy = [c for c in list(self.callers.values()) if c.busy and c.step in _ASKS]
        asking = [c.step for c in busy if about and about in c.about]
        rule = self.book.fault(about, asking[0], ASKED) if asking else None
        return rule is not None and rule.kind is Kind.DROP

    def _before(self, rule: Rule, request: Request, caller: Caller) -> Answer | None:
        """Return the answer of a fault without the emulator; None if the call must reach it."""
        if rule.kind is Kind.THROTTLE:
            return request.throttled()
        if rule.kind is Kind.REFUSE:
            return request.error(400, "AccessDeniedException", "not authorized: a fault on purpose")
        if rule.kind is Kind.FAIL:
            return request.error(500, "InternalFailure", "a fault on purpose")
        if rule.kind is Kind.DELAY:
            time.sleep(rule.seconds)
        if rule.kind is Kind.KILL_BEFORE:
            caller.kill()
            return request.error(500, "InternalFailure", "nobody hears this")
        return None

    def _after(self, rule: Rule, request: Request, caller: Caller, about: str) -> Answer | None:
        if rule.kind is Kind.STOP:
            self.stopping(about, rule.seconds)
        if rule.kind is Kind.LATE:
            threading.Timer(rule.seconds, self.forward, (request,)).start()
            return None
        reply = self.forward(request)
        if rule.kind is Kind.KILL:
            caller.kill()
            return None
        if rule.kind is Kind.DROP:
            return None
        if rule.kind is Kind.BEHIND and request.operation == UPDATE:
            self.book.fall_behind(about)
        if rule.kind in LACKING and request.operation == DESCRIBE:
            return replace(reply, body=half(rule.kind, reply.body))
        if rule.kind is Kind.FAIL_LATE:
            return request.error(500, "InternalFailure", "a fault on purpose, after the effect")
        if rule.kind is Kind.STALE and request.may_be_stale:
            return self.book.last_answer(about, request.operation, request.body, reply)
        return reply

    def control(self, method: str, about: str, body: bytes) -> Answer:
        """Write or read a plan."""
        if method == "PUT":
            self.book.put(about, tuple(Rule.read(each) for each in json.loads(body)))
        return Answer(200, {"Content-Type": "application/json"}, json.dumps(self.book.take(about)).encode())

    def received(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer | None:
        """Answer a request. The path of a worker's endpoint begins with its token."""
        if path.startswith(CONTROL):
            return self.control(method, path.removeprefix(CONTROL), body)
        token, _, rest = path.removeprefix("/").partition("/")
        return self.answer(self.callers[token], Request(method, f"/{rest}", headers, body))

    def stopping(self, about: str, seconds: float) -> None:
        """Stop the executions about a subject, now or after some seconds."""
        if seconds:
            threading.Timer(seconds, self._stop, (about,)).start()
        else:
            self._stop(about)


def serve(faults: Faults, port: int) -> None:
    """Serve in background threads until the process ends."""
    handler = type("Handler", (_Handler,), {"faults": faults})
    server = ThreadingHTTPServer((LOOPBACK, port), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True, name="faults").start()


class _Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    wbufsize = 1 << 16  # head and body in one packet
    faults: Faults

    def handle_one_request(self) -> None:
        """Answer a request. A killed caller gets no answer."""
        try:
            super().handle_one_request()
        except (ConnectionError, TimeoutError):
            self.close_connection = True

    def _any(self) -> None:
        """Answer a request of any method."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        reply = self.faults.received(self.command, self.path, headers, body)
        if reply is None:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(reply.body)
        self.wfile.flush()

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = _any  # noqa: N815  the names are http.server's

    def log_message(self, *_: Any) -> None:
        """Say nothing."""
