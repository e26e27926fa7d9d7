"""Where requests and secrets may go."""

from __future__ import annotations

import pytest

from landfall import addresses


@pytest.mark.parametrize(
    ("host", "own"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("127.200.0.9", True),
        ("::1", True),
        ("10.0.0.1", False),
        ("localhost.example.com", False),
        ("", False),
    ],
)
def test_what_is_this_machine_itself(host: str, own: bool) -> None:
    """Only there plain HTTP shows nothing to anybody."""
    assert addresses.is_loopback(host) is own
