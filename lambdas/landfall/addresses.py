"""Addresses that no service has: link-local ones, and those where AWS gives machines their credentials."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

METADATA = ip_network("fd00:ec2::/32")
"""fd00:ec2::254 is the instance metadata over IPv6 (EC2 user guide, "Retrieve instance metadata"). Its IPv4 address
is link-local, as is that of ECS tasks (169.254.170.2)."""
NAT64 = ip_network("64:ff9b::/96")
"""IPv4 addresses written as IPv6 addresses (RFC 6052)."""


Address = IPv4Address | IPv6Address


def forbidden(address: Address) -> bool:
    """Say whether a request must not go there."""
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or (IPv4Address(int(address) & 0xFFFFFFFF) if address in NAT64 else None)
        if inner is not None:
            return forbidden(inner)
        return address.is_link_local or address in METADATA
    return address.is_link_local


def is_loopback(host: str) -> bool:
    """Say whether the host of a URL is this machine."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def keeps_secrets(url: str) -> bool:
    """Say whether a secret may be sent to a URL: over TLS, or without leaving the machine."""
    try:
        parts = urlsplit(url)
        return parts.scheme == "https" or ip_address((parts.hostname or "").partition("%")[0]).is_loopback
    except ValueError:
        return False


def forbidden_host(host: str) -> bool:
    """Say whether the host of a URL is such an address. A name is checked when it is resolved."""
    try:
        return forbidden(ip_address(host.partition("%")[0]))
    except ValueError:
        return False
