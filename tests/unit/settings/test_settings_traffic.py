"""services.toml: the traffic table of a strategy is refused where a gate could not keep its promises."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from landfall.errors import SettingsError
from landfall.settings.traffic import Traffic
from landfall.settings_file import traffic_checks
from landfall.settings_file.problem import Problems

WHERE = ("services", "sample", "strategy", "traffic")
TEXT = "[services.sample.strategy.traffic]\nerrors_times = 1.0\n"


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("errors_times", 2.9, "must be a number of at least 3"),
        ("errors_times", float("inf"), "must be a number of at least 3"),
        ("log_errors_times", 1.0, "must be a number of at least 3"),
        ("latency_times", 1.0, "must be a number of at least 1.2"),
        ("errors_points", 0.0, "must be a share above 0 and below 1"),
        ("log_errors_points", 1.0, "must be a share above 0 and below 1"),
        ("latency_seconds", 0.0, "must be a number of seconds above 0"),
        ("min_requests", 0, "must be a whole number of at least 1"),
        ("min_requests", 19, "fewer than 20 requests tell nothing"),
    ],
)
def test_what_is_refused(key: str, value: Any, said: str) -> None:
    """The error names the key, the value and what it takes."""
    with pytest.raises(SettingsError, match=said) as refused:
        traffic_checks.check(replace(Traffic(), **{key: value}), WHERE, Problems(TEXT, Path("services.toml")))
    assert f"services.sample.strategy.traffic.{key}: is {value!r}" in str(refused.value)


def test_the_line_is_named() -> None:
    """People find it at once."""
    with pytest.raises(SettingsError, match=r"services\.toml:2: "):
        traffic_checks.check(Traffic(errors_times=1.0), WHERE, Problems(TEXT, Path("services.toml")))


def test_the_defaults_are_good() -> None:
    """An empty table takes them; and one with all comparisons off is left to the gates, which may have alarms."""
    traffic_checks.check(Traffic(), WHERE, Problems("", Path("services.toml")))
    off = Traffic(errors=False, refusals=False, latency=False, log_errors=False)
    traffic_checks.check(off, WHERE, Problems("", Path("services.toml")))
    assert not off.judges
