"""Loopback addresses and ports: the local AWS is reached nowhere else."""

from __future__ import annotations

import contextlib
import os
import socket
from itertools import count
from urllib.parse import urlsplit

from landfall.addresses import is_loopback

LOOPBACK = "127.0.0.1"
BELOW_EPHEMERAL = range(20000, 32768)
"""The ports to choose from. Linux uses 32768 and above for outgoing connections (ip(7), ip_local_port_range)."""
_NEXT = count(os.getpid() * 256)
"""Processes that start one after the other count from far apart, and a process never gives out a port twice."""


class NotLoopbackError(ValueError):
    """An endpoint is not on loopback: it could be a real AWS account."""


def require_loopback(endpoint: str) -> str:
    """Return the endpoint if it is on this machine.

    Every client goes through here, so none can reach a real account.
    """
    host = urlsplit(endpoint).hostname or ""
    if is_loopback(host):
        return endpoint
    raise NotLoopbackError(f"{endpoint!r} isn't on this machine: the local AWS is reached over loopback only")


def free_port() -> int:
    """Return a free port on loopback that no other process gets by chance before it is used.

    The kernel gives ports of the ephemeral range to outgoing connections, and several local AWSs may start at once. If
    the kernel chose the port, another process could soon have it.
    """
    while True:
        port = BELOW_EPHEMERAL[next(_NEXT) % len(BELOW_EPHEMERAL)]
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind((LOOPBACK, port))
            return port
