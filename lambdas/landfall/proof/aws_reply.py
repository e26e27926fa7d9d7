"""Reads AWS's replies. It never raises: a missing or odd field becomes an empty one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from ipaddress import ip_address
from typing import Any

Reply = Mapping[str, Any]


def canonical(address: str) -> str:
    """Return an address in canonical form, since IPv6 has several forms. Other texts stay as they are."""
    try:
        return ip_address(address).compressed
    except ValueError:
        return address


def address(task: Reply, name: str) -> str:
    """Return the task's address of that name (`privateIPv4Address`, `ipv6Address`); empty if it has none."""
    details: Iterable[Reply] = (
        detail
        for attachment in each(task, "attachments")
        if attachment.get("type") == "ElasticNetworkInterface"
        for detail in each(attachment, "details")
    )
    interfaces = (i for container in each(task, "containers") for i in each(container, "networkInterfaces"))
    # an attachment has only the IPv4 address (ECS API reference, Attachment); a container's interface has both
    told = (*(text(d, "value") for d in details if d.get("name") == name), *(text(i, name) for i in interfaces))
    return canonical(next(filter(None, told), ""))


def text(reply: Reply, key: str) -> str:
    """Return a text; empty if there is none."""
    value = reply.get(key)
    return value if isinstance(value, str) else ""


def number(reply: Reply, key: str, missing: int = 0) -> int:
    """Return a whole number. true and false don't count as numbers."""
    value = reply.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) else missing


def moments(reply: Reply, *keys: str) -> list[datetime]:
    """Return the fields that are times with a time zone."""
    found = (reply.get(key) for key in keys)
    return [value for value in found if isinstance(value, datetime) and value.tzinfo is not None]


def sub(reply: Reply, key: str) -> Reply:
    """Return an object; empty if there is none."""
    value = reply.get(key)
    return value if isinstance(value, Mapping) else {}


def each(reply: Reply, key: str) -> list[Reply]:
    """Return the objects of a list."""
    value = reply.get(key)
    return [v for v in value if isinstance(v, Mapping)] if isinstance(value, list) else []
