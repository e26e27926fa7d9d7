"""Worlds of several threads of one step: the same clients, and tables of their own."""

from __future__ import annotations

import copy

from landfall.runtime.world import World

_SHARED = ("_session", "_clients", "_making", "_tables", "settings", "signing")
"""The shared part. It is made before there are threads."""
_OF_TABLES = ("ledger", "findings", "turns", "requests", "locks", "freezes", "_ledger_table")
"""Each thread's own part."""


def beside(world: World) -> World:
    """Return a world for another thread (World.beside)."""
    for shared in _SHARED:
        getattr(world, shared)
    other = copy.copy(world)
    for own in _OF_TABLES:
        other.__dict__.pop(own, None)
    for made in ("ledger", "locks"):
        getattr(other, made)
    return other
