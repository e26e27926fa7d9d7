"""services.toml: the drill table and keep_releases are as good as they read, or refused at synth with the way out."""

from __future__ import annotations

from pathlib import Path

import pytest

from landfall.errors import SettingsError
from landfall.settings import Service
from landfall.settings.drill import DrillSettings
from landfall.settings_file import read as settings_file

SAMPLE = """\
[services.shop]
cluster = "c"
service = "s"
container = "app"
repository = "landfall/shop"
task_role = "task"
execution_role = "execution"
base_url = "https://shop.example"
"""
DRILL = f"{SAMPLE}[services.shop.drill]\n"


def read(text: str) -> Service:
    """Return the one service of a file."""
    (service,) = settings_file.parse(text, Path("services.toml")).services
    return service


def test_a_drill_is_read_and_off_by_default() -> None:
    """An empty table allows drills by hand alone."""
    assert read(SAMPLE).drill is None
    assert read(DRILL).drill == DrillSettings(None, None, 35)
    told = read(f'{DRILL}cron = "0 3 ? * TUE *"\nwindow = "22:00-04:00"\noverdue_days = 7\n').drill
    assert told == DrillSettings("0 3 ? * TUE *", "22:00-04:00", 7)
    assert (read(SAMPLE).keep_releases, read(f"{SAMPLE}keep_releases = 3\n").keep_releases) == (10, 3)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('cron = "0 3 * * TUE *"', "no schedule of EventBridge"),
        ('cron = "0 3 ? * TUE"', "no schedule of EventBridge"),
        ('cron = "every tuesday at three ?"', "no schedule of EventBridge"),
        ('window = "2:00-4:00"', "HH:MM-HH:MM"),
        ('window = "24:00-25:00"', "HH:MM-HH:MM"),
        ('window = "03:00-03:00"', "HH:MM-HH:MM"),
        ("overdue_days = 0", "overdue_days"),
        ("often = true", "unknown key"),
    ],
)
def test_a_wrong_drill_is_refused(line: str, said: str) -> None:
    """At synth: a schedule that EventBridge refuses would fail the deploy of the stack."""
    with pytest.raises(SettingsError, match=said):
        read(f"{DRILL}{line}\n")


def test_fewer_than_two_releases_are_no_way_back() -> None:
    """One is live, and one is behind it."""
    with pytest.raises(SettingsError, match="keep_releases"):
        read(f"{SAMPLE}keep_releases = 1\n")
