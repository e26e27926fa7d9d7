"""Loopback: the only place where anything local is ever reached."""

from __future__ import annotations

import contextlib
import os
import socket
from itertools import count
from urllib.parse import urlsplit

from landfall.addresses import is_loopback

LOOPBACK = "127.0.0.1"
BELOW_EPHEMERAL = range(20000, 32768)
"""Linux gives outgoing connections ports from 32768 on (ip(7), ip_local_port_range)."""
_NEXT = count(os.getpid() * 256)
"""Processes that start one after the other begin far from each other, and none gives a port twice."""


class NotLoopbackError(ValueError):
    """An endpoint that could be somebody's real AWS account."""


def require_loopback(endpoint: str) -> str:
    """The endpoint, if it is on this machine: every client goes through here, so none can reach a real account."""
    host = urlsplit(endpoint).hostname or ""
    if is_loopback(host):
        return endpoint
    raise NotLoopbackError(f"{endpoint!r} isn't on this machine: the local AWS is only ever reached over loopback")


def free_port() -> int:
    """A port that is free now on loopback, and that nobody is given by chance before it is listened on.

    The kernel gives outgoing connections ports of the ephemeral range, and several local AWSs may start at once: a port
    the kernel has just named is soon somebody else's.
    """
    while True:
        port = BELOW_EPHEMERAL[next(_NEXT) % len(BELOW_EPHEMERAL)]
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind((LOOPBACK, port))
            return port
