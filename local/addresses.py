"""Gives each container its own loopback address, different from those of other emulators on this machine."""

from __future__ import annotations

import itertools
import socket
import sys
from collections.abc import Collection

MAC_PREFIX = "127.0.77"  # fixed, since on macOS each address must be set up by hand


class Addresses:
    """A /24 network of loopback, computed from the emulator's port.

    The port is unique here, so the addresses are too.
    """

    def __init__(self, port: int) -> None:
        prefix = MAC_PREFIX if sys.platform == "darwin" else f"127.{port >> 8}.{port & 255}"
        # Round robin, so that an address isn't used again while its last target is still draining.
        self._turn = (f"{prefix}.{n}" for n in itertools.cycle(range(1, 255)))

    def free(self, taken: Collection[str]) -> str:
        """Return the next free address. Raises if nothing can be bound to it."""
        address = next(a for a in self._turn if a not in taken)
        with socket.socket() as probe:
            try:
                probe.bind((address, 0))
            except OSError as error:
                raise RuntimeError(
                    f"{address} can't be used ({error}). On macOS run: for i in $(seq 1 254); do "
                    f"sudo ifconfig lo0 alias {MAC_PREFIX}.$i up; done. Or use ENGINE=docker."
                ) from error
        return address
