"""Loopback: the only place where anything local is ever reached."""

from __future__ import annotations

import contextlib
import socket
from ipaddress import ip_address
from urllib.parse import urlsplit

LOOPBACK = "127.0.0.1"


class NotLoopbackError(ValueError):
    """An endpoint that could be somebody's real AWS account."""


def require_loopback(endpoint: str) -> str:
    """The endpoint, if it is on this machine: every client goes through here, so none can reach a real account."""
    host = urlsplit(endpoint).hostname or ""
    with contextlib.suppress(ValueError):
        if host == "localhost" or ip_address(host).is_loopback:
            return endpoint
    raise NotLoopbackError(f"{endpoint!r} isn't on this machine: the local AWS is only ever reached over loopback")


def free_port() -> int:
    """A port that is free now on loopback."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])
