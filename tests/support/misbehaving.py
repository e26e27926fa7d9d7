"""Servers on loopback that answer a request as badly as they are told to."""

from __future__ import annotations

import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import trustme

Behaviour = Callable[[socket.socket], None]
OK = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s"


@contextmanager
def serving(behave: Behaviour, context: ssl.SSLContext | None = None) -> Iterator[str]:
    """Run a server on loopback that reads each request's head and then behaves as told."""
    listener = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def answer(connection: socket.socket) -> None:
        try:
            with context.wrap_socket(connection, server_side=True) if context else connection as plain:
                plain.settimeout(5)
                while b"\r\n\r\n" not in plain.recv(65536):
                    pass
                behave(plain)
        except OSError:
            pass  # the probe went away: that is its right

    def accept() -> None:
        while not over.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=answer, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield f"{'https' if context else 'http'}://localhost:{listener.getsockname()[1]}"
    finally:
        over.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def body(text: str, status: bytes = b"200 OK") -> Behaviour:
    """Answer with a body."""
    raw = text.encode()
    return lambda c: c.sendall(b"HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n%s" % (status, len(raw), raw))


def raw(data: bytes) -> Behaviour:
    """Answer with these bytes and close."""
    return lambda c: c.sendall(data)


def trickle(connection: socket.socket) -> None:
    """Send a good body, a byte at a time, for ever."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        connection.sendall(b"1\r\n \r\n")
        time.sleep(0.02)


def drip(connection: socket.socket) -> None:
    """Send a head that never ends, a byte at a time: no single read takes long."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
    while True:
        connection.sendall(b"x")
        time.sleep(0.02)


PACKED = zlib.compress(b" " * 50_000_000)


def bomb(connection: socket.socket) -> None:
    """Send 50 MB of nothing, packed to 50 KB."""
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: deflate\r\nContent-Length: %d\r\n\r\n" % len(PACKED)
    connection.sendall(head + PACKED)


def flood(connection: socket.socket) -> None:
    """Send a body that never ends, as fast as it goes."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        connection.sendall(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")


def silence(connection: socket.socket) -> None:
    """Take the request and never answer."""
    time.sleep(5)


def tls(authority: trustme.CA, name: str) -> ssl.SSLContext:
    """Return a server's TLS, with a certificate for `name`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context
